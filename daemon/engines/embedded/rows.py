"""Edits of step rows: density, half and double time, length, fills."""

from __future__ import annotations

import random

#: Mark of a row -> velocity of its stroke.
VELOCITY = {"X": 1.0, "x": 0.8, "o": 0.55, "g": 0.32}
#: Mark of a row -> number of strokes in one step.
ROLLS = {"2": 2, "3": 3, "4": 4}
#: Marks of soft strokes, which thinning removes first.
_WEAK_FIRST = "go"
#: Voices that "double-time hats" speeds up.
FAST_HATS = ("hat", "open hat", "ride", "shaker", "tambourine")
#: Voices that can take more strokes without changing the groove.
_MOVABLE = ("hat", "shaker", "ride", "tambourine", "high conga", "low conga", "tabla", "rim")


def thinned_or_filled(
    voice: str, lines: list[str], density: float, stream: random.Random
) -> list[str]:
    """Rows with fewer strokes below a density of 0.4 (soft ones first), with more above 0.6.

    The downbeat always stays.
    """
    if density < 0.4:
        share = (0.4 - density) * 1.6
        return [_thinned(row, share, stream) for row in lines]
    if density > 0.6 and voice in (*_MOVABLE, "snare", "bass"):
        share = (density - 0.6) * (0.9 if voice in _MOVABLE else 0.35)
        mark = "g" if voice != "bass" else "o"
        return [_filled(row, share, mark, stream) for row in lines]
    return lines


def _thinned(row: str, share: float, stream: random.Random) -> str:
    out = []
    for step, mark in enumerate(row):
        weak = mark in _WEAK_FIRST or step % 4 != 0
        drop = (
            mark in "xogX23458a7"
            and step > 0
            and weak
            and stream.random() < share * (1.4 if mark in _WEAK_FIRST else 0.8)
        )
        out.append("." if drop and mark != "X" else mark)
    return "".join(out)


def _filled(row: str, share: float, mark: str, stream: random.Random) -> str:
    return "".join(
        mark if old == "." and step % 16 and stream.random() < share else old
        for step, old in enumerate(row)
    )


def calmed(rows: dict[str, list[str]], keep: frozenset[str]) -> dict[str, list[str]]:
    """Rows of a calm groove: nothing between the eighths, and no percussion that nobody named.

    keep: voices that are named; they stay in the band.
    """
    core = {voice for voice in rows if voice not in _MOVABLE or voice in ("hat", "ride", "rim")}
    return {
        voice: [_on_eighths(row) for row in lines]
        for voice, lines in rows.items()
        if voice in core | keep
    }


def _on_eighths(row: str) -> str:
    plain = "".join("x" if mark in ROLLS else mark for mark in row)
    return "".join("." if step % 2 and mark != "-" else mark for step, mark in enumerate(plain))


def held(row: str) -> str:
    """A chord row that strikes where each half of the bar begins, and holds between."""
    half = max(4, len(row) // 2)
    if not set(row) - set(".- "):
        return row
    return "".join("x" if step % half == 0 else "-" for step in range(len(row)))


def every(steps: int, bar: int) -> str:
    """A row that strikes every so many sixteenths of a bar, and holds between."""
    return "".join("x" if step % steps == 0 else "-" for step in range(bar))


def half_timed(
    rows: dict[str, list[str]],
    voices: tuple[str, ...] = ("kick", "hard kick", "snare", "clap", "snap", "rim"),
) -> dict[str, list[str]]:
    """Rows with `voices` at half speed over twice the bars; other voices unchanged."""
    done = {}
    for voice, lines in rows.items():
        if voice not in voices:
            done[voice] = lines
            continue
        slow: list[str] = []
        for row in lines:
            # a held note doubles its length: insert a hold wherever the note continues
            after = row[1:] + row[:1]
            stretched = "".join(
                mark + ("-" if mark == "-" or next_ == "-" else ".")
                for mark, next_ in zip(row, after, strict=True)
            )
            slow += [stretched[: len(row)], stretched[len(row) :]]
        done[voice] = slow
    return done


def double_timed(
    rows: dict[str, list[str]], voices: tuple[str, ...] | None = None
) -> dict[str, list[str]]:
    """Rows with `voices` (None for all) at double speed: two bars in the time of one.

    Two strokes that fall into one step become a roll.
    """
    done = {}
    for voice, lines in rows.items():
        if voices is not None and voice not in voices:
            done[voice] = lines
            continue
        pairs = lines if len(lines) % 2 == 0 else [row for row in lines for _ in range(2)]
        done[voice] = [
            _squeezed(voice, first + second)
            for first, second in zip(pairs[::2], pairs[1::2], strict=True)
        ]
    return done


def _squeezed(voice: str, row: str) -> str:
    steps = []
    for first, second in zip(row[::2], row[1::2], strict=True):
        both = first not in ".-" and second not in ".-"
        late = first == "." and (second in "Xx" or (voice in _MOVABLE and second != "-"))
        if both and voice in _MOVABLE:
            steps.append("2")
        else:
            steps.append(second if late else first)
    return "".join(steps)


def fit_row(row: str, steps: int) -> str:
    """A row of exactly `steps` marks: repeated if too short, cut if too long."""
    return (row * (-(-steps // max(1, len(row)))))[:steps] if row else "." * steps


def with_fill(rows: dict[str, str], fill: dict[str, str], steps: int) -> dict[str, str]:
    """The rows with a fill over the bar's end: `.` silences, a blank keeps the row's mark.

    `*` of the fill applies to every voice that it does not name.
    """
    done = dict(rows)
    for voice in {**rows, **fill}:
        row = rows.get(voice, "." * steps)
        over = fill.get(voice)
        if over is None:
            over = fill.get("*", "")
        over = over[-steps:]
        head = row[: steps - len(over)]
        tail = "".join(
            new if new != " " else old
            for new, old in zip(over, row[steps - len(over) :], strict=True)
        )
        done[voice] = head + tail
    return {voice: row for voice, row in done.items() if voice != "*"}
