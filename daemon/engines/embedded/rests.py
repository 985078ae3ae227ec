"""Where machines rest within eight bars: a bare beginning, a break, a breath before the return."""

from __future__ import annotations

from daemon.engines.embedded.answers import PHRASE_BARS
from daemon.engines.embedded.arrangement import OF_A_MACHINE_MS
from daemon.engines.embedded.plan import Plan
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.turns import in_turn
from daemon.engines.embedded.wishes import Wishes

#: Groups of players that rest together, beside parts by their own names.
_GROUPS = {
    "kick": ("kick", "hard kick"),
    "tops": ("hat", "open hat", "ride", "shaker", "tambourine"),
    "backbeat": ("snare", "clap", "snap", "rim"),
}
#: Who rests in which bars, counted from 0. A track's breaks, in the small.
_SHAPES: tuple[dict[str, tuple[int, ...]], ...] = (
    {},
    {"kick": (7,), "bass": (7,)},
    {"bass": (0, 1), "tops": (7,)},
    {"kick": (4,), "bass": (4,)},
    {"tops": (3, 7), "bass": (3,)},
    {"kick": (6, 7), "bass": (6, 7), "tops": (7,)},
    {"kick": (3, 7), "backbeat": (3,)},
)


def rests(style: Style, wishes: Wishes, plan: Plan) -> bool:
    """Whether machines play eight bars of which the words leave open who plays."""
    told = wishes.parts is not None or wishes.drums is not None or wishes.calm or wishes.fill_only
    return plan.bars == PHRASE_BARS and style.spread_ms <= OF_A_MACHINE_MS and not told


def shape_of(style: str, seed: int) -> dict[str, tuple[int, ...]]:
    """Who rests where in eight bars of a style that machines play, by seed."""
    return in_turn(_SHAPES, seed, f"rests:{style}")


def rested(
    rows: dict[str, list[str]], shape: dict[str, tuple[int, ...]], keep: frozenset[str]
) -> dict[str, list[str]]:
    """Drum rows over eight bars with a shape's rests; who is in `keep` plays on.

    The first stroke of a kick's rest stays: what stops, stops on one.
    """
    done = dict(rows)
    for group, bars in shape.items():
        for voice in _GROUPS.get(group, ()):
            lines = rows.get(voice)
            if not lines or voice in keep or PHRASE_BARS % len(lines):
                continue
            eight = [lines[k % len(lines)] for k in range(PHRASE_BARS)]
            for bar in bars:
                stays = group == "kick" and bar - 1 not in bars
                eight[bar] = (eight[bar][0] if stays else ".") + "." * (len(eight[bar]) - 1)
            done[voice] = eight
    return done


def rested_bass(lines: list[str], shape: dict[str, tuple[int, ...]]) -> list[str]:
    """Bass rows over eight bars with a shape's rests: of a bar that rests, the first note stays."""
    bars = shape.get("bass", ())
    if not bars or not lines or PHRASE_BARS % len(lines):
        return lines
    eight = [lines[k % len(lines)] for k in range(PHRASE_BARS)]
    return [_first_note(row) if bar in bars else row for bar, row in enumerate(eight)]


def _first_note(row: str) -> str:
    """A row up to its second note."""
    struck = [step for step, mark in enumerate(row) if mark not in ".-"]
    end = struck[1] if len(struck) > 1 else len(row)
    return row[:end] + "." * (len(row) - end)
