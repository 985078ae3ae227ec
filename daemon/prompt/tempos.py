"""Tempi in a prompt, told apart from other numbers."""

from __future__ import annotations

import re

from bridge.music import MAX_BPM, MIN_BPM
from daemon.prompt.genres import fold
from daemon.prompt.marked_text import TAKEN, MarkedText
from daemon.prompt.patterns import pattern
from daemon.prompt.spoken_numbers import SPOKEN, number_of, written_number
from daemon.prompt.vocabulary import loop_words, sounds

#: More decimals than are kept are rounded. No tempo has thousands, so a comma is a decimal one.
_NUMBER = r"(\d{2,4}(?:[.,]\d{1,15})?|\d)"
#: Decimals of a tempo that are kept, as the field `bpm` keeps them.
_DECIMALS = 3
_NOT_INSIDE = r"(?<![\w/#$€£])(?<![\d\s]\.)(?<!\d,)"
_BPM = (
    r"(?:b\.?p\.?m\b\.?|bmp\b|beats?\s+(?:per|a)\s+min(?:ute)?s?\b|"
    r"schl[äa]gen?\s+(?:pro|je)\s+minute\b|battements?\s+par\s+minute\b|"
    r"(?:pulsaciones|golpes)\s+por\s+minuto\b|batidas\s+por\s+minuto\b|"
    r"battiti\s+al\s+minuto\b|уд(?:аров|ара|ар)?\.?\s*(?:в|/)\s*мин(?:уту)?\b)"
)
_LEAD = (
    r"(?:\b(?:at|around|about|roughly|circa|tempo(?:\s+(?:of|is|at))?\s*[:=]?|in)\s+|"
    r"@\s*|~\s*|tempo\s*[:=]\s*)?"
)
_TEMPO = (
    rf"{_LEAD}{_NOT_INSIDE}{_NUMBER}(?:\s*{_BPM})?"
    rf"(?:\s*(-|/|\bto\b|\bor\b|\.\.+)\s*{_NUMBER})?\s*-?\s*{_BPM}",
    rf"\b(?:b\.?p\.?m|bmp|tempo|beats?\s+per\s+minute)\b\.?\s*(?:of|is|at|around|about|[:=~])?"
    rf"(?:\s+(?:of|around|about))?\s*{_NUMBER}(?:\s*(-|to)\s*{_NUMBER})?(?![\w/%]|[.,]\d)",
)
_BARE = r"(?<![\w./#'$€£-])(?<!\d,)(\d{2,3}(?:\.\d{1,15})?)(?![\w/:%°\"']|[.,]\d|-\w)"
#: Words before a number that make it a tempo: `at 132`, `that goes 140`.
_BARE_LEAD = (
    r"\b(?:at|goes|going|runs?|running|rolls|rolling)\s+(?:at\s+)?(?:around\s+|about\s+)?|"
    r"@\s*|~\s*|\baround\s+"
)
#: Numbers that can be a tempo wherever one stands; a higher one can be one beside a genre.
BARE_LOW, BARE_HIGH = 60, 200
#: From where a number after `swing` is a tempo, and no percentage.
_SWUNG_LOW = 100
#: What a number counts when it is no tempo.
UNITS = (
    r"\s*-?\s*(?:%|°|hz|khz|k?bps|kb|mb|db|ms|s|secs?|seconds?|mins?|minutes?|hours?|bits?|bars?|"
    r"measures?|beats|semitones?|cents?|steps?|notes?|voices?|voice|layers?|tracks?|hits?|percent|"
    r"degrees?|x|th|nd|rd|st|years?|people|players?|piece|samples?|loops|variations?|takes|clips|"
    r"versions|times|bands?|poles?|o'?clock|lufs|ppq|frames|presets?|knobs?)\b"
)
#: Numbers of synthesizers that are also tempos: before an instrument they are the machine.
MACHINES = {"101", "106", "202", "303", "404", "505", "606", "707", "808", "909"}


def _tempo_kept(text: MarkedText, written: str) -> float:
    """A tempo with the decimals that are kept; where that rounds it, the user is told."""
    value = written_number(written)
    kept = round(value, _DECIMALS)
    if kept != value:
        text.said.append(
            f"{written} bpm in the prompt is taken as {kept:g}; {_DECIMALS} decimals are kept"
        )
    return kept


def read_tempo(text: MarkedText) -> float | None:
    """The tempo that is called one (`132 bpm`, `tempo: 90`).

    All are taken; the first that can be used counts.
    """
    found: list[tuple[int, float]] = []
    spoken = text.find(rf"{_LEAD}\b({SPOKEN})[\s-]*{_BPM}")
    for match in spoken if text.has("bpm", "b.p", "bp.", "bmp", "beat") else ():
        value = float(number_of(match[1]))
        if MIN_BPM <= value <= MAX_BPM:
            found.append((match.start(), value))
            text.take(match.start(), match.end(), f"{value:g}")
    for form in _TEMPO:
        for match in text.find(form):
            bpm = _tempo_of(text, match)
            text.take(match.start(), match.end(), f"{bpm:g}" if bpm else "")
            if bpm is not None:
                found.append((match.start(), bpm))
    tempos = [bpm for _, bpm in sorted(found)]
    for other in dict.fromkeys(bpm for bpm in tempos[1:] if bpm != tempos[0]):
        text.said.append(f"the prompt names two tempos; {tempos[0]:g} is used, {other:g} is not")
    return tempos[0] if tempos else None


def _out_of_range(bpm: float) -> str:
    return f"{bpm:g} bpm in the prompt is not used: a tempo goes from {MIN_BPM:g} to {MAX_BPM:g}"


def _tempo_of(text: MarkedText, match: re.Match[str]) -> float | None:
    first, _, second = match[1], match[2], match[3]
    if second and first.startswith("0"):
        first = second  # `Take 03 - 120bpm`: the number of a sample
    values = [_tempo_kept(text, value) for value in (first, second) if value]
    usable = [value for value in values if MIN_BPM <= value <= MAX_BPM]
    for value in values:
        if value not in usable:
            text.said.append(_out_of_range(value))
    if len(usable) == 2 and usable[0] != usable[1]:
        low, high = sorted(usable)
        if match[2] != "/" and match[2].lower() != "or" and high / low <= 1.25:
            middle = float(round((low + high) / 2))
            text.said.append(
                f"the prompt names tempos from {low:g} to {high:g}; {middle:g} is used"
            )
            return middle
        text.said.append(
            f"the prompt names two tempos; {usable[0]:g} is used, {usable[1]:g} is not"
        )
    return usable[0] if usable else None


def read_bare_tempo(
    text: MarkedText, genre_spans: list[tuple[int, int, float, float]], called: float | None
) -> float | None:
    """A number without `bpm` that can only be a tempo, by the words beside it.

    genre_spans: (start, end, slowest, fastest) of each genre in the text.
    called: the tempo named as one (`90 bpm`); it goes first.
    """
    tempo = called
    for match in text.find(rf"(?:({_BARE_LEAD}))?{_BARE}"):
        value = float(match[2])
        if value < BARE_LOW or _counts_something(text, match):
            continue
        if value > BARE_HIGH and not _beside_genre(text, match, genre_spans):
            continue
        if value > MAX_BPM:
            text.said.append(_out_of_range(value))
            continue
        if match[1] or _stands_as_tempo(text, match, value, genre_spans):
            value = _tempo_kept(text, match[2])
            text.take(match.start(), match.end(), f"{value:g}")
            if tempo is None:
                tempo = value
            elif value != tempo:
                text.said.append(
                    f"the prompt names two tempos; {tempo:g} is used, {value:g} is not"
                )
    return tempo


def _counts_something(text: MarkedText, match: re.Match[str]) -> bool:
    after = text.rest[match.end() :]
    if pattern(UNITS).match(after):
        return True
    word = pattern(r"[\s-]*([^\W\d_]+)").match(after)
    if not word:
        return False
    plain = word[1].lower()
    if match[2] in MACHINES and (plain in sounds() or plain.startswith("bass")):
        return True
    if plain == "triplets":
        return False
    return (
        len(plain) > 3
        and plain.endswith("s")
        and not plain.endswith("ss")
        and plain not in sounds()
    )


def _beside_genre(
    text: MarkedText, match: re.Match[str], genre_spans: list[tuple[int, int, float, float]]
) -> bool:
    """Whether a number that no machine has stands next to a genre: `bebop 220`."""
    if match[2] in MACHINES:
        return False
    before = text.rest[: match.start()].rstrip(f" ,:-({TAKEN}")
    return any(
        end == len(before)
        or (match.end() <= start and not text.rest[match.end() : start].strip(f" {TAKEN}"))
        for start, end, _, _ in genre_spans
    )


def _stands_as_tempo(
    text: MarkedText,
    match: re.Match[str],
    value: float,
    genre_spans: list[tuple[int, int, float, float]],
) -> bool:
    start, end = match.start(2), match.end(2)
    if text.is_pack and match[2] not in MACHINES and not match[2].startswith("0"):
        return True
    before = text.rest[:start].rstrip(f" ,:-({TAKEN}")
    # the key between a player and the tempo: "sub bass f 140", "piano in D 100"
    before = pattern(r"(?:\s[Ii]n)?\s[A-Ga-g][#b]?$", 0).sub("", before)
    if any(genre_end == len(before) for _, genre_end, _, _ in genre_spans):
        return True
    last = pattern(r"([^\W_]+)$").search(before)
    if last and (
        last[1].lower() in loop_words()
        or last[1].lower() in ("drums", "track", "song", "instrumental", "music")
        # below that it is how much it swings
        or (last[1].lower() == "swing" and value >= _SWUNG_LOW)
    ):
        return True
    for genre_start, _, low, high in genre_spans:
        if text.rest[end:genre_start].strip(f" {TAKEN}") == "" and genre_start >= end:
            return any(0.85 * low <= value * factor <= 1.15 * high for factor in (0.5, 1, 2))
    if not text.rest[end:].strip(f" .{TAKEN}") and match[2] not in MACHINES and _says_loop(text):
        return True
    if text.alone(start, end) and (
        genre_spans or text.metered or text.rest[:start].rstrip().endswith(TAKEN)
    ):
        return True
    if last and not genre_spans and match[2] not in MACHINES and _ends_clause(text, end):
        # "balkan brass 140"; "snare 120" may be a sample's number
        sound = sounds().get(fold(last[1]))
        if sound is not None and (text.metered or not sound.hit):
            return True
    # at the end of what a genre began: "house piano chords 124"
    _, genre_end, low, high = next(
        (span for span in reversed(genre_spans) if span[1] <= start), (0, 0, 0.0, 0.0)
    )
    parted = pattern(r"[,;.\n]").search(text.rest[genre_end:start])
    return _ends_clause(text, end) and not parted and 0.85 * low <= value <= 1.15 * high


def _says_loop(text: MarkedText) -> bool:
    """Whether a loop is asked for: at its end a number is its tempo."""
    return any(fold(word) in loop_words() for word in pattern(r"[^\W\d_]+").findall(text.rest))


def _ends_clause(text: MarkedText, end: int) -> bool:
    """Whether a comma, a key, something taken or nothing at all follows."""
    key_or_chord = r"(?-i:[A-G][#b]?)(?:m|[\s-]?(?:maj|min))?(?:or)?\d{0,2}(?![\w#])"
    return pattern(rf"\s*(?:$|[,;.\n{TAKEN}]|{key_or_chord})").match(text.rest[end:]) is not None
