"""Who plays of the instruments that a prompt names, and whether anybody else does."""

from __future__ import annotations

from daemon.prompt.foreign_words import DENIALS, ONLY_AFTER, ONLY_BEFORE, OTHER_ONLY_AFTER
from daemon.prompt.genres import find_genre, fold
from daemon.prompt.marked_text import HEAD_END, MarkedText
from daemon.prompt.named import LIST_JOIN, Named
from daemon.prompt.patterns import pattern
from daemon.prompt.vocabulary import moods

#: What may stand behind the instrument that is asked for.
_NO_NOUNS = frozenset((
    "midi", "sample", "clip", "in", "в", "at", "one", "shot", "oneshot", "please", "half", "double",
    "time", "feel", "trio", "strumming", "up", "down", "ascending", "descending", "notes",
    "whole", "quarter", "quarters", "eighth", "eighths", "sixteenth", "sixteenths", "8th", "8ths",
    "16th", "16ths", "octave", "octaves", "long", "short", "wet", "dry", "reverb", "delay", "echo",
    "slides", "slide", "glide", "staccato", "legato", "strum", "strums", "roll", "rolls", "double",
    "triplets", "picking", "playing", "comping", "pentatonic", "scale",
    "glissando", "gliss", "tremolo", "arpeggio", "arpeggios", "runs", "trills", "fingerpicking",
))  # fmt: skip
#: Between an instrument and its genre, where the instrument comes first: `batería de samba`.
_OF = frozenset(("de", "di", "do", "da", "del", "du"))
#: What is not wanted comes after what is asked for as well: `drums without hats`.
_HEAD_STOP = rf"{HEAD_END}|\b(?:without|minus|w/o|no)\b|\bthat\s+(?:is|sounds?|feels?|has|would)\b"
_ONLY_BEFORE = (
    rf"\b(?:only|just|solely|purely|nothing but|isolated|{ONLY_BEFORE})"
    r"\s+(?:(?:the|an?|some)\s+)?(?:[a-z]+\s+)?$"
)
_ONLY_AFTER = (
    r"\s*(?:only|alone|on (?:its|their) own|by (?:itself|themselves)|isolated|and nothing else|"
    rf"nothing else|{ONLY_AFTER})\b|{OTHER_ONLY_AFTER}"
)
#: Words that leave some players alone, for showing where they stand.
ONLY_WORDS = (
    r"\b(?:only|alone|isolated|unaccompanied|solo|duets?|duo|(?:and\s+)?nothing else|"
    rf"(?:format|arrangement)\s*:\s*solo|{ONLY_BEFORE}|{ONLY_AFTER})\b"
    rf"|{OTHER_ONLY_AFTER}"
)
#: A soloist is alone only where nobody else is named: `drums, piano and a trumpet solo` is a band.
_SOLO_BEFORE = r"\bsolo\s+(?:[a-z]+\s+)?$"
_SOLO_AFTER = r"\s*solo\b"
#: What a soloist plays over is a band: `a guitar solo over a lo-fi beat`.
_OVER_A_BEAT = r"over\s+(?:[\w-]+\s+){0,4}(?:beats?|grooves?|drums|rhythms?|bands?|tracks?)\b"
#: Of a soloist who plays over a genre, as in `sax over techno`, the genre is the band.
_OVER = r"over\b"
#: A number before a plural: two players of one instrument.
_TWO_OF = r"\b(?:two|2|twin|dual|duell?ing|pair\s+of|couple\s+of)\s+(?:[a-z-]+\s+){0,2}$"
#: A tonic whose mode is left open, behind an instrument: it names nobody else.
_IN_A_TONIC = r"\bin\s+[A-G](?:#|b)?(?![\w#])"
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
#: The same where a genre is named: `house rhythm` is house.
_DRUMS_OF_A_GENRE = r"\btop\s?loops?\b|\b(?:tops|breaks?)\W*$"
#: Names of the drums that mean the instrument, wherever its genre stands: `drum kit rock`.
_A_KIT = r"(?:kit|set|schlagzeug)$"
#: Tags of loop libraries: what stands beside an instrument's tag and adds nobody.
_LIBRARY_TAG = r"(?:loops?|grooves?|one[\s-]?shots?|samples?|stems?|patterns?)"
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
#: One word before a comma that says how somebody plays.
_RHYTHM_TAG = r"(?:poly|cross)[\s-]?rhythm(?:s|ic)?|rhythmic|syncopated|groovy|tribal|broken|swung"
_GROOVES = frozenset((
    "tune", "tunes", "ループ", "루프", "линия", "петля", "партия",
    "loop", "loops", "groove", "grooves", "pattern", "patterns", "break", "riff", "line", "part",
    "parts", "solo", "lick", "licks", "sequence", "stem", "phrase", "ostinato", "fill", "fills",
    "roll", "rolls", "topper", "polyrhythm", "polyrhythms",
))  # fmt: skip


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
        _tell_left_out(text, wanted, alone)
        # crackle and rain are no players: they lie under those who play alone
        beds = [one for one in wanted if one.sound.part == "texture"]
        return tuple(dict.fromkeys(one.sound.name for one in [*alone, *beds])), True
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
    if two := _two_of_one(text, wanted, names):
        plays_alone = _head_is_instrument(text, wanted, without, kind, has_genre) and not has_genre
        return (*names, two), plays_alone and kind != "track"
    pair = len(names) == 1 and pattern(_TOGETHER).search(text.text)
    if not has_genre and kind != "track" and (pair or _is_piece(text, wanted)):
        # a piece has a melody, and its instrument plays that; so has a duet of two of a kind
        return (*names, "melody"), True
    return names, bool(names) and kind != "track" and _head_is_instrument(
        text, wanted, without, kind, has_genre
    )


def _tell_left_out(text: MarkedText, wanted: list[Named], alone: list[Named]) -> None:
    """Say who is named as well where others are to play alone."""
    stay = {one.sound.part for one in alone} | {"texture"}
    for one in wanted:
        if one.sound.part not in stay:
            shown = text.text[one.start : one.end].lower()
            text.said.append(f"{shown} is left out: others are to play alone")


def _two_of_one(text: MarkedText, wanted: list[Named], names: tuple[str, ...]) -> str:
    """Who plays beside the one instrument that is named, where two of it are; empty else.

    Where one of the two finds no part, that is told.
    """
    twice = [one for one in wanted if pattern(_TWO_OF).search(text.before(one.start))]
    if twice and len(names) == 1 and twice[0].sound.part == "chords":
        return "lead guitar" if "guitar" in names[0] else "melody"
    for one in twice:
        if one.sound.part in ("chords", "lead"):
            shown = text.text[one.start : one.end].lower()
            text.said.append(f"two {shown}: they play as one")
    return ""


def _names_band(text: MarkedText) -> bool:
    said = text.text.lower()
    return any(word in said for word in ("trio", "quartet", "quintet", "combo", "band", "section"))


def band_places(text: MarkedText) -> list[tuple[int, int]]:
    """Where the words trio, quartet, section stand that name a band."""
    if not _names_band(text):
        return []
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
    if not _names_band(text):
        return names, only
    for form, members in _BANDS:
        found = pattern(form).search(text.text)
        if found is None or pattern(r"\bno\s+$").search(text.text[: found.start()]):
            continue
        denied = {name for name, _, _ in without}
        players = tuple(one for one in members if one not in denied)
        alone = set(names) <= set(members) and found[0][-1] != "n" and "band" not in found[0]
        # who is named beside the band goes before its members: the soloist of a big band
        return tuple(dict.fromkeys((*names, *players))), only or alone
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
    stop = pattern(HEAD_END).search(text.rest)
    head = text.rest[: stop.start() if stop else len(text.rest)]
    form = _DRUMS_OF_A_GENRE if has_genre else _DRUMS_BY_NAME
    return pattern(form).search(head.rstrip(" \0")) is not None


def _is_library_list(text: MarkedText) -> bool:
    """Whether the prompt is a list of tags as loop libraries have it: `110 bpm, bass, loops`."""
    tags = [tag.strip(" \0.") for tag in pattern(r"[,;|]").split(text.rest)]
    return (
        len(tags) >= 3
        and any(pattern(_LIBRARY_TAG).fullmatch(tag) for tag in tags)
        and all(len(tag.split()) <= 3 for tag in tags)
    )


def _groups(text: MarkedText, named: list[Named]) -> list[list[Named]]:
    groups: list[list[Named]] = []
    for one in named:
        if groups and pattern(LIST_JOIN).fullmatch(text.rest[groups[-1][-1].end : one.start]):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _denials(text: MarkedText, without: list[tuple[str, int, int]]) -> list[int]:
    """Where `sans batterie` and the like begin. `no` and `without` are no words of these."""
    found = (
        pattern(rf"(?<!\w)(?:{DENIALS})\s+$").search(text.text[max(0, start - 24) : start])
        for _, start, _ in without
    )
    return [
        max(0, start - 24) + match.start()
        for (_, start, _), match in zip(without, found, strict=True)
        if match
    ]


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


def _behind_tags(text: MarkedText, wanted: list[Named], begin: int) -> int:
    """Where what is asked for begins behind tags that say how it is played: `polyrhythm, congas`.

    Such a tag is one word of rhythm or mood, and names nobody.
    """
    while tag := pattern(r"[\s,\0]*([^\W\d_]+(?:-[^\W\d_]+)?)\s*,").match(text.rest, begin):
        word = tag[1].lower()
        names_somebody = any(tag.start(1) <= one.start < tag.end() for one in wanted)
        if names_somebody or not (pattern(_RHYTHM_TAG).fullmatch(word) or fold(word) in moods()):
            break
        begin = tag.end()
    return begin


def _head_is_instrument(
    text: MarkedText,
    wanted: list[Named],
    without: list[tuple[str, int, int]],
    kind: str | None,
    has_genre: bool = False,
) -> bool:
    """Whether an instrument's part is wanted (`boom bap drums`), not a whole with it."""
    # "no drums, dark pads": what is asked for comes after what is not wanted
    begin, denials = _head_begin(text, wanted), _denials(text, without)
    while lead := pattern(r"[\s,\0]*((?:no|without)\b)?[^,;.]*[,;.]").match(text.rest, begin):
        lead_word = begin + len(text.rest[begin:]) - len(text.rest[begin:].lstrip(" \n,\0"))
        if not lead[1] and lead_word not in denials:
            break
        begin = lead.end()
    if not has_genre:
        begin = _behind_tags(text, wanted, begin)
    stop = pattern(_HEAD_STOP).search(text.rest, begin)
    ends = [stop.start() if stop else len(text.rest), *(at for at in denials if at > begin)]
    head = text.rest[: min(ends)]
    if not head[begin:].strip("\0 "):
        return False
    if pattern(_OVER if has_genre else _OVER_A_BEAT).match(text.rest, min(ends)):
        return False
    head = pattern(_IN_A_TONIC, 0).sub(lambda found: " " * len(found[0]), head)
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
        if pattern(_A_KIT).search(head[one.start : one.end]) and find_genre(" ".join(tail)):
            return True
        if not others and tail[0] in _OF and find_genre(" ".join(tail[1:])):
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
