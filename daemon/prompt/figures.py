"""Tempo, meter, bars, seconds and swing in a prompt, told apart from other numbers."""

from __future__ import annotations

import re

from bridge.music import MAX_BARS, MAX_BPM, MIN_BARS, MIN_BPM, Meter
from daemon.prompt.foreign_words import COUNTS as OTHER_COUNTS
from daemon.prompt.genres import fold
from daemon.prompt.marked_text import TAKEN, MarkedText
from daemon.prompt.patterns import pattern
from daemon.prompt.spoken_numbers import SPOKEN, number_of
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
_BARE_LOW, _BARE_HIGH = 60, 200

#: What a number counts when it is no tempo.
_UNITS = (
    r"\s*-?\s*(?:%|°|hz|khz|k?bps|kb|mb|db|ms|s|secs?|seconds?|mins?|minutes?|hours?|bits?|bars?|"
    r"measures?|beats|semitones?|cents?|steps?|notes?|voices?|voice|layers?|tracks?|hits?|percent|"
    r"degrees?|x|th|nd|rd|st|years?|people|players?|piece|samples?|loops|variations?|takes|clips|"
    r"versions|times|bands?|poles?|o'?clock|lufs|ppq|frames|presets?|knobs?)\b"
)
#: Numbers of synthesizers that are also tempos: before an instrument they are the machine.
_MACHINES = {"101", "106", "202", "303", "404", "505", "606", "707", "808", "909"}

_COUNTS = {
    "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "sixteen": 16,
    "twenty": 20, "twenty-four": 24, "thirty": 30, "thirty-two": 32, "thirty two": 32, "sixty": 60,
    "sixty-four": 64, "sixty four": 64,
}  # fmt: skip
_COUNT = "|".join(sorted(_COUNTS, key=len, reverse=True))
#: The same with the numbers of the other languages, before a unit.
_ANY_COUNTS = OTHER_COUNTS | _COUNTS
_ANY_COUNT = "|".join(sorted(_ANY_COUNTS, key=len, reverse=True))
#: Parts of the words without which no length is named.
#: From where a number after `swing` is a tempo, and no percentage.
_SWUNG_LOW = 100
_BAR_SIGNS = ("bar", "meas", "mesure", "takt", "compas", "compás", "battut", "misur", "length")
_TIME_SIGNS = ("sec", "sek", "seg", "min", "ms")
_BARS_OF = r"(?:bars?|measures?|mesures?|takte?n?|compases|compás|compassos?|battut[ae]|misure)"
#: Bars and parts of them: `half a bar`, `4 1/2 bars`, `a bar and a half`.
_PART_OF_BARS = (
    r"(?<![\w./-])(?:\d{1,2}\s+)?\d/\d{1,2}\s+bars?\b|(?<![\w./-])\d{1,2}\.\d+\s+bars?\b|"
    r"\b(?:half|quarter)\s+(?:of\s+)?an?\s+bar\b|\b(?:a|one|\d{1,2})\s+bars?\s+and\s+a\s+half\b"
)
_MANY = rf"\d{{1,2}}|{_COUNT}|a\s+couple(?:\s+of)?|a\s+pair\s+of"
_ASKING = r"(?:(?:please\s+)?(?:give|make|get|i\s+want|i\s+need)\s+(?:me\s+)?)?"
_HITS = (
    r"(?:(?:kick|snare|clap|hat|hi-hat|rim|tom|drum|perc|bass|808|stab|single)s?[ -])?"
    r"(?:hits|one[ -]?shots)|kicks|snares|claps|rimshots|toms|stabs|808s|cowbells"
)
_VARIATIONS = (
    r"(?:different\s+)?(?:variations?|versions?|takes|alternatives)(?:\s+(?:of|on)(?:\s+an?)?)?\b"
)
_WHOLES = r"loops|beats|grooves|basslines|melodies|riffs|fills"
#: More clips than this are asked for by the field alone.
_MOST_SAID = 16
_METERS = {
    "three-four": "3/4", "four-four": "4/4", "five-four": "5/4", "seven-four": "7/4",
    "six-eight": "6/8", "seven-eight": "7/8", "nine-eight": "9/8", "twelve-eight": "12/8",
    "five-eight": "5/8",
}  # fmt: skip
#: Words before a number of bars or seconds that say when, not how long.
_WHEN = r"\b(?:every|after|per|first|last|next|final|until|till|each|another|within|other|by)\s*$"
_PART_OF_SOUND = (
    r"\s*(?:of\s+|long\s+)?(?:decay|reverb|delay|attack|release|tail|fade|echo|sustain|gap|pause|"
    r"pre-?delay|intro|outro|glide|portamento|hold|ramp|apart|later|before|in\b(?!\s+[a-g][#b]?\b))"
)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _tempo_kept(text: MarkedText, written: str) -> float:
    """A tempo with the decimals that are kept; where that rounds it, the user is told."""
    value = _number(written)
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


def _tempo_of(text: MarkedText, match: re.Match[str]) -> float | None:
    first, _, second = match[1], match[2], match[3]
    if second and first.startswith("0"):
        first = second  # `Take 03 - 120bpm`: the number of a sample
    values = [_tempo_kept(text, value) for value in (first, second) if value]
    usable = [value for value in values if MIN_BPM <= value <= MAX_BPM]
    for value in values:
        if value not in usable:
            text.said.append(
                f"{value:g} bpm in the prompt is not used: "
                f"a tempo goes from {MIN_BPM:g} to {MAX_BPM:g}"
            )
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
    for match in text.find(rf"(?:(\bat\s+(?:around\s+|about\s+)?|@\s*|~\s*|\baround\s+))?{_BARE}"):
        value = float(match[2])
        if not _BARE_LOW <= value <= _BARE_HIGH or _counts_something(text, match):
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
    if pattern(_UNITS).match(after):
        return True
    word = pattern(r"[\s-]*([^\W\d_]+)").match(after)
    if not word:
        return False
    plain = word[1].lower()
    if match[2] in _MACHINES and (plain in sounds() or plain.startswith("bass")):
        return True
    if plain == "triplets":
        return False
    return (
        len(plain) > 3
        and plain.endswith("s")
        and not plain.endswith("ss")
        and plain not in sounds()
    )


def _stands_as_tempo(
    text: MarkedText,
    match: re.Match[str],
    value: float,
    genre_spans: list[tuple[int, int, float, float]],
) -> bool:
    start, end = match.start(2), match.end(2)
    if text.is_pack and match[2] not in _MACHINES and not match[2].startswith("0"):
        return True
    before = text.rest[:start].rstrip(f" ,:-({TAKEN}")
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
    if not text.rest[end:].strip(f" .{TAKEN}") and match[2] not in _MACHINES and _says_loop(text):
        return True
    if text.alone(start, end) and (
        genre_spans or text.metered or text.rest[:start].rstrip().endswith(TAKEN)
    ):
        return True
    if last and not genre_spans and match[2] not in _MACHINES and _ends_clause(text, end):
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


def read_meter(text: MarkedText) -> str | None:
    """The first time signature: `7/8`, `six-eight`, `waltz time`."""
    found: list[tuple[int, str]] = []
    forms = (
        r"(?:\bin\s+)?(?<![\w./,-])(\d{1,2})\s?/\s?(4|8)(?![\w/.])"
        r"(?:[\s-]*(?:time|meter|metre|signature)\b)?"
    )
    for match in text.find(forms):
        try:
            meter = str(Meter.parse(f"{match[1]}/{match[2]}"))
        except ValueError:
            continue
        if pattern(r"\b(?:not|no|never|without|except)\s+(?:in\s+)?$").search(
            text.before(match.start())
        ):
            text.said.append(
                f"not {meter} names no meter to play; write the one you want, as in 7/8"
            )
        else:
            found.append((match.start(), meter))
        text.take(match.start(), match.end(), meter)
    for match in text.find(
        rf"(?:\bin\s+)?\b({'|'.join(_METERS).replace('-', '[ -]')})\b(?:\s*(?:time|meter|metre))?"
    ):
        found.append((match.start(), _METERS[match[1].lower().replace(" ", "-")]))
        text.take(match.start(), match.end(), found[-1][1])
    for match in text.find(
        r"\b(?:in\s+)?(?:waltz|triple)\s+(?:time|meter|metre)\b|"
        r"\bin\s+(?:three|3)(?=\s*(?:$|[,.;]))"
    ):
        found.append((match.start(), "3/4"))
        text.take(match.start(), match.end(), "3/4")
    meters = [meter for _, meter in sorted(found)]
    text.metered = bool(meters)
    for other in dict.fromkeys(meter for meter in meters[1:] if meter != meters[0]):
        text.said.append(f"the prompt names two meters; {meters[0]} is used, {other} is not")
    return meters[0] if meters else None


def _refuse_fractions(text: MarkedText) -> None:
    """Take lengths in parts of bars: a clip has whole ones, and that is told."""
    for match in text.find(_PART_OF_BARS):
        if not pattern(_WHEN).search(text.before(match.start())):
            text.take(match.start(), match.end(), match[0].lower())
            text.said.append(f"{match[0].lower()} is not used: a length is in whole bars")


def read_bars(text: MarkedText) -> int | None:
    """The first length in bars; `every 4 bars` and `the first 2 bars` are none."""
    bars: int | None = None
    if text.has("bar"):
        _refuse_fractions(text)
    forms = (
        rf"(?:\b(?:over|for)\s+)?(?<![\w./-])(\d{{1,4}}|{_ANY_COUNT})"
        rf"(?:\s*(?:-|to|or)\s*(\d{{1,2}}))?[\s-]*{_BARS_OF}\b(?:\s+long\b)?",
        r"\b(?:bars|length)\s*[:=]\s*(\d{1,2})()\b(?:\s*bars?\b)?"
        r"(?![.,]?\d|\s*(?:s|secs?|seconds?|m|mins?|minutes?|ms)\b)",
    )
    for form in forms if text.has(*_BAR_SIGNS) else ():
        for match in text.find(form):
            if pattern(_WHEN).search(text.before(match.start(1))):
                continue
            said = match[1].lower()
            value = int(said) if said.isdigit() else _ANY_COUNTS[said]
            text.take(match.start(), match.end(), value)
            if not MIN_BARS <= value <= MAX_BARS:
                text.said.append(
                    f"{value} bars in the prompt is not used: "
                    f"a length goes from {MIN_BARS} to {MAX_BARS} bars"
                )
            elif bars is None:
                bars = value
                if match[2]:
                    text.said.append(
                        f"the prompt names {value} to {match[2]} bars; {value} is used"
                    )
            elif value != bars:
                text.said.append(
                    f"the prompt names two lengths; {bars} bars is used, {value} is not"
                )
    return bars


def read_count(text: MarkedText) -> tuple[int | None, bool]:
    """(count of clips, whether they are single hits): `three snare hits`, `4 variations`.

    A number counts clips only at the start of the prompt, before the noun for the clips, or before
    variations. It is marked as read.
    """
    few_words = r"(?:[^\W\d][\w&']*[\s-]+){0,4}?"
    forms = (
        (rf"(?<![\w./-])({_MANY})\s+{_VARIATIONS}", False),
        (
            rf"^\s*{_ASKING}({_MANY})\s+"
            rf"(?={few_words}(?:{_HITS})\s*(?:$|[,.;]|please|in\b|tuned|for\b))",
            True,
        ),
        (rf"^\s*{_ASKING}({_MANY})\s+(?={few_words}(?:{_WHOLES})\b)", False),
    )
    for form, hits in forms:
        for match in text.find(form):
            said = match[1].lower()
            count = (
                2
                if said.startswith(("a couple", "a pair"))
                else _COUNTS.get(said) or (int(said) if said.isdigit() else 0)
            )
            if not 2 <= count <= _MOST_SAID:
                continue
            text.take(match.start(1), match.end())
            return count, hits
    return None, False


def read_seconds(text: MarkedText, genre_starts: list[int]) -> float | None:
    """The first length in time: `10 second`, `2.5s`, `half a minute`. Decades are none.

    genre_starts: where genres begin; just before one, `30s` is a decade.
    """
    form = (
        rf"(?:\b(?:for|over|(?:length|duration)\s*[:=]?)\s*)?(?<![\w./,'-])"
        rf"(\d{{1,4}}(?:[.,]\d{{1,3}})?|{_ANY_COUNT}|half\s+an?|an?\s+half|an?)([\s-]*)"
        r"(ms|msecs?|milliseconds?|s|secs?|seconds?|sekunden?|segundos?|secondes?|secondi|"
        r"mins?|minutes?|minuten?|minutos?|minut[oi])\b"
        r"(?:\s*(?:and\s+)?(\d{1,2})\s*(?:s|secs?|seconds?)\b)?(?:[\s-]+long\b)?"
    )
    seconds: float | None = None
    timed = text.has(*_TIME_SIGNS) or pattern(r"\d[\s-]*s\b").search(text.rest)
    for match in text.find(form) if timed else ():
        said, unit = match[1].lower(), match[3].lower()
        if said in ("a", "an") and not unit.startswith("min"):
            continue  # "a second drum" counts nothing
        value = _amount(said)
        before, after = text.before(match.start(1)), text.rest[match.end() :]
        for_so_long = match[0].lower().startswith("for") and pattern(r"\s*(?:$|[,.;)])").match(
            after
        )
        decade = (
            unit == "s"
            and not for_so_long
            and not match[2]
            and not match[0].endswith("long")
            and _is_decade(said, text, match.end(), genre_starts)
        )
        if (
            decade
            or pattern(_WHEN).search(before)
            or pattern(_PART_OF_SOUND).match(after)
            or pattern(_PART_OF_SOUND + r"\s*$").search(before[-24:])
        ):
            continue
        length = (
            value / 1000
            if unit.startswith("m") and "s" in unit and not unit.startswith("min")
            else value * 60
            if unit.startswith("m")
            else value
        )
        length += float(match[4]) if match[4] else 0.0
        text.take(match.start(), match.end(), f"{length:g}")
        if not 0.05 <= length <= 600:
            text.said.append(
                f"{length:g} seconds in the prompt is not used: "
                "a length goes from 0.05 to 600 seconds"
            )
        elif seconds is None:
            seconds = length
        elif length != seconds:
            text.said.append(
                f"the prompt names two lengths; {seconds:g} seconds is used, {length:g} is not"
            )
    return seconds


def _amount(said: str) -> float:
    """The value of a number of seconds or minutes, in figures or in words."""
    if "half" in said:
        return 0.5
    if said in ("a", "an"):
        return 1.0
    return float(_ANY_COUNTS[said]) if said in _ANY_COUNTS else _number(said)


def _is_decade(said: str, text: MarkedText, end: int, genre_starts: list[int]) -> bool:
    if said in _MACHINES or len(said) == 4 or said in ("00", "50", "60", "70", "80", "90"):
        return True
    if said not in ("20", "30", "40"):
        return False
    before_genre = any(
        start >= end and not text.rest[end:start].strip(" -") for start in genre_starts
    )
    return before_genre or pattern(r"[\s-]*(?:style|swing|vibe)").match(text.rest, end) is not None


def read_swing(text: MarkedText) -> float | None:
    """Swing in percent: of a number (`58% swing`), 50 for `straight`, 58 for `swinging`."""
    for form in (
        r"(?<![\w.])(\d{2}(?:\.\d)?)\s*%?\s*swing\b",
        r"\bswing\s*(?:of|at|[:=])?\s*(\d{2}(?:\.\d)?)(?![\w.])\s*%?",
    ):
        for match in text.find(form):
            value = float(match[1])
            text.take(match.start(), match.end())
            if 50 <= value <= 75:
                return value
            text.said.append(f"swing {value:g} in the prompt is not used: it goes from 50 to 75")
    if pattern(
        r"\b(?:no|without) (?:swing|shuffle)\b|\b(?:straight|unswung)"
        r"(?: (?:time|timing|feel|beat|groove|drums|hats|16ths))?\b"
    ).search(text.rest):
        return 50.0
    return (
        58.0
        if pattern(r"\b(?:swing|swings|swung|swinging|swingy|shuffle|shuffled|shuffling)\b").search(
            text.rest
        )
        else None
    )
