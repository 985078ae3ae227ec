"""How long a clip is: its bars or seconds by its kind, and the sections of a track."""

from __future__ import annotations

from typing import Any

from bridge.music import MAX_BARS, MIN_BARS, Meter, bar_seconds
from bridge.request import Request
from bridge.sections import parse_sections
from daemon.brief import Decision
from daemon.errors import PromptError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.effects_named import usual_seconds
from daemon.prompt.words import Words

#: Where nothing says a tempo.
DEFAULT_BPM = 120.0
TRACK_S, SFX_S = 120.0, 8.0
MAX_LOOP_S = 600.0
#: A sung or spoken word takes about this long.
WORD_S, SHORTEST_VOCAL_S, LONGEST_VOCAL_S = 0.5, 4.0, 60.0

#: Kinds that have no tempo of their own, and kinds that are counted in bars.
TIMELESS = ("oneshot", "sfx")
BARRED = ("loop", "midi")


def length_of(
    request: Request,
    words: Words,
    defaults: PromptDefaults,
    kind: str,
    bpm: float | None,
    meter: Meter,
    own: bool,
    said: list[str],
) -> tuple[Decision | None, float | None]:
    """(bars, seconds) by kind. A length in the other unit is converted, with a note."""
    given_bars = _first(("request", request.get("bars")), ("prompt", words.bars))
    given_s = _first(("request", request.get("seconds")), ("prompt", words.seconds))
    if given_bars and given_s and (given_bars[0], given_s[0]) == ("prompt", "request"):
        given_bars = None
    if kind in BARRED:
        return _bars(given_bars, given_s, defaults, kind, bpm, meter, own, said), None
    if given_s:
        return None, float(given_s[1])
    if given_bars and kind != "oneshot":
        length = given_bars[1] * bar_seconds(meter, bpm or DEFAULT_BPM)
        if kind != "track":
            said.append(
                f"{_bars_in_words(given_bars[1])} at {bpm or DEFAULT_BPM:g} bpm:"
                f" {length:.4g} seconds"
            )
        return (Decision(given_bars[1], given_bars[0]) if kind == "track" else None), length
    if given_bars:
        said.append(
            f"{_bars_and_verb(given_bars[1])} not used: a one-shot is as long as it sounds; "
            "give seconds, or kind: loop"
        )
    return None, _usual_seconds(kind, request, words)


def sections_of(
    request: Request, words: Words, kind: Decision, said: list[str]
) -> tuple[tuple[str, int], ...]:
    """The form of a track, of the request or else of the words; told where the kind has none."""
    asked: Any = request.get("sections")
    found = parse_sections(asked) if asked is not None else words.sections
    if found and kind.value != "track":
        said.append(f"sections are not used: a {kind.value} has one; kind: track has a form")
        return ()
    return found


def length_of_sections(
    sections: tuple[tuple[str, int], ...],
    request: Request,
    meter: Meter,
    bpm: float | None,
    said: list[str],
) -> tuple[Decision, float]:
    """(bars, seconds) of a form. PromptError where it lasts too long."""
    bars = sum(count for _, count in sections)
    length_s = bars * bar_seconds(meter, bpm or DEFAULT_BPM)
    if length_s > MAX_LOOP_S:
        raise PromptError(
            f"sections: {bars} bars of {meter} at {bpm or DEFAULT_BPM:g} bpm last {length_s:.0f} s;"
            f" a track lasts at most {MAX_LOOP_S:.0f} s: ask for fewer bars"
        )
    said += [
        f"{name}: {request[name]} is not used: the sections say how long it is"
        for name in ("bars", "seconds")
        if name in request
    ]
    return Decision(bars, "request" if "sections" in request else "prompt"), length_s


def no_ending(request: Request, kind: str) -> list[str]:
    """Notes on `tail` and `until` where they change nothing."""
    if kind == "track":
        return ["until is not used: the bars say where the music ends, and it rings out after them"]
    return [
        f"{name} is not used: it is for tracks, and a {kind} has no ringing end of its own"
        for name in ("tail", "until")
        if name in request
    ]


def _usual_seconds(kind: str, request: Request, words: Words) -> float | None:
    if kind == "vocal":
        sung = len(str(request.get("lyrics", "")).split()) * WORD_S
        return min(max(sung, SHORTEST_VOCAL_S), LONGEST_VOCAL_S)
    if kind == "sfx":
        return usual_seconds(words.words) or SFX_S
    # a one-shot sounds as long as its voice does
    return {"track": TRACK_S}.get(kind)


def _first(*claims: tuple[str, Any]) -> tuple[str, Any] | None:
    return next(((who, value) for who, value in claims if value is not None), None)


def _bars(
    given_bars: tuple[str, Any] | None, given_s: tuple[str, Any] | None, defaults: PromptDefaults,
    kind: str, bpm: float | None, meter: Meter, own: bool, said: list[str],
) -> Decision | None:  # fmt: skip
    if given_bars:
        decision = Decision(given_bars[1], given_bars[0])
        if given_s:
            said.append(
                f"{given_s[1]:g} seconds are not used: {given_bars[1]} bars say how long it is"
            )
    elif given_s and bpm is not None:
        length = bar_seconds(meter, bpm)
        count = min(max(round(given_s[1] / length), MIN_BARS), MAX_BARS)
        said.append(
            f"{given_s[1]:g} seconds at {bpm:g} bpm are nearest to {count} whole "
            f"bars ({count * length:.4g} s)"
        )
        decision = Decision(count, given_s[0], ((given_s[0], f"{given_s[1]:g} s"),))
    elif own:
        return None
    else:
        decision = Decision(
            defaults.bars, "config" if defaults.bars != PromptDefaults.bars else "default"
        )
    if bpm is not None and (length_s := decision.value * bar_seconds(meter, bpm)) > MAX_LOOP_S:
        raise PromptError(
            f"bars: {decision.value} bars of {meter} at {bpm:g} bpm last {length_s:.0f} s; "
            f"a {kind} lasts at most {MAX_LOOP_S:.0f} s: ask for fewer bars"
        )
    return decision


def _bars_in_words(bars: int) -> str:
    return "1 bar" if bars == 1 else f"{bars} bars"


def _bars_and_verb(bars: int) -> str:
    return f"{_bars_in_words(bars)} {'is' if bars == 1 else 'are'}"
