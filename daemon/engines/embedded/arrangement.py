"""The sections of a plan: a track as a form has them, a loop as one."""

from __future__ import annotations

from dataclasses import replace

from daemon.brief import Brief
from daemon.engines.embedded import forms
from daemon.engines.embedded.answers import arc_of
from daemon.engines.embedded.melody import PHRASE_BARS
from daemon.engines.embedded.moves import move_of
from daemon.engines.embedded.plan import PARTS, Plan, Section
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.turns import in_turn
from daemon.engines.embedded.wishes import Wishes

#: Spread of hits in ms up to which a genre is played by machines.
OF_A_MACHINE_MS = 4.0


#: Styles in which a roll of the snare builds up to where the loop begins again.
_BUILDING = ("edm", "trance", "progressive house", "electro house", "hardstyle", "future bass")


def sections_of(
    brief: Brief, style: Style, wishes: Wishes, plan: Plan, playing: set[str]
) -> list[Section]:
    if brief.kind == "track":
        found = (
            forms.asked(brief.sections, style.form, playing)
            if brief.sections
            else forms.sections(style.form, plan.bars, playing)
        )
        return [
            replace(section, parts=[*section.parts, "fx"]) if len(found) > 1 else section
            for section in found
        ]
    parts = [part for part in PARTS if part in playing]
    arc_db = arc_of(
        plan.bars,
        style.spread_ms > OF_A_MACHINE_MS,
        lambda arcs: in_turn(arcs, plan.seeds["drums"], f"arc:{style.name}"),
    )
    closed = {}
    if style.spread_ms <= OF_A_MACHINE_MS and len(parts) > 2 and not wishes.calm:
        closed = move_of(
            plan.bars,
            parts,
            lambda moves: in_turn(moves, plan.seeds["chords"], f"moves:{style.name}"),
        )
    leads_out = "rise" if _builds(style, wishes, plan) else ""
    return [Section("loop", plan.bars, parts, wishes.energy, leads_out, [], arc_db, closed)]


def _builds(style: Style, wishes: Wishes, plan: Plan) -> bool:
    """Whether a loop of eight bars ends in a roll that leads back to its beginning."""
    free = wishes.parts is None and wishes.drums is None and not wishes.calm
    if style.name not in _BUILDING or plan.drums is None or plan.bars < PHRASE_BARS or not free:
        return False
    return in_turn((True, False, False, False), plan.seeds["drums"], f"build:{style.name}", False)
