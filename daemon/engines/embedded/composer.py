"""From a Brief to a Plan: a style, and what the words ask of it."""

from __future__ import annotations

import random

from daemon.brief import Brief
from daemon.engines.embedded.motif import motif_bars
from daemon.engines.embedded.plan import Bass, Chords, Drums, Feel, Lead, Mix, Plan, Section, Sound
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.styles.style import Style

DEFAULT_STYLE = "house"


def find_style(brief: Brief) -> Style:
    """The style of the brief's genre; else the one that the words name; else house."""
    if brief.genre in STYLES:
        return STYLES[brief.genre]
    words = f" {brief.genre} {brief.prompt} ".lower()
    named = [name for name in sorted(STYLES, key=len, reverse=True) if f" {name} " in words]
    return STYLES[named[0] if named else DEFAULT_STYLE]


def compose(brief: Brief, seed: int) -> Plan:
    """A plan for a loop of the brief: its tempo, meter, bars and key where it has them, the style's where not."""
    style = find_style(brief)
    stream = random.Random(f"{seed}:plan:{style.name}")
    key = brief.key_name or f"{stream.choice(style.tonics)} {style.mode}"
    bars = brief.bars or 4
    plan = Plan(
        genre=style.name,
        bpm=float(brief.bpm or style.bpm),
        key=key,
        meter=brief.meter_name,
        bars=bars,
        swing=float(brief.swing if brief.swing is not None else style.swing),
        feel=Feel(dict(style.late_ms), style.spread_ms, style.loose),
        mix=Mix(
            dict(style.levels_db),
            style.duck,
            style.reverb_s,
            dict(style.sends),
            dict(style.delay),
            3,
            style.drive,
            style.lufs,
            style.slope_db,
        ),
        seeds={part: seed for part in ("drums", "bass", "chords", "lead", "pad", "texture", "fx")},
    )
    plan = plan.with_(
        chords_of=_progression(style, plan, seed),
        drums=write_drums(style, brief, plan, seed),
        bass=write_bass(style, seed),
        chords=write_chords(style, seed),
        lead=write_lead(style, plan, seed),
    )
    parts = [part for part in ("drums", "bass", "chords", "lead") if getattr(plan, part) is not None]
    return plan.with_(sections=[Section("loop", bars, parts, brief.energy if brief.energy is not None else 0.7)])


def _progression(style: Style, plan: Plan, seed: int) -> list[str]:
    stream = random.Random(f"{seed}:progression")
    return stream.choice(style.minor if plan.key_.is_minor else style.major).split()


def rows_of(text: str) -> list[str]:
    return text.split("/")


def write_drums(style: Style, brief: Brief, plan: Plan, seed: int) -> Drums | None:
    if not style.beats:
        return None
    stream = random.Random(f"{seed}:drums:write")
    beat = stream.choice(style.beats)
    density = 0.5 if brief.density is None else brief.density
    rows = {voice: rows_of(text) for voice, text in beat.items()}
    for voice, text in style.extras.items():
        if voice not in rows and stream.random() < density * 0.7:
            rows[voice] = rows_of(text)
    sounds = {}
    for voice in (*rows, *(v for fill in style.fills for v in fill if v != "*")):
        tone = dict(style.tones.get(voice, {}))
        tune = int(tone.pop("tune", 0))
        sounds[voice] = Sound(voice, tone, tune)
    fill = dict(stream.choice(style.fills)) if style.fills and plan.bars >= 2 else {}
    return Drums(rows, sounds, fill, 8 if plan.bars > 4 else 4)


def write_bass(style: Style, seed: int) -> Bass | None:
    if not style.bass:
        return None
    stream = random.Random(f"{seed}:bass:write")
    voice = stream.choice(style.bass_sounds)
    return Bass(rows_of(stream.choice(style.bass)), Sound(voice, dict(style.tones.get(voice, {}))), style.bass_hold)


def write_chords(style: Style, seed: int) -> Chords | None:
    if not style.chords:
        return None
    stream = random.Random(f"{seed}:chords:write")
    voice = stream.choice(style.chord_sounds)
    return Chords(
        rows_of(stream.choice(style.chords)), Sound(voice, dict(style.tones.get(voice, {}))), style.chord_style, style.chord_hold
    )


def write_lead(style: Style, plan: Plan, seed: int) -> Lead | None:
    if not style.lead_sounds:
        return None
    stream = random.Random(f"{seed}:lead:write")
    voice = stream.choice(style.lead_sounds)
    bars, form = motif_bars(stream, plan.meter_.sixteenths_per_bar, style.lead_busy, plan.key_.is_minor)
    return Lead(bars, form, Sound(voice, dict(style.tones.get(voice, {})), 0))
