"""Instruments and moods in a prompt: who plays, who must not, and whether anybody else does."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from daemon.prompt.foreign_words import (
    AND,
    DENIALS,
    OTHER_INSTRUMENTAL,
    OTHER_MOODS,
)
from daemon.prompt.forms import DENIED_FIELDS
from daemon.prompt.genre_names import GenreSpan
from daemon.prompt.genres import fold
from daemon.prompt.marked_text import HEAD_END, TAKEN, MarkedText, Token
from daemon.prompt.patterns import pattern
from daemon.prompt.typos import misspelled_instrument
from daemon.prompt.vocabulary import Mood, Sound, moods, sounds, unspaced_sounds

#: A denial in another language, or by a dash, counts only where an instrument follows.
_FOREIGN_NEGATION = rf"(?<!\w)(?:{DENIALS})\s+"
_NEGATION = (
    r"\b(?:no|without(?:\s+any)?|w/o|minus|zero|avoid(?:ing)?|exclud(?:e|ing)|except|"
    r"don'?t\s+(?:want|use|add|include)(?:\s+any)?|not?\s+any)\s+(?:the\s+|an?\s+)?"
)
_NO_NEGATION = (
    r"(?:more|less|longer|matter|one\b|problem|idea|limit|bpm|tempo|key\b|swing|shuffle|midi)"
)
_LESS = {
    "drumless": "drums", "beatless": "drums", "drumfree": "drums", "nondrum": "drums",
    "bassless": "bass", "vocalfree": "vocals", "nonvocal": "vocals", "vocalless": "vocals",
    "voiceless": "vocals", "instrumental": "vocals", "instrumentale": "vocals",
    "percussionless": "percussion", "kickless": "kick", "hatless": "hats",
}  # fmt: skip
#: What may stand behind the instrument that is asked for.
_NO_NOUNS = frozenset((
    "midi", "sample", "clip", "in", "at", "one", "shot", "oneshot", "please", "half", "double",
    "time", "feel", "trio", "strumming", "long", "short", "wet", "dry", "reverb", "delay", "echo",
    "slides", "slide", "glide", "staccato", "legato", "strum", "strums", "roll", "rolls", "double",
    "triplets", "picking", "playing", "comping", "pentatonic", "scale",
    "glissando", "gliss", "tremolo", "arpeggio", "arpeggios", "runs", "trills", "fingerpicking",
))  # fmt: skip
#: What is not wanted comes after what is asked for as well: `drums without hats`.
_HEAD_STOP = rf"{HEAD_END}|\b(?:without|minus|w/o|no)\b|\bthat\s+(?:is|sounds?|feels?|has|would)\b"
_ONLY_BEFORE = (
    r"\b(?:only|just|solely|purely|nothing but|isolated|nur|solo\s+el|solo\s+la|seulement|somente)"
    r"\s+(?:(?:the|an?|some)\s+)?(?:[a-z]+\s+)?$"
)
_ONLY_AFTER = (
    r"\s*(?:only|alone|on (?:its|their) own|by (?:itself|themselves)|isolated|and nothing else|"
    r"nothing else|seule?|allein)\b"
)
#: Words that leave some players alone, for showing where they stand.
ONLY_WORDS = (
    r"\b(?:only|alone|isolated|unaccompanied|solo|(?:and\s+)?nothing else|"
    r"(?:format|arrangement)\s*:\s*solo)\b"
)
#: A soloist is alone only where nobody else is named: `drums, piano and a trumpet solo` is a band.
_SOLO_BEFORE = r"\bsolo\s+(?:[a-z]+\s+)?$"
_SOLO_AFTER = r"\s*solo\b"
#: What a soloist plays over is a band: `a guitar solo over a lo-fi beat`.
_OVER_A_BEAT = r"over\s+(?:[\w-]+\s+){0,4}(?:beats?|grooves?|drums|rhythms?|bands?|tracks?)\b"
#: Before a soloist who plays over a band of the genre: `rock with a guitar solo`.
_OVER_A_BAND = r"\b(?:with|featuring|feat\.?|and|has|including|plus)\s+(?:[\w-]+\s+){0,3}$"
#: Fields of other tools that say that one instrument plays.
_SOLO_FIELD = (
    r"\bsolo\s*:\s*(?:yes|true)\b|\b(?:format|arrangement)\s*:\s*solo\b|"
    r"\btracktype\s*:\s*instrument\b"
)
#: Words for players who need no band: `a violin melody with piano accompaniment`.
_TOGETHER = r"\b(?<!no )(?<!without )(?:accompaniments?|accompanied by|duets?|duo)\b"
#: A sentence about a player, and one about an instrument that plays.
_SOMEBODY_PLAYS = (
    r"\b(?:someone|somebody|(?:a|one|the)\s+(?:man|woman|person|musician|player|busker|kid|child))\b"
    r"[^,]{0,40}?\b(?:plays?|playing|strums?|strumming|picks?|picking|bows?|blows?)\b"
)
_IS_PLAYING = (
    r"(?:\s+(?:ensemble|player|section|quartet|duo|trio|soloist|and))?\s+(?:is\s+|are\s+)?"
    r"(?:playing|plays|strumming|strums|improvis\w+)\b"
)
#: A track of the project, behind its name, and what stands before that.
_DAW_TRACK = r"\s+(?:midi\s+|audio\s+)?(?:track|channel|lane)\b"
_ON_A_TRACK = (
    r"\b(?:in|on|for|to|into|onto)\s+(?:(?:the|my|our|a|an|this|new|existing|existent)\s+){1,2}$"
)
#: Words that leave one player alone, wherever they stand.
_UNACCOMPANIED = (
    r"\bunaccompanied\b|\b(?:without|no)\s+(?:any\s+)?(?:other\s+)?"
    r"(?:instrumentation|instruments|accompaniment|backing)\b"
)
#: A band by its name -> its members.
_BANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\b(?:piano|jazz|keyboard) trio\b", ("piano", "upright bass", "drums")),
    (r"\bguitar trio\b", ("guitar", "upright bass", "drums")),
    (r"\b(?:power|rock) trio\b", ("guitar", "bass guitar", "drums")),
    (r"\b(?:organ|hammond) trio\b", ("organ", "guitar", "drums")),
    (r"\b(?:jazz|sax(?:ophone)?) quartet\b", ("saxophone", "piano", "upright bass", "drums")),
    (r"\bjazz (?:quintet|combo)\b", ("trumpet", "saxophone", "piano", "upright bass", "drums")),
    (r"\bbig[\s-]?band\b", ("brass", "saxophone", "piano", "upright bass", "drums")),
    (r"\brhythm section\b", ("drums", "bass")),
)
#: After an instrument, in a sentence about its player.
_PLAYER = r"\s+(?:ensemble|player|recital|soloist)\b"
#: A loop that is drums though no drum is named.
_DRUMS_BY_NAME = r"\b(?:breaks?|rhythms?|top\s?loops?|tops|drum\s?less)\W*$"
#: A top loop has the drums above the kick.
_TOPS = r"\b(?:top\s?loops?|tops?|topper)\b"
#: Tags of loop libraries: what stands beside an instrument's tag and adds nobody.
_LIBRARY_TAG = r"(?:loops?|grooves?|one[\s-]?shots?|samples?|stems?|patterns?)"
_LIST_JOIN = (
    rf"\s*(?:,|and\b|&|\+|/|or\b|nor\b|n\b|(?:{AND})\b)?"
    r"\s*(?:and\s+|or\s+|no\s+)?(?:the\s+|an?\s+)?"
)
#: Nouns that an instrument of its own names: `piano music`, not `synth music`.
_PIECES = (
    "music",
    "piece",
    "composition",
    "musik",
    "stück",
    "miniature",
    "lullaby",
    "nocturne",
    "etude",
)
_ELECTRIC = ("synth", "pad", "arp", "lead", "melody", "chords", "stab", "pluck", "drums", "bass")
#: Endings of a word between an instrument and its loop: `marimba percussive loop`.
_OF_A_GROOVE = ("ive", "ic", "ed", "ing", "al", "y")
_GROOVES = frozenset((
    "loop", "loops", "groove", "grooves", "pattern", "patterns", "break", "riff", "line", "part",
    "parts", "solo", "lick", "licks", "sequence", "stem", "phrase", "ostinato", "fill", "fills",
    "roll", "rolls", "topper",
))  # fmt: skip


#: Before and after `driving`: somebody drives, and nothing is said of the music.
_AT_THE_WHEEL = r"\b(?:am|i'?m|is|are|was|while|when|about|for|of|whilst|keep|night|car)\s+$"
_ON_THE_ROAD = r"\s+(?:at|home|alone|around|through|down|my|a|the|in|to|along|fast|past)\b"
#: After `fast` or `long`: it is said of a sound, not of the music.
_OF_SOUND = r"\s+(?:decay|attack|release|fade|transients?|tail|envelope|delay|echo)\b"


@dataclass(frozen=True)
class Named:
    """Something of the vocabulary, at its place."""

    start: int
    end: int
    sound: Sound


def find_instruments(
    text: MarkedText, spans: list[GenreSpan]
) -> tuple[list[Named], list[tuple[str, int, int]]]:
    """Instruments at their places, and what is not wanted: (name, start, end)."""
    tokens, table = text.tokens(), sounds()
    genre_at = {place for start, end, _ in spans for place in range(start, end)}
    named: list[Named] = []
    at = 0
    while at < len(tokens):
        count = 0 if tokens[at].start in genre_at else text.longest(tokens, at, table, 4)
        if count:
            folded = "".join(token.folded for token in tokens[at : at + count])
            named.append(Named(tokens[at].start, tokens[at + count - 1].end, table[folded]))
        at += count or 1
    named += _in_other_scripts(text) + _in_compounds(tokens)
    if not named:
        named = _misspelled(tokens, genre_at)
    named.sort(key=lambda one: one.start)
    named = _of_one_sound(text, named)
    without = [
        (part, token.start, token.end)
        for token in tokens
        if (part := _LESS.get(token.folded)) is not None
    ]
    without += [
        (part, a.start, b.end)
        for a, b in pairwise(tokens)
        if text.joined(a, b) and (part := _LESS.get(a.folded + b.folded)) is not None
    ]
    without += [("vocals", m.start(), m.end()) for m in text.find(OTHER_INSTRUMENTAL)]
    for match in text.find(_FOREIGN_NEGATION):
        if any(one.start == match.end() for one in named):
            without.extend(_negated(text, match.end(), named))
    for match in text.find(_NEGATION):
        if not pattern(_NO_NEGATION).match(text.rest[match.end() :]):
            without.extend(_negated(text, match.end(), named))
    without += _denied_fields(text, named)
    if any(one.sound.name == "drums" for one in named):
        without += [("kick", m.start(), m.end()) for m in text.find(_TOPS)]
    return named, without


def _in_compounds(tokens: list[Token]) -> list[Named]:
    """Instruments in German compounds: `Klaviermusik`, `Gitarrenmusik`."""
    found = []
    for token in tokens:
        for ending in ("musik", "loop", "melodie", "stuck", "stueck", "stück"):
            stem = token.folded.removesuffix(ending)
            name = next((one for one in (stem, stem.removesuffix("n")) if one in sounds()), "")
            if stem != token.folded and name and token.folded not in sounds():
                found.append(Named(token.start, token.start + len(stem), sounds()[name]))
    return found


def _misspelled(tokens: list[Token], genre_at: set[int]) -> list[Named]:
    """Instruments with one letter wrong, where none is spelled right."""
    return [
        Named(token.start, token.end, sounds()[spelling])
        for token in tokens[:60]
        if token.start not in genre_at and (spelling := misspelled_instrument(token.folded))
    ]


def _of_one_sound(text: MarkedText, named: list[Named]) -> list[Named]:
    """`808 kick drum` is one sound: the word drum names no other. `808 drums` are a kit."""
    found: list[Named] = []
    for one in named:
        before = found[-1] if found else None
        word = text.rest[one.start : one.end].lower()
        if (
            before
            and before.sound.hit
            and before.sound.part == "drums"
            and word == "drum"
            and not text.rest[before.end : one.start].strip(" -")
        ):
            found[-1] = Named(before.start, one.end, before.sound)
        elif (
            before
            and before.sound.name == "808"
            and one.sound.name == "drums"
            and not text.rest[before.end : one.start].strip(" -")
        ):
            found[-1] = Named(before.start, one.end, one.sound)
        else:
            found.append(one)
    return found


def _denied_fields(text: MarkedText, named: list[Named]) -> list[tuple[str, int, int]]:
    """What stands in a field such as `Exclude: vocals, guitar` or `negative prompt: drums`."""
    found: list[tuple[str, int, int]] = []
    for match in text.find(rf"(?<![\w-]){DENIED_FIELDS}\s*:\s*"):
        stop = pattern(r"[.;|\n]|,?\s*\b[a-z]+\s*:").search(text.rest, match.end())
        end = stop.start() if stop else len(text.rest)
        inside = [one for one in named if match.end() <= one.start < end]
        found += [(one.sound.name, one.start, one.end) for one in inside]
        for tag in pattern(r"[^,]+").finditer(text.rest, match.end(), end):
            word = tag[0].strip(" \0").lower()
            if word and not any(tag.start() <= one.start < tag.end() for one in inside):
                found.append((word, tag.start(), tag.end()))
    return found


def _in_other_scripts(text: MarkedText) -> list[Named]:
    if text.rest.isascii():
        return []
    table, said = sounds(), text.rest.lower()
    found = []
    for word, name in unspaced_sounds():
        at = said.find(word)
        if at >= 0:
            found.append(Named(at, at + len(word), table[fold(name)]))
            # a longer name is read before a shorter one inside it
            said = said[:at] + TAKEN * len(word) + said[at + len(word) :]
    return found


def _negated(text: MarkedText, at: int, named: list[Named]) -> list[tuple[str, int, int]]:
    """The instruments of a list that begins at `at`, or the words that stand there."""
    found: list[tuple[str, int, int]] = []
    for one in named[bisect_left(named, at, key=lambda one: one.start) :]:
        between = text.rest[at : one.start]
        first = not found and pattern(r"\s*(?:[a-z-]+\s+)?").fullmatch(between)
        if first or (
            found
            and pattern(_LIST_JOIN).fullmatch(between)
            and (between.strip() != "," or _is_last_of_list(text, one.end))
        ):
            found.append((one.sound.name, one.start, one.end))
            at = one.end
        else:
            break
    if found:
        return found
    words = pattern(
        r"[^\W\d_][\w-]*"
        r"(?:\s+(?!and\b|or\b|but\b|with\b|in\b|at\b|on\b|please\b|just\b|only\b)[^\W\d_][\w-]*)?"
    ).match(text.rest[at:])
    if not words:
        return []
    name = (
        "drums" if words[0].lower() in ("beat", "beats", "rhythm", "rhythms") else words[0].lower()
    )
    return [(name, at, at + words.end())]


def _is_last_of_list(text: MarkedText, end: int) -> bool:
    """`no drums, bass or vocals` goes on; `no drums, pads` does not."""
    return pattern(r"\s*,?\s*(?:or|nor)\b|\s*,[^,]*\bor\b").match(text.rest[end:]) is not None


def which_play(
    text: MarkedText,
    named: list[Named],
    without: list[tuple[str, int, int]],
    kind: str | None,
    has_genre: bool = False,
) -> tuple[tuple[str, ...], bool]:
    """(instruments that play, whether nothing else does)."""
    unwanted = [(start, end) for _, start, end in without]
    wanted = [one for one in named if not any(start <= one.start < end for start, end in unwanted)]
    groups = _groups(text, wanted)
    alone = [
        one
        for group in groups
        if pattern(_ONLY_AFTER).match(text.rest[group[-1].end :])
        or pattern(_ONLY_BEFORE).search(text.before(group[0].start))
        for one in group
    ]
    if alone:
        return tuple(dict.fromkeys(one.sound.name for one in alone)), True
    solo = [
        group
        for group in groups
        if (
            pattern(_SOLO_AFTER).match(text.rest[group[-1].end :])
            or pattern(_SOLO_BEFORE).search(text.before(group[0].start))
        )
        and not pattern(rf"\s*(?:solo)?\s*{_OVER_A_BEAT}").match(text.rest, group[-1].end)
        and not (has_genre and pattern(_OVER_A_BAND).search(text.before(group[0].start)))
    ]
    if wanted and len(groups) == 1 and not has_genre and kind != "track":
        end = groups[0][-1].end
        if pattern(_PLAYER).match(text.rest[end:]):
            return tuple(dict.fromkeys(one.sound.name for one in wanted)), True
    if named_alone := _alone(text, wanted, kind, has_genre):
        return tuple(dict.fromkeys(one.sound.name for one in named_alone)), True
    if wanted and not has_genre and text.is_pack and kind == "loop":
        # the name of a sample says what is on it
        return tuple(dict.fromkeys(one.sound.name for one in wanted)), True
    if wanted and pattern(_UNACCOMPANIED).search(text.text):
        return tuple(dict.fromkeys(one.sound.name for one in wanted)), True
    if not wanted and kind not in ("track", "vocal", "sfx") and _names_drums(text, has_genre):
        return ("drums",), True
    is_list = bool(wanted) and not has_genre and _is_library_list(text)
    if wanted and (
        (len(solo) == 1 and len(groups) == 1) or pattern(_SOLO_FIELD).search(text.text) or is_list
    ):
        return tuple(dict.fromkeys(one.sound.name for one in wanted)), True
    if kind == "vocal" and not wanted:
        return ("vocals",), True
    names = tuple(dict.fromkeys(one.sound.name for one in wanted))
    pair = len(names) == 1 and pattern(_TOGETHER).search(text.text)
    if not has_genre and kind != "track" and (pair or _is_piece(text, wanted)):
        # a piece has a melody, and its instrument plays that; so has a duet of two of a kind
        return (*names, "melody"), True
    return names, bool(names) and kind != "track" and _head_is_instrument(text, wanted, kind)


def band_places(text: MarkedText) -> list[tuple[int, int]]:
    """Where the words trio, quartet, section stand that name a band."""
    return [
        (match.end() - len(match[0].split()[-1]), match.end())
        for form, _ in _BANDS
        for match in pattern(form).finditer(text.text)
    ]


def with_band(
    text: MarkedText,
    names: tuple[str, ...],
    only: bool,
    without: list[tuple[str, int, int]],
) -> tuple[tuple[str, ...], bool]:
    """The players with the members of a band that is named: a piano trio has a bass and drums.

    A trio or quartet plays alone where nobody else is named.
    """
    for form, members in _BANDS:
        found = pattern(form).search(text.text)
        if found is None or pattern(r"\bno\s+$").search(text.text[: found.start()]):
            continue
        denied = {name for name, _, _ in without}
        players = tuple(one for one in members if one not in denied)
        alone = set(names) <= set(members) and found[0][-1] != "n" and "band" not in found[0]
        return tuple(dict.fromkeys((*players, *names))), only or alone
    return names, only


def _describes_players(text: MarkedText, wanted: list[Named]) -> bool:
    """Whether the first sentence says who plays what: `someone is playing a tune on a flute`.

    Whom such a description does not name does not play.
    """
    end = pattern(r"[.;\n]").search(text.rest)
    first = text.rest[: end.start() if end else len(text.rest)]
    if not any(one.start < len(first) for one in wanted):
        return False
    if pattern(_SOMEBODY_PLAYS).search(first):
        return True
    return any(
        pattern(_IS_PLAYING).match(first, one.end) for one in wanted if one.start < len(first)
    )


def _alone(text: MarkedText, wanted: list[Named], kind: str | None, has_genre: bool) -> list[Named]:
    """Those who play alone by what is said of them: as a duet, by a player, on one track."""
    if wanted and not has_genre:
        together = len(wanted) > 1 and pattern(_TOGETHER).search(text.text)
        if (together and kind != "track") or _describes_players(text, wanted):
            return wanted
    by_midi = [one for one in wanted if _is_by_midi(text, one)] if kind == "midi" else []
    return by_midi or [one for one in wanted if on_daw_track(text, one)]


def _is_by_midi(text: MarkedText, one: Named) -> bool:
    """`midi melody`, `bassline midi`: the notes of that player are wanted."""
    before = pattern(r"\bmidi\s+$").search(text.before(one.start))
    return before is not None or pattern(r"\s+midi\b").match(text.rest, one.end) is not None


def on_daw_track(text: MarkedText, one: Named) -> bool:
    """Whether an instrument names a track of the project: `in the chords track, write...`."""
    return (
        pattern(_DAW_TRACK).match(text.rest, one.end) is not None
        and pattern(_ON_A_TRACK).search(text.before(one.start)) is not None
    )


def _names_drums(text: MarkedText, has_genre: bool) -> bool:
    """Whether what is asked for is a loop of drums by its kind: `a dusty break`."""
    if has_genre:
        return False
    stop = pattern(HEAD_END).search(text.rest)
    head = text.rest[: stop.start() if stop else len(text.rest)]
    return pattern(_DRUMS_BY_NAME).search(head.rstrip(" \0")) is not None


def _is_library_list(text: MarkedText) -> bool:
    """Whether the prompt is a list of tags as loop libraries have it: `110 bpm, bass, loops`."""
    tags = [tag.strip(" \0.") for tag in pattern(r"[,;|]").split(text.rest)]
    return (
        len(tags) >= 3
        and any(pattern(_LIBRARY_TAG).fullmatch(tag) for tag in tags)
        and all(len(tag.split()) <= 3 for tag in tags)
    )


def written(
    text: MarkedText, named: list[Named], without: list[tuple[str, int, int]]
) -> tuple[tuple[str, str], ...]:
    """The instruments that are wanted: (as it was written, our name), each once."""
    wanted = [
        one for one in named if not any(start <= one.start < end for _, start, end in without)
    ]
    return tuple(
        dict.fromkeys((text.text[one.start : one.end].lower(), one.sound.name) for one in wanted)
    )


def _groups(text: MarkedText, named: list[Named]) -> list[list[Named]]:
    groups: list[list[Named]] = []
    for one in named:
        if groups and pattern(_LIST_JOIN).fullmatch(text.rest[groups[-1][-1].end : one.start]):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _head_begin(text: MarkedText, wanted: list[Named]) -> int:
    """Where what is asked for begins: behind lines of figures (`93 bpm`) and a title (`My idea:`).

    A title is a first line that ends in a colon or begins with #, and names no instrument.
    """
    rest = text.rest
    begin = len(rest) - len(rest.lstrip(" ,;\n\0"))
    title = pattern(r"(?:#[^\n]*|[^\n]*:[ \t]*)\n[\s,;\0]*(?=\S)").match(rest, begin)
    if title and not any(begin <= one.start < title.end() for one in wanted):
        return title.end()
    return begin


def _head_is_instrument(text: MarkedText, wanted: list[Named], kind: str | None) -> bool:
    """Whether an instrument's part is wanted (`boom bap drums`), not a whole with it."""
    # "no drums, dark pads": what is asked for comes after what is not wanted
    begin = _head_begin(text, wanted)
    while lead := pattern(r"[\s,\0]*(?:no|without)\b[^,;.]*[,;.]").match(text.rest, begin):
        begin = lead.end()
    stop = pattern(_HEAD_STOP).search(text.rest, begin)
    head = text.rest[: stop.start() if stop else len(text.rest)]
    if not head[begin:].strip("\0 "):
        return False
    if stop and pattern(_OVER_A_BEAT).match(text.rest, stop.start()):
        return False
    for one in wanted:
        if one.start >= len(head):
            break
        tail = [word.lower() for word in pattern(r"[^\W_]+").findall(head[one.end :])]
        if len(tail) == 2 and tail[1] in _GROOVES and tail[0].endswith(_OF_A_GROOVE):
            return True
        if not tail or tail[0] in _GROOVES or (one.sound.name == "drums" and tail[0] == "beat"):
            return True
        others = [other for other in wanted if other.start > one.end and other.start < len(head)]
        if not others and all(word in _NO_NOUNS or word in moods() for word in tail):
            return True
    return kind == "oneshot"


def _is_piece(text: MarkedText, wanted: list[Named]) -> bool:
    """Whether music of one instrument is asked for: `relaxing piano music`."""
    if not wanted or len({one.sound.name for one in wanted}) > 1:
        return False
    one = wanted[0]
    acoustic = one.sound.part in ("chords", "lead") and one.sound.name not in _ELECTRIC
    after = pattern(rf"[\s-]*(?:{'|'.join(_PIECES)})\b").match(text.rest, one.end)
    return acoustic and after is not None


def find_moods(
    text: MarkedText,
    spans: list[GenreSpan],
    named: list[Named],
    without: list[tuple[str, int, int]],
) -> list[tuple[int, int, Mood]]:
    """The moods at their places: (start, end, mood)."""
    tokens, table = text.tokens(), moods()
    taken = {place for start, end, _ in spans for place in range(start, end)}
    taken |= {place for one in named for place in range(one.start, one.end)}
    taken |= {place for _, start, end in without for place in range(start, end)}
    found: list[tuple[int, int, Mood]] = []
    at = 0
    while at < len(tokens):
        count = 0 if tokens[at].start in taken else text.longest(tokens, at, table, 3)
        denied = count and pattern(
            r"\b(?:not|less|never|isn't)\s+(?:too|so|very|that|overly)?\s*$"
        ).search(text.before(tokens[at].start))
        of_sound = count and pattern(_OF_SOUND).match(text.rest[tokens[at + count - 1].end :])
        at_the_wheel = (
            count == 1 and tokens[at].folded == "driving" and _is_at_the_wheel(text, tokens[at])
        )
        if count and not denied and not of_sound and not at_the_wheel:
            mood = table["".join(token.folded for token in tokens[at : at + count])]
            found.append((tokens[at].start, tokens[at + count - 1].end, mood))
        at += count or 1
    if not text.rest.isascii():
        said = text.rest.lower()
        found += [
            (place, place + len(word), table[fold(name)])
            for word, name in OTHER_MOODS.items()
            if (place := said.find(word)) >= 0
        ]
    return found


def _is_at_the_wheel(text: MarkedText, driving: Token) -> bool:
    return (
        pattern(_AT_THE_WHEEL).search(text.before(driving.start)) is not None
        or pattern(_ON_THE_ROAD).match(text.rest, driving.end) is not None
    )
