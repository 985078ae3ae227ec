"""A sound's attacks on the steps of its own grid: what groove and drumify hear."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bridge.inbox.names import user_name
from bridge.music import Meter
from daemon.audio.sound import mixed
from daemon.brief import Brief
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.errors import ConformError
from daemon.hearing import onsets
from daemon.hearing.attack import refine
from daemon.hearing.envelopes import BEFORE_S, envelopes
from daemon.parts.source import Source
from daemon.pieces.feel import Feel, learnt_feel
from daemon.pieces.grid import find_grid
from daemon.pieces.piece import Note

#: s within which attacks of several bands are one stroke.
_ONE_STROKE_S = 0.02
#: Strength, beside the strongest stroke, under which an attack is no stroke.
_WEAK = 0.12
#: Bands, from the lowest, that a low stroke is strongest in: up to 300 Hz.
_LOW_BANDS = 2


@dataclass(frozen=True)
class Attacks:
    """Strokes of a loop: ticks from its first downbeat, strength 0-1, and whether they are low."""

    name: str
    ticks: np.ndarray
    strength: np.ndarray
    low: np.ndarray
    bpm: float
    bars: int
    meter: Meter


def hear_attacks(path: Path, meter: Meter | None = None) -> Attacks:
    """The strokes of a sound of whole bars. ConformError where it is none.

    Attacks of all bands by `hearing.onsets`; each stroke is timed by the loudest band and refined
    on the waveform.
    """
    name = Path(user_name(path)).stem
    source = Source.read(Brief("", "", reference=str(path)))
    grid = source.grid
    if grid.bpm is None or grid.bars is None:
        raise ConformError(
            f"{name} has no steady bars that could be heard; put it on the grid first:"
            f" `sidecrate fit {user_name(path)}`"
        )
    mono = mixed(source.audio).astype(np.float32)
    silence = np.zeros(round(BEFORE_S * source.sample_rate), np.float32)
    env = envelopes(np.concatenate([silence, mono]), source.sample_rate)
    found = onsets.onsets(env)
    times, strength, low = _strokes(found)
    exact = np.array(
        [
            time - BEFORE_S + refine(mono, source.sample_rate, np.array([time - BEFORE_S]))
            for time in times
        ]
    )
    ticks = exact * TICKS_PER_QUARTER * grid.bpm / 60
    return Attacks(
        name, ticks, strength, low, grid.bpm, grid.bars, Meter.parse(grid.meter or str(meter))
    )


def _strokes(found: onsets.Onsets) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    order = np.argsort(found.time_s)
    time, band, weight = found.time_s[order], found.band[order], found.weight[order]
    groups: list[list[int]] = []
    for k in range(len(time)):
        if groups and time[k] - time[groups[-1][0]] < _ONE_STROKE_S:
            groups[-1].append(k)
        else:
            groups.append([k])
    times, strengths, low = [], [], []
    for group in groups:
        best = max(group, key=lambda k: weight[k])
        times.append(time[best])
        strengths.append(weight[group].sum())
        low.append(band[best] < _LOW_BANDS)
    strength = np.array(strengths)
    kept = strength > _WEAK * strength.max(initial=0)
    return (
        np.array(times)[kept],
        strength[kept] / max(1e-9, strength.max(initial=0)),
        np.array(low, bool)[kept],
    )


def feel_of_sound(path: Path, meter: Meter) -> Feel:
    """The feel of a sound: how late the strokes of each step are, and how strong, in the median.

    Lateness counts from the downbeats' own strokes, where it has some.
    """
    heard = hear_attacks(path, meter)
    steps = heard.meter.sixteenths_per_bar
    step_ticks = TICKS_PER_QUARTER // 4
    notes = [Note(max(0, round(tick)), 60, 1) for tick in heard.ticks]
    grid = find_grid(notes)
    found = [
        (step, float(tick) - step * step_ticks, float(strength))
        for tick, strength in zip(heard.ticks, heard.strength, strict=True)
        if (step := grid.step_of(float(tick))) is not None
    ]
    first = [late for step, late, _ in found if step % steps == 0]
    zero = float(np.median(first)) if first else 0.0
    return learnt_feel(
        heard.name,
        "learnt from its sound",
        [(step, late - zero, strength) for step, late, strength in found],
        steps,
    )
