"""The bass part of a plan."""

from __future__ import annotations

import random
from dataclasses import replace

from daemon.engines.embedded import meters
from daemon.engines.embedded.answers import answered, varied_bass
from daemon.engines.embedded.casting import fits, of_bars, pick
from daemon.engines.embedded.plan import Bass, Plan
from daemon.engines.embedded.rests import rested_bass, rests, shape_of
from daemon.engines.embedded.rows import calmed, every, half_timed, thinned_or_filled
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.turns import in_turn
from daemon.engines.embedded.wishes import Wishes

#: Styles whose bass walks over the whole triad, and so says whether it is minor.
_OF_TRIADS = ("reggae", "dub", "ska")
#: A rumble fills what the kicks leave.
_RUMBLE = ".xxx.xxx.xxx.xxx"


def triads(lines: list[str]) -> list[str]:
    """Rows in which every other fifth, from the first on, is the chord's third."""
    count = 0
    done = []
    for row in lines:
        marks = list(row)
        for k, mark in enumerate(marks):
            if mark == "5":
                marks[k] = "35"[count % 2]
                count += 1
        done.append("".join(marks))
    return done


def write_bass(style: Style, wishes: Wishes, plan: Plan, seed: int) -> Bass | None:
    """The bass part: a row of the style (of the meter, where it is not 4/4) and a sound."""
    stream = random.Random(f"{seed}:bass:write")
    rows = (
        style.bass if fits(style.bass, plan.meter_) else meters.bass_rows(plan.meter_, style.feel)
    )
    if not rows:
        return None
    lines = thinned_or_filled(
        "bass", in_turn(rows, seed, f"bass:{style.name}").split("/"), wishes.density, stream
    )
    if style.name in _OF_TRIADS:
        lines = triads(lines)
    sound = pick(style.bass_sounds, "bass", style, wishes, seed)
    if "bass" in wishes.steps:
        lines = [every(wishes.steps["bass"], plan.meter_.sixteenths_per_bar)]
    if wishes.calm:
        lines = calmed({"bass": lines}, frozenset(("bass",)))["bass"]
    if wishes.half_time:
        lines = half_timed({"bass": lines}, ("bass",))["bass"]
    if sound.voice == "rumble" and meters.is_square(plan.meter_):
        lines = [_RUMBLE]
        return Bass(lines, sound, 0.98)
    if sound.voice == "acid":
        sound = replace(
            sound, octave=1
        )  # the machine's own range: an octave lower its filter has nothing to open
    if not wishes.calm and "bass" not in wishes.steps:
        lines = answered(of_bars(lines, plan), plan.bars, varied_bass, stream)
        if rests(style, wishes, plan):
            lines = rested_bass(lines, shape_of(style.name, seed))
    return Bass(lines, sound, style.bass_hold)
