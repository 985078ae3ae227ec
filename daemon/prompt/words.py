"""A prompt's own words -> what they say of tempo, key, length, kind, genre, mood and instruments (pure)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from bridge.spelling import letters_off
from daemon.prompt.figures import read_bare_tempo, read_bars, read_meter, read_seconds, read_swing, read_tempo
from daemon.prompt.genres import GENRES, Genre, fold, spellings
from daemon.prompt.marked_text import MarkedText, Token, pattern, tidy
from daemon.prompt.pitches import read_key, read_note
from daemon.prompt.vocabulary import Mood, Sound, loop_words, moods, sounds


@dataclass(frozen=True)
class Words:
    """What a prompt says. None, empty or False where it says nothing."""

    words: str
    """The prompt without tempo, key, meter, bars, seconds and note: what a model is told."""
    bpm: float | None = None
    key: str | None = None
    meter: str | None = None
    bars: int | None = None
    seconds: float | None = None
    note: str | None = None
    kind: str | None = None
    oneshot_said: bool = False
    """The kind is a one-shot by name, not only because one hit was named."""
    genre: str = ""
    mood: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    only: bool = False
    """Nothing but `instruments` plays."""
    without: tuple[str, ...] = ()
    """What must not be heard: instruments, or words as they were written."""
    energy: float | None = None
    density: float | None = None
    swing: float | None = None
    pace: int = 0
    """1 for fast, -1 for slow, where that is said in words."""
    said: tuple[str, ...] = ()
    """What the person should know of how the prompt was read."""


@dataclass(frozen=True)
class _Named:
    """Something of the vocabulary, at its place."""

    start: int
    end: int
    sound: Sound


#: What follows or comes before a genre's name where it means something else.
_NO_GENRE_AFTER = {
    "rock": r"\s+(?:solid|hard)\b", "metal": r"\s+(?:pipe|hit|clang|plate|sheet|scrape|bar|gate|can|door|rod|bowl|impact|perc)",
    "pop": r"\s+(?:noise|filter)", "trap": r"\s*door",
    "uk garage": r"\s*(?:door|band)", "dub": r"\s+(?:siren|delay)",
    "jungle": r"\s+(?:ambien|atmos|sounds|birds|night)", "disco": r"\s+ball", "house": r"\s+(?:party|cat|keys)\b",
    "drill": r"\s+(?:bit|press)",
    "classical": r"\s+guitar", "acid techno": r"\s+(?:bass|line|303|lead|synth|arp|squelch|jazz)",
    "drum and bass": r"\s+guitar",
    "industrial": r"\s+(?:machine|noise|fan|ambien|hum)", "cinematic": r"\s+(?:impact|boom|hit|riser|whoosh|braam)",
    "idm": r"\s+(?:fx|effect|hit)",
    "country": r"\s*side", "rage": r"\s+(?:filled|room)",
    "blues": r"\s+scale",
}  # fmt: skip
_NO_GENRE_BEFORE = {"pop": r"(?:vinyl|bubble|balloon|cork)\s*$", "drill": r"(?:power|electric|dentist)\s*$",
                    "metal": r"(?:sheet|scrap)\s*$",
                    "house": r"(?:\bin (?:the|my|a|da)|haunted)\s*$"}  # fmt: skip
#: Words that are one letter away from a genre and mean themselves.
_NO_TYPOS = frozenset((
    "hose", "hours", "mouse", "horse", "trace", "trance", "drills", "chill", "tech", "techs", "electric", "amble",
    "ambience", "rocks", "pops", "dusty", "disc",
))  # fmt: skip

_ONESHOT = r"\b(?:one[\s-]?shots?|single[\s-](?:hit|shot|note)|one[\s-]hit|one single hit)\b"
#: Effects that are effects at any tempo, and sounds that are effects only where no time is named.
_TRANSITION = (
    r"\b(?:sfx|sound effects?|risers?|uplifters?|downlifters?|impacts?|whoosh(?:es)?|swoosh(?:es)?|braams?|"
    r"(?:sub|bass) drops?|(?:noise|filter|up|down)[\s-]?sweeps?)\b"
)
_ATMOSPHERE = (
    r"\b(?:ambien[ct]es?|atmos(?:phere|pheres)?|soundscapes?|foley|explosions?|lasers?|sirens?|transitions?|swells?|drones?|"
    r"field recordings?|footsteps|thunder(?:storm)?|rain(?:fall| sounds)?|applause|crowd noise|room tone|wind sounds|ocean waves|"
    r"birdsong|glitch fx|zaps?)\b"
)
_TRACK = (
    r"\b(?:(?:full|whole|complete|entire|finished|full[\s-]length)\s+(?:track|song|tune|piece|beat|instrumental|arrangement)|song|"
    r"(?<!drum )(?<!backing )(?<!bass )(?<!percussion )(?<!click )(?<!vocal )(?<!sound)track(?!s|\s*\d))\b"
)
_VOCAL = (
    r"\b(?:a\s?cappellas?|acapellas?|accapellas?|spoken[\s-]words?|vocal (?:line|phrase|take|lead|verse|chorus)|"
    r"(?:sung|rap|rapped) (?:line|verse|hook|chorus|phrase))\b"
)
_MIDI = (
    r"\bmidi\s*(?:files?|clips?|loops?|patterns?|melod(?:y|ies)|chords?|progressions?|only|notes?|bass ?lines?|drums?|arps?)\b|"
    r"\b(?:as|in)\s+midi\b|^\s*midi\b|\bmidi\s*$|\bnotes only\b|\bonly notes\b"
)
_NOT_MIDI = r"\b(?:no|without)\s+midi\b"

_NEGATION = (
    r"\b(?:no|without(?:\s+any)?|w/o|minus|zero|avoid(?:ing)?|exclud(?:e|ing)|except|"
    r"don'?t\s+(?:want|use|add|include)(?:\s+any)?|not?\s+any)\s+(?:the\s+|an?\s+)?"
)
_NO_NEGATION = r"(?:more|less|longer|matter|one\b|problem|idea|limit|bpm|tempo|key\b|swing|shuffle|midi)"
_LESS = {"drumless": "drums", "beatless": "drums", "drumfree": "drums", "bassless": "bass", "vocalfree": "vocals",
         "instrumental": "vocals",
         "nondrum": "drums", "percussionless": "percussion"}  # fmt: skip
#: What may stand behind the instrument that is asked for.
_NO_NOUNS = frozenset((
    "midi", "sample", "clip", "in", "at", "one", "shot", "oneshot", "please", "half", "double", "time", "feel", "trio",
))  # fmt: skip
_FOUR_ON_THE_FLOOR = r"\b(?:4|four)[\s-]*(?:x\s*4|(?:on|to)[\s-]the[\s-]floor)\b"
_ONLY_BEFORE = r"\b(?:only|just|solely|purely|nothing but|isolated|solo)\s+(?:(?:the|an?|some)\s+)?(?:[a-z]+\s+)?$"
_ONLY_AFTER = r"\s*(?:only|alone|solo|on (?:its|their) own|by (?:itself|themselves)|isolated)\b"
_LIST_JOIN = r"\s*(?:,|and|&|\+|/|or|nor|n)?\s*(?:and\s+|or\s+|no\s+)?"
_HEAD_END = r"[,;.\n(:]|\b(?:with|over|plus|featuring|feat|and then|in the style)\b"
_GROOVES = frozenset((
    "loop", "loops", "groove", "grooves", "pattern", "patterns", "break", "riff", "line", "part", "parts", "solo",
    "lick", "licks", "sequence", "stem", "phrase", "ostinato",
))  # fmt: skip


def parse_words(prompt: str) -> Words:
    """Read a prompt of any length. Never fails: what is not understood stays in `words`."""
    text = MarkedText(prompt)
    bpm = read_tempo(text)
    meter = read_meter(text)
    bars = read_bars(text)
    spans = _find_genres(text)
    seconds = read_seconds(text, [start for start, _, _ in spans])
    bpm = read_bare_tempo(text, [(start, end, genre.low_bpm, genre.high_bpm) for start, end, genre in spans], bpm)
    swing = read_swing(text)

    named, without = _instruments(text, spans)
    said_kind = _kind(text, named, spans, bpm is not None or bars is not None)
    key = read_key(text, said_kind == "oneshot")
    note = read_note(text) if said_kind == "oneshot" else None

    genre = _choose_genre(text, spans)
    if swing is not None and swing > 50 and genre and not pattern(r"\d\s*%?\s*swing|swing\D{0,4}\d").search(text.text):
        swing = max(swing, genre.swing)
    if genre and genre.meter != "4/4" and meter is None:
        meter = genre.meter
    found_moods = _moods(text, spans, named, without)
    listed, only = _which_play(text, named, without, said_kind, spans)
    return Words(
        words=tidy(text.rest), bpm=bpm, key=key, meter=meter, bars=bars, seconds=seconds, note=note, kind=said_kind,
        oneshot_said=pattern(_ONESHOT).search(text.text) is not None,
        genre=genre.name if genre else "", mood=tuple(dict.fromkeys(mood.name for mood in found_moods)),
        instruments=listed, only=only, without=tuple(dict.fromkeys(name for name, _, _ in without)),
        energy=_mean([mood.energy for mood in found_moods]), density=_mean([mood.density for mood in found_moods]),
        swing=swing, pace=max((mood.pace for mood in found_moods), key=abs, default=0), said=tuple(dict.fromkeys(text.said)),
    )  # fmt: skip


def _mean(values: list[float | None]) -> float | None:
    said = [value for value in values if value is not None]
    return round(sum(said) / len(said), 2) if said else None


def _longest(
    text: MarkedText, tokens: list[Token], at: int, table: dict[str, Genre] | dict[str, Sound] | dict[str, Mood], most: int
) -> int:
    """How many tokens from `at` on, joined, stand in a table: the most that do, or 0."""
    found, folded = 0, ""
    for count in range(most):
        if at + count >= len(tokens) or (count and not text.joined(tokens[at + count - 1], tokens[at + count])):
            break
        folded += tokens[at + count].folded
        if folded in table:
            found = count + 1
    return found


# --- genre ----------------------------------------------------------------------------------------------------------------


def _find_genres(text: MarkedText) -> list[tuple[int, int, Genre]]:
    tokens, table = text.tokens(), spellings()
    spans: list[tuple[int, int, Genre]] = []
    at = 0
    while at < len(tokens):
        count = _longest(text, tokens, at, table, 5)
        if count and _longest(text, tokens, at, sounds(), 4) <= count:
            folded = "".join(token.folded for token in tokens[at : at + count])
            start, end, genre = tokens[at].start, tokens[at + count - 1].end, table[folded]
            if _is_genre(text, start, end, genre, folded):
                spans.append((start, end, genre))
        at += count or 1
    return spans or _misspelled_genres(text, tokens)


def _is_genre(text: MarkedText, start: int, end: int, genre: Genre, folded: str) -> bool:
    after, before = _NO_GENRE_AFTER.get(genre.name), _NO_GENRE_BEFORE.get(genre.name)
    if after and pattern(after).match(text.rest[end:]):
        return False
    if before and pattern(before).search(text.before(start)):
        return False
    # what is not wanted is no genre of the request: "no trap"
    return not pattern(r"\b(?:no|not|without|isn't|except)\s+(?:too\s+)?$").search(text.before(start))


def _misspelled_genres(text: MarkedText, tokens: list[Token]) -> list[tuple[int, int, Genre]]:
    """A genre with one letter wrong: `tehcno`, `dubsteb`. Tried only where none is spelled right."""
    long = [(spelling, genre) for spelling, genre in spellings().items() if len(spelling) >= 5]
    for at, token in enumerate(tokens[:60]):
        for count in (2, 1):
            if at + count > len(tokens) or (count == 2 and not text.joined(token, tokens[at + 1])):
                continue
            word = "".join(t.folded for t in tokens[at : at + count])
            if len(word) < 5 or word in _NO_TYPOS or word in sounds() or word in moods() or word in loop_words():
                continue
            for spelling, genre in long:
                if abs(len(spelling) - len(word)) > 1 or spelling[0] != word[0]:
                    continue
                swapped = sorted(spelling) == sorted(word)
                if (len(spelling) >= 7 or swapped or len(word) != len(spelling)) and letters_off(word, spelling) == 1:
                    return [(token.start, tokens[at + count - 1].end, genre)]
    return []


def _choose_genre(text: MarkedText, spans: list[tuple[int, int, Genre]]) -> Genre | None:
    """The first genre named; of several in a row the last, which is the noun: ambient techno, jazz house."""
    if not spans:
        return None
    chosen = spans[0]
    for span in spans[1:]:
        if text.rest[chosen[1] : span[0]].strip(" -/"):
            break
        # "jungle breaks" are breaks of jungle
        if fold(text.text[span[0] : span[1]]) not in loop_words():
            chosen = span
    if chosen[2].name == "jazz" and any(genre.name == "waltz" for _, _, genre in spans):
        return GENRES["jazz waltz"]
    return chosen[2]


# --- instruments ----------------------------------------------------------------------------------------------------------


def _instruments(text: MarkedText, spans: list[tuple[int, int, Genre]]) -> tuple[list[_Named], list[tuple[str, int, int]]]:
    """Instruments at their places, and what is not wanted: (name, start, end)."""
    tokens, table = text.tokens(), sounds()
    genre_at = {place for start, end, _ in spans for place in range(start, end)}
    named: list[_Named] = []
    at = 0
    while at < len(tokens):
        count = 0 if tokens[at].start in genre_at else _longest(text, tokens, at, table, 4)
        if count:
            folded = "".join(token.folded for token in tokens[at : at + count])
            named.append(_Named(tokens[at].start, tokens[at + count - 1].end, table[folded]))
        at += count or 1
    without = [(part, token.start, token.end) for token in tokens if (part := _LESS.get(token.folded)) is not None]
    without += [
        (part, a.start, b.end)
        for a, b in pairwise(tokens)
        if text.joined(a, b) and (part := _LESS.get(a.folded + b.folded)) is not None
    ]
    for match in text.find(_NEGATION):
        if not pattern(_NO_NEGATION).match(text.rest[match.end() :]):
            without.extend(_negated(text, match.end(), named))
    return named, without


def _negated(text: MarkedText, at: int, named: list[_Named]) -> list[tuple[str, int, int]]:
    """The instruments of a list that begins at `at`, or the words that stand there."""
    found: list[tuple[str, int, int]] = []
    for one in named[bisect_left(named, at, key=lambda one: one.start) :]:
        between = text.rest[at : one.start]
        first = not found and pattern(r"\s*(?:[a-z-]+\s+)?").fullmatch(between)
        if first or (
            found and pattern(_LIST_JOIN).fullmatch(between) and (between.strip() != "," or _is_last_of_list(text, one.end))
        ):
            found.append((one.sound.name, one.start, one.end))
            at = one.end
        else:
            break
    if found:
        return found
    words = pattern(
        r"[^\W\d_][\w-]*(?:\s+(?!and\b|or\b|but\b|with\b|in\b|at\b|on\b|please\b|just\b|only\b)[^\W\d_][\w-]*)?"
    ).match(text.rest[at:])
    return [(words[0].lower(), at, at + words.end())] if words else []


def _is_last_of_list(text: MarkedText, end: int) -> bool:
    """`no drums, bass or vocals` goes on; `no drums, pads` does not."""
    return pattern(r"\s*,?\s*(?:or|nor)\b|\s*,[^,]*\bor\b").match(text.rest[end:]) is not None


def _which_play(
    text: MarkedText,
    named: list[_Named],
    without: list[tuple[str, int, int]],
    kind: str | None,
    spans: list[tuple[int, int, Genre]],
) -> tuple[tuple[str, ...], bool]:
    """(instruments that play, whether nothing else does)."""
    unwanted = [(start, end) for _, start, end in without]
    wanted = [one for one in named if not any(start <= one.start < end for start, end in unwanted)]
    groups = _groups(text, wanted)
    alone = [
        one for group in groups
        if pattern(_ONLY_AFTER).match(text.rest[group[-1].end :]) or pattern(_ONLY_BEFORE).search(text.before(group[0].start))
        for one in group
    ]  # fmt: skip
    if alone:
        return tuple(dict.fromkeys(one.sound.name for one in alone)), True
    if kind == "vocal" and not wanted:
        return ("vocals",), True
    names = tuple(dict.fromkeys(one.sound.name for one in wanted))
    return names, bool(names) and kind != "track" and _head_is_instrument(text, wanted, kind)


def _groups(text: MarkedText, named: list[_Named]) -> list[list[_Named]]:
    groups: list[list[_Named]] = []
    for one in named:
        if groups and pattern(_LIST_JOIN).fullmatch(text.rest[groups[-1][-1].end : one.start]):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _head_is_instrument(text: MarkedText, wanted: list[_Named], kind: str | None) -> bool:
    """Whether the thing asked for is an instrument's part (`boom bap drums, crackle`), not a whole (`techno with piano`)."""
    # "no drums, dark pads": what is asked for comes after what is not wanted
    begin = 0
    while lead := pattern(r"[\s,\0]*(?:no|without)\b[^,;.]*[,;.]").match(text.rest, begin):
        begin = lead.end()
    stop = pattern(_HEAD_END).search(text.rest, begin)
    head = text.rest[: stop.start() if stop else len(text.rest)]
    if not head[begin:].strip("\0 "):
        return False
    for one in wanted:
        if one.start >= len(head):
            break
        tail = [word.lower() for word in pattern(r"[^\W_]+").findall(head[one.end :])]
        if not tail or tail[0] in _GROOVES or (one.sound.name == "drums" and tail[0] == "beat"):
            return True
        others = [other for other in wanted if other.start > one.end and other.start < len(head)]
        if not others and all(word in _NO_NOUNS or word in moods() for word in tail):
            return True
    return kind == "oneshot"


# --- kind -----------------------------------------------------------------------------------------------------------------


def _kind(text: MarkedText, named: list[_Named], spans: list[tuple[int, int, Genre]], timed: bool) -> str | None:
    """The kind that the words ask for, or None where they leave it open."""
    rest = text.rest
    if pattern(_MIDI).search(rest) and not pattern(_NOT_MIDI).search(rest):
        return "midi"
    if pattern(_ONESHOT).search(rest):
        return "oneshot"
    loops = any(token.folded in loop_words() for token in text.tokens()) or bool(pattern(_FOUR_ON_THE_FLOOR).search(rest))
    stop = pattern(_HEAD_END).search(rest)
    head = rest[: stop.start()] if stop else rest
    if not loops and (pattern(_TRANSITION).search(head) or (not timed and pattern(_ATMOSPHERE).search(head))):
        return "sfx"
    if pattern(_VOCAL).search(rest) and not loops:
        return "vocal"
    if pattern(_TRACK).search(rest) and not pattern(r"\bloops?\b").search(rest):
        return "track"
    if loops or pattern(r"\bloop(?:able|ed|ing)?\b").search(rest):
        return "loop"
    hits = [one for one in named if one.start < len(head)]
    if not timed and len(named) == 1 and hits and hits[0].sound.hit and _ends_head(head, hits[0]):
        return "oneshot"
    if not timed and len(hits) == 2 and hits[0].sound.name == "808" and hits[1].sound.hit and len(named) == 2:
        return "oneshot"
    return "loop" if timed else None


def _ends_head(head: str, one: _Named) -> bool:
    """Whether a hit's name ends what is asked for, but for a note and words for a single sound."""
    tail = head[one.end :]
    return (
        pattern(
            r"(?:\s*\b(?:drum|hit|sample|sound|shot|bass|in|at|tuned|pitched|to|note|key|of|[a-g][#b]?-?\d?m?(?:inor|ajor)?|minor|major|please)\b\s*[#]?)*[\s\0!?]*"
        ).fullmatch(tail)
        is not None
    )


# --- mood -----------------------------------------------------------------------------------------------------------------


def _moods(
    text: MarkedText, spans: list[tuple[int, int, Genre]], named: list[_Named], without: list[tuple[str, int, int]]
) -> list[Mood]:
    tokens, table = text.tokens(), moods()
    taken = {place for start, end, _ in spans for place in range(start, end)}
    taken |= {place for one in named for place in range(one.start, one.end)}
    taken |= {place for _, start, end in without for place in range(start, end)}
    found: list[Mood] = []
    at = 0
    while at < len(tokens):
        count = 0 if tokens[at].start in taken else _longest(text, tokens, at, table, 3)
        denied = count and pattern(r"\b(?:not|less|never|isn't)\s+(?:too|so|very|that|overly)?\s*$").search(
            text.before(tokens[at].start)
        )
        if count and not denied:
            found.append(table["".join(token.folded for token in tokens[at : at + count])])
        at += count or 1
    return found
