"""A sound's attacks on the steps of its own grid: what groove and drumify hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bridge.music import Meter
from daemon.audio.offset import silence_of
from daemon.audio.sound import mixed
from daemon.brief import Brief
from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER
from daemon.errors import ConformError
from daemon.hearing import onsets
from daemon.hearing.attack import refine
from daemon.hearing.envelopes import BEFORE_S, envelopes
from daemon.parts.source import Source
from daemon.pieces.feel import Feel, learnt_feel
from daemon.pieces.grid import Grid, find_grid
from daemon.pieces.piece import Note

#: s within which attacks of several bands are one stroke.
_ONE_STROKE_S = 0.02
#: Strength, beside the strongest stroke, under which an attack is no stroke.
_WEAK = 0.12
#: s of a loop's other end that are looked at about its first and last stroke.
_EDGE_S = 0.1
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

    @property
    def steps(self) -> int:
        """Of a bar."""
        return self.meter.sixteenths_per_bar

    @cached_property
    def grid(self) -> Grid:
        """The steps that they are on, with their swing."""
        return find_grid([Note(max(0, round(tick)), 60, 1) for tick in self.ticks])

    @cached_property
    def zero_ticks(self) -> float:
        """By how much the strokes of downbeats are late, in the median: as early it was cut."""
        on = [(self.grid.step_of(float(tick)), float(tick)) for tick in self.ticks]
        first = [t - step * STEP for step, t in on if step is not None and step % self.steps == 0]
        return float(np.median(first)) if first else 0.0


def strokes_of_source(brief: Brief) -> Attacks:
    """The strokes of the brief's source. ConformError where it is not of whole bars."""
    source = Source.read(brief)
    return attacks_of(source, mixed(source.audio))


def attacks_of(source: Source, mono: np.ndarray) -> Attacks:
    """The strokes of `mono`, (frames,) at the source's rate, on its grid.

    ConformError where that has no bars. Attacks of all bands by `hearing.onsets`; each stroke is
    timed by the loudest band and refined on the waveform.
    """
    if why := silence_of(mono):
        raise ConformError(f"{source.name} is {why}: there is no stroke in it")
    grid, rate = source.grid, source.sample_rate
    if grid.bpm is None or grid.bars is None:
        raise ConformError(source.no_loop or f"{source.name} is one sound: it has no bars")
    mono = mono.astype(np.float32)
    silence = np.zeros(round(BEFORE_S * rate), np.float32)
    found = onsets.onsets(envelopes(np.concatenate([silence, mono]), rate))
    times, strength, low = _strokes(found)
    # what is heard around the seam is the loop's own other end
    edge = round(_EDGE_S * rate)
    around = np.take(mono, np.arange(-edge, len(mono) + edge), mode="wrap")
    exact = times - BEFORE_S
    exact += [refine(around, rate, np.array([time + _EDGE_S])) for time in exact]
    ticks = exact * TICKS_PER_QUARTER * grid.bpm / 60
    return Attacks(source.name, ticks, strength, low, grid.bpm, grid.bars, Meter.parse(grid.meter))


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


def feel_of_sound(path: Path, word: Mapping[str, Any] | None = None) -> Feel:
    """The feel of a sound: how late the strokes of each step are, and how strong, in the median.

    Lateness counts from the downbeats' own strokes, where it has some. `word` is what the user
    said of the file (see `Brief.corrected`).
    """
    return feel_of_strokes(
        strokes_of_source(Brief("", "", reference=str(path), corrected=word or {}))
    )


def feel_of_strokes(heard: Attacks) -> Feel:
    """The feel of strokes; see `feel_of_sound`."""
    grid, zero = heard.grid, heard.zero_ticks
    found = [
        (step, float(tick) - zero - step * STEP, float(strength))
        for tick, strength in zip(heard.ticks, heard.strength, strict=True)
        if (step := grid.step_of(float(tick))) is not None
    ]
    return learnt_feel(heard.name, "learnt from its sound", found, heard.steps)
