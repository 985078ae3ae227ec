"""The lead part of a plan: a tune that is written out, a phrase in an idiom, an arpeggio."""

from __future__ import annotations

import random
from dataclasses import replace

from daemon.engines.embedded import meters
from daemon.engines.embedded.arpeggio import arpeggio_bars
from daemon.engines.embedded.casting import DRIVEN, in_reach, pick
from daemon.engines.embedded.harmony import degree_note
from daemon.engines.embedded.melody import arpeggio, melody
from daemon.engines.embedded.named_players import CLEAN_GUITARS
from daemon.engines.embedded.plan import Lead, Plan
from daemon.engines.embedded.styles.idiom import idiom_of
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.wishes import Wishes
from daemon.engines.embedded.written import lead_of
from daemon.prompt.tunes import Tune

#: Voices whose pitch a bar of glass or steel moves.
_SLIDING = ("bottleneck guitar", "lap steel", "pedal steel", "dobro")


def write_tune(
    tune: Tune | None, style: Style, wishes: Wishes, plan: Plan, seed: int
) -> Lead | None:
    """The lead as a tune has it; None where none is written out."""
    if tune is None:
        return None
    return lead_of(tune, plan, pick(style.lead_sounds or ("piano",), "lead", style, wishes, seed))


def write_lead(style: Style, wishes: Wishes, plan: Plan, seed: int) -> Lead | None:
    """The lead part: a phrase in the genre's idiom, or an arpeggio."""
    if not style.lead_sounds:
        return None
    if wishes.arp_way is not None:
        bars, form = arpeggio_bars(plan, wishes.arp_way)
        sound = pick(style.lead_sounds, "lead", style, wishes, seed)
        return Lead(bars, form, in_reach(sound, [e[1] for bar in bars.values() for e in bar]), True)
    stream = random.Random(f"{seed}:lead:write:{style.name}")
    busy = min(1.0, max(0.1, style.lead_busy + 0.5 * (wishes.density - 0.5)))
    sound = pick(style.lead_sounds, "lead", style, wishes, seed)
    guitar = wishes.riff and sound.voice in (*DRIVEN, *CLEAN_GUITARS)
    if guitar:
        sound = replace(sound, octave=-2)
    if wishes.arp:
        bars, form = arpeggio(stream, plan.meter_.sixteenths_per_bar, plan.bars)
        return Lead(bars, form, sound)
    idiom = idiom_of(style.name, wishes.riff)
    bars, form = melody(
        stream,
        meters.groups(plan.meter_),
        plan.bars,
        idiom,
        0.3 * busy if wishes.calm else busy,
        plan.key_.is_minor,
    )
    if "lead" in wishes.voices:
        # a style's own lead is as high as the style wants it; an instrument by name is itself
        low = 64 + 12 * sound.octave
        degrees = [int(event[1]) for bar in bars.values() for event in bar]
        sound = in_reach(sound, [degree_note(degree, plan.key_, low) for degree in degrees])
    manner = "sliding" if sound.voice in _SLIDING else idiom.manner
    if guitar and sound.voice in DRIVEN:
        manner = "chugged"
    return Lead(bars, form, sound, manner=manner)
