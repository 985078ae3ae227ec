"""Grooves in any meter: the bar as groups of sixteenths, and rows for each feel."""

from __future__ import annotations

from bridge.music import Meter

#: (numerator, denominator) -> groups of sixteenths, for meters not grouped in plain beats.
_GROUPS: dict[tuple[int, int], tuple[int, ...]] = {
    (2, 8): (4,), (4, 8): (4, 4), (5, 8): (6, 4), (7, 8): (4, 4, 6), (8, 8): (6, 6, 4),
    (10, 8): (6, 6, 4, 4), (11, 8): (6, 6, 6, 4), (13, 8): (6, 6, 6, 4, 4),
    (14, 8): (4, 4, 6, 4, 4, 6),
}  # fmt: skip


def groups(meter: Meter) -> tuple[int, ...]:
    """The bar as groups of sixteenths: (4, 4, 4) in 3/4, (6, 6) in 6/8, (4, 4, 6) in 7/8."""
    size = (meter.numerator, meter.denominator)
    if size in _GROUPS:
        return _GROUPS[size]
    if meter.denominator == 4:
        return (4,) * meter.numerator
    return (6,) * (meter.numerator // 3)


def is_square(meter: Meter) -> bool:
    """Whether rows of sixteen steps fit the meter unchanged (2/4, 4/4, 8/4, 12/4)."""
    return meter.sixteenths_per_bar % 16 == 0 or (meter.numerator, meter.denominator) == (2, 4)


def _starts(sizes: tuple[int, ...]) -> list[int]:
    at = 0
    found = []
    for size in sizes:
        found.append(at)
        at += size
    return found


def _row(steps: int, marks: dict[int, str]) -> str:
    row = ["."] * steps
    for step, mark in marks.items():
        if 0 <= step < steps:
            row[step] = mark
    return "".join(row)


def backbeats(sizes: tuple[int, ...], feel: str) -> list[int]:
    """Indices of the groups that carry the backbeat."""
    count = len(sizes)
    if feel == "half":
        return [count // 2] if count > 1 else []
    if count == 3:
        return [2] if sizes[0] != 4 or sizes[2] != 4 else [1, 2]
    return [k for k in range(1, count, 2)]


def drum_rows(
    meter: Meter, feel: str, hats: str = "hat", snare: str = "snare", kick: str = "kick"
) -> dict[str, str]:
    """Drum rows by voice for a feel in this meter, one bar or two (the second a little fuller)."""
    sizes = groups(meter)
    steps = sum(sizes)
    starts = _starts(sizes)
    if feel == "calm":
        return {}
    backs = backbeats(sizes, feel)
    snares = {starts[k]: "X" for k in backs}
    if len(backs) == 2 and len(sizes) == 3:
        snares[starts[1]] = "o"
    last = starts[-1]
    if feel == "floor":
        kicks = {start: "X" for start in starts}
        offbeats = {start + size // 2: "x" for start, size in zip(starts, sizes, strict=True)}
        rows = {
            kick: _row(steps, kicks),
            snare: _row(steps, snares),
            "open hat": _row(steps, offbeats),
        }
        rows[hats] = _row(steps, {s: "g" for s in range(0, steps, 2) if s not in offbeats})
        return rows
    if feel == "swing":
        ride = {start: "x" for start in starts} | {
            start + size - 2: "o" for start, size in zip(starts[1:], sizes[1:], strict=True)
        }
        return {
            "ride": _row(steps, ride),
            hats: _row(steps, {s: "o" for s in snares}),
            kick: _row(steps, {s: "g" for s in starts}),
        }
    kicks = {0: "X", last - 2: "x"} if len(sizes) > 1 else {0: "X"}
    fuller = dict(kicks) | {steps - 2: "x"}
    eighths = {s: "x" if s in starts else "o" for s in range(0, steps, 2)}
    return {
        kick: _row(steps, {s: m for s, m in kicks.items() if s not in snares})
        + "/"
        + _row(steps, {s: m for s, m in fuller.items() if s not in snares}),
        snare: _row(steps, snares) + "/" + _row(steps, snares | {steps - 1: "g"}),
        hats: _row(steps, eighths),
    }


def bass_rows(meter: Meter, feel: str) -> tuple[str, ...]:
    """Bass rows for a feel in this meter: one row or two to choose from."""
    sizes = groups(meter)
    steps = sum(sizes)
    starts = _starts(sizes)
    if feel == "calm":
        return ("X" + "-" * (steps - 1),)
    if feel == "floor":
        offbeats = _row(
            steps, {start + size // 2: "x" for start, size in zip(starts, sizes, strict=True)}
        )
        return (offbeats, _row(steps, {s: "x" for s in range(0, steps, 2)}))
    if feel == "swing":
        marks = dict(zip(starts, ["x", "3", "5", "8", "5", "3", "7"], strict=False)) | {
            starts[-1]: "a" if len(starts) > 1 else "x"
        }
        return (_row(steps, marks),)
    simple = {0: "X", starts[-1] - 2: "x"} if len(starts) > 1 else {0: "X"}
    return (
        _row(steps, simple | {starts[-1]: "5"} if len(starts) > 1 else simple),
        _row(steps, simple | {steps - 2: "a"}),
    )


def chord_rows(meter: Meter, feel: str) -> tuple[str, ...]:
    """Chord rows for a feel in this meter, one or two to choose from.

    In three the chord falls on the second and third beat, as in a waltz.
    """
    sizes = groups(meter)
    steps = sum(sizes)
    starts = _starts(sizes)
    held = "x" + "-" * (steps - 1)
    if feel in ("calm", "half"):
        return (held,)
    if len(sizes) == 3 and feel in ("swing", "back"):
        return (_row(steps, {starts[1]: "x", starts[2]: "x"}), held)
    if feel == "floor":
        return (
            _row(
                steps, {start + size // 2: "x" for start, size in zip(starts, sizes, strict=True)}
            ),
            _row(steps, {0: "x", starts[-1] - 1: "x"}),
        )
    return (_row(steps, {start: "x" for start in starts}), held)
