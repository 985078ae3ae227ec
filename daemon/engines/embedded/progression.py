"""The chords of a plan: those that the words name, those under a tune, a style's."""

from __future__ import annotations

import random

from daemon.engines.embedded.plan import Plan
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.turns import in_turn
from daemon.engines.embedded.written import chords_under
from daemon.prompt.progressions import Progression
from daemon.prompt.tunes import Tune


def progression_of(
    named: Progression | None, tune: Tune | None, style: Style, plan: Plan, seed: int
) -> list[str]:
    """The chords that the words name, else those under a written tune, else a style's."""
    if named:
        return named.over(plan.bars)
    if tune:
        return chords_under(tune, plan.key_, plan.meter_.sixteenths_per_bar)
    return write_progression(style, plan, seed)


def write_progression(style: Style, plan: Plan, seed: int) -> list[str]:
    """Chord names, one a bar; short progressions may take two bars a chord where there is room."""
    stream = random.Random(f"{seed}:progression")
    names = in_turn(
        style.minor if plan.key_.is_minor else style.major, seed, f"progression:{style.name}"
    ).split()
    if (
        1 < len(names) <= 4
        and plan.bars >= 2 * len(names)
        and plan.bars % (2 * len(names)) == 0
        and stream.random() < 0.3
    ):
        names = [name for name in names for _ in range(2)]
    return names
