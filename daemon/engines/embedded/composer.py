"""From a Brief to a Plan: a style and the words' wishes. Each part has its own seed."""

from __future__ import annotations

import random
from dataclasses import replace

from daemon.brief import Brief
from daemon.engines.embedded.accompanist import joining_pad, write_chords
from daemon.engines.embedded.arrangement import OF_A_MACHINE_MS, sections_of
from daemon.engines.embedded.bassist import write_bass
from daemon.engines.embedded.casting import PIANOS
from daemon.engines.embedded.drummer import write_drums, write_tab
from daemon.engines.embedded.ending import bars_for
from daemon.engines.embedded.figures import FIGURES
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.mode import likely_mode
from daemon.engines.embedded.plan import PARTS, Feel, Mix, Plan, Sound
from daemon.engines.embedded.progression import progression_of
from daemon.engines.embedded.soloist import write_lead, write_tune
from daemon.engines.embedded.styles.records import recorded
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.tones import toned
from daemon.engines.embedded.wishes import Wishes, read_wishes
from daemon.engines.embedded.written import for_tune
from daemon.prompt.drum_tabs import read_drum_tab
from daemon.prompt.genres import find_genre
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.progressions import Progression, read_progression
from daemon.prompt.tunes import read_tune

#: Delay in ms of each part (below 0: early) in a drunk feel. The kick keeps the grid.
_DRUNK_MS = {
    "snare": -13.0,
    "clap": -13.0,
    "rim": -13.0,
    "hat": 17.0,
    "open hat": 17.0,
    "bass": 18.0,
    "chords": 10.0,
}


#: Spread of people's notes as a multiple of the tables', which are tight players': with it most
#: notes lie within 10 ms of the grid, as those of bands do.
_PLAYERS = 1.65


#: How much of a player's deviation goes on to the next note (Hennig and others 2011 measured it).
_DRIFT = 0.6


#: Spread of kicks and first beats that people play, as a share of that of the rest.
_OF_FIRSTS = 0.9


def compose(brief: Brief, seed: int) -> Plan:
    """A plan: the brief's tempo, meter, length and key where it has them, the style's where not."""
    style, wishes = find_style(brief), read_wishes(brief)
    text = MarkedText(brief.prompt)
    tab, tune = read_drum_tab(text), read_tune(text)
    wishes = for_tune(wishes) if tune else wishes
    named = None if tune else read_progression(text)
    bpm = float(brief.bpm or style.bpm)
    plan = Plan(
        genre=style.name,
        bpm=bpm,
        key=brief.key_name or _choose_key(style, wishes, named, seed),
        meter=brief.meter_name,
        bars=brief.bars or 4,
        swing=_swing(brief, style, wishes),
        swing_steps=style.swing_steps,
        feel=_feel(style, wishes),
        mix=_mix(style, wishes),
        seeds={part: seed for part in PARTS},
    )
    plan = plan.with_(bars=_bars(brief, plan))
    plan = plan.with_(chords_of=progression_of(named, tune, style, plan, seed))
    written = {
        "drums": write_tab(tab, style, wishes, plan) or write_drums(style, wishes, plan, seed),
        "bass": write_bass(style, wishes, plan, seed),
        "chords": write_chords(style, wishes, plan, seed),
        "lead": write_tune(tune, style, wishes, plan, seed)
        or write_lead(style, wishes, plan, seed),
        "pad": joining_pad(brief, style, wishes, plan, seed),
        "texture": write_texture(style, wishes),
    }
    playing = {
        part for part, what in written.items() if what is not None and _may_play(part, wishes)
    }
    plan = plan.with_(**{part: what for part, what in written.items() if part in playing})
    if (
        plan.chords is not None
        and plan.bass is None
        and plan.chords.sound.voice in PIANOS
        and plan.chords.style not in FIGURES
    ):
        # a piano without a bass has a left hand
        plan = plan.with_(chords=replace(plan.chords, style="hands"))
    if brief.kind != "track" and "drums" not in playing:
        plan = _one_marked(plan, playing)
    if len(playing - {"texture"}) > 1 and not brief.reference:
        # what is asked for alone is heard as it is, and what joins a recording leaves it its own
        plan = plan.with_(mix=recorded(plan.mix, style.name, seed))
    return plan.with_(sections=sections_of(brief, style, wishes, plan, playing))


def _feel(style: Style, wishes: Wishes) -> Feel:
    if wishes.drunk:
        return Feel(
            {**style.late_ms, **_DRUNK_MS}, max(8.0, style.spread_ms), max(0.1, style.loose)
        )
    # machines strike all notes of a chord at once, and every first beat
    if style.spread_ms <= OF_A_MACHINE_MS:
        return Feel(dict(style.late_ms), style.spread_ms, style.loose)
    spread_ms = round(_PLAYERS * style.spread_ms, 1)
    apart_ms, firsts_ms = min(22.0, 2 * style.spread_ms), round(_OF_FIRSTS * spread_ms, 1)
    return Feel(dict(style.late_ms), spread_ms, style.loose, apart_ms, firsts_ms, _DRIFT)


def _one_marked(plan: Plan, playing: set[str]) -> Plan:
    """A plan in which somebody plays the downbeat of every bar.

    Without drums, players that all play off the beat would hide where the bar begins.
    """
    players = {
        part: getattr(plan, part)
        for part in ("bass", "chords")
        if part in playing and getattr(plan, part).rows
    }
    if not players or any(
        all(row[0] not in ".-" for row in player.rows) for player in players.values()
    ):
        return plan
    part, player = next(iter(players.items()))
    rows = [row if row[0] not in ".-" else "x" + row[1:] for row in player.rows]
    return plan.with_(**{part: replace(player, rows=rows)})


def _swing(brief: Brief, style: Style, wishes: Wishes) -> float:
    """The swing of the brief; a decade in the words changes a genre's swing."""
    usual = find_genre(brief.genre)
    own = brief.swing is None or (usual is not None and brief.swing == usual.swing)
    swing = float(brief.swing if brief.swing is not None else style.swing)
    return min(66.0, max(50.0, swing + wishes.swing_change)) if own else swing


def _bars(brief: Brief, plan: Plan) -> int:
    if brief.bars:
        return brief.bars
    if brief.kind == "track" and brief.seconds:
        return bars_for(brief, plan)
    return 64 if brief.kind == "track" else 4


def _choose_key(style: Style, wishes: Wishes, named: Progression | None, seed: int) -> str:
    tonic = random.Random(f"{seed}:key:{style.name}").choice(style.tonics)
    if named is not None and named.numerals:
        # i-VI-III-VII counts the degrees of plain minor, whatever mode the style likes
        return f"{tonic} {'minor' if named.is_minor else 'major'}"
    return f"{tonic} {likely_mode(style, wishes.minor)}"


def _may_play(part: str, wishes: Wishes) -> bool:
    if part in wishes.without:
        return False
    if wishes.parts is None:
        return True
    return part in wishes.parts or (part == "texture" and wishes.texture != "")


def _mix(style: Style, wishes: Wishes) -> Mix:
    drive = min(
        1.0,
        max(0.0, style.drive + 0.25 * (wishes.energy - 0.7) + 0.3 * wishes.tone.get("drive", 0.0)),
    )
    sends = {part: round(min(1.0, send * wishes.room), 3) for part, send in style.sends.items()}
    slope = style.slope_db + wishes.slope_change_db
    return Mix(
        dict(style.levels_db),
        style.duck,
        style.reverb_s,
        sends,
        dict(style.delay),
        3,
        round(drive, 3),
        style.lufs,
        round(slope, 2),
        style.room,
    )


def write_texture(style: Style, wishes: Wishes) -> Sound | None:
    """Noise under everything: vinyl, tape, air, rain."""
    voice = wishes.texture or style.texture
    return (
        Sound(voice, toned({}, {n: v for n, v in wishes.tone.items() if n == "bright"}))
        if voice
        else None
    )
