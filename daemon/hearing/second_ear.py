"""The second ear: what the net of beats hears in a take, as log odds at any moment.

The first ear compares attacks and repetitions; this one was taught what music sounds like where a
foot taps. It is right to a frame or so, hence it votes only: on the phase, on the bar, and on which
lattice follows the take. The lattice keeps the milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy.fft as sfft

from daemon.hearing import spectral_flux
from daemon.hearing.beat_features import FPS, features, frames_of
from daemon.hearing.beat_net import heard
from daemon.hearing.beat_path import beats_of

#: Speeds at which a take is heard. The mean of what is heard is right more often than each, and
#: where they do not agree none can be trusted.
SPEEDS = (0.94, 1.0, 1.06)
#: Least and most probability that counts: a net is never surer than that.
SUREST = 0.995
#: Log odds where the net hears nothing at all.
NOTHING = float(np.log((1 - SUREST) / SUREST))
#: Share of the beats that are heard worst: a slip shows there first.
WORST = 0.25
#: Seconds within which a beat of one ear is a beat of the other.
AGREED_S = 0.04
#: The same for the flux, whose beats are placed to a frame or two: as beat trackers are compared.
FLUX_AGREED_S = 0.07
#: Probability of a beat that is heard where nothing is.
FLOOR = 0.02
#: Log ratio up to which a gap of the path is the usual one.
USUAL = 0.05
#: Octaves by which the path may be off the double or the half of a tempo.
SAME_OCTAVE = 0.06
#: Beats of which can be told how they lead and whether they alternate.
LEAST_BEATS = 6


@dataclass(frozen=True)
class SecondEar:
    """Log odds of a beat, and of a downbeat, float (frames,), `FPS` frames a second.

    `others` are the log odds of a beat (frames,) that their mean was made of, one at each speed.
    `flux` (frames,) is the `spectral_flux` of the bands that it hears.
    """

    beat: np.ndarray
    downbeat: np.ndarray
    others: tuple[np.ndarray, ...] = ()
    flux: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @cached_property
    def path_s(self) -> np.ndarray:
        """Seconds of the beats that the net hears by itself, whatever their tempo does."""
        return beats_of(self.chance)

    @cached_property
    def chance(self) -> np.ndarray:
        """Probability of a beat (frames,)."""
        return _chance(self.beat)

    def least_lead(self, beats_s: np.ndarray) -> float:
        """How much better `beats_s` (times,) are heard than the middles between them, in log odds.

        At the speed at which they lead least; 0 for a few beats.
        """
        if len(beats_s) < LEAST_BEATS:
            return 0.0
        between_s = (beats_s[1:] + beats_s[:-1]) / 2
        return min(
            _near(odds, beats_s)[0] - _near(odds, between_s)[0]
            for odds in self.others or (self.beat,)
        )

    def alternates(self, beats_s: np.ndarray) -> float:
        """How much better every other of `beats_s` (times,) is heard, in log odds; 0 for a few.

        Where beats are counted twice as fast as a foot taps, every other one lies between two taps.
        """
        if len(beats_s) < LEAST_BEATS:
            return 0.0
        odd, even = (self.near_beats(beats_s[first::2])[0] for first in (0, 1))
        return abs(odd - even)

    def on_beats(self, times_s: np.ndarray) -> float:
        """Mean log odds of a beat at `times_s` (times,)."""
        return _mean(_between_frames(self.beat, times_s))

    def on_downbeats(self, times_s: np.ndarray) -> float:
        """Mean log odds of a downbeat at `times_s` (times,)."""
        return _mean(_between_frames(self.downbeat, times_s))

    def near_beats(self, times_s: np.ndarray) -> tuple[float, float]:
        """Mean log odds of a beat within a frame of `times_s`, of all and of the worst heard."""
        return _near(self.beat, times_s)

    @cached_property
    def path_signs(self) -> tuple[float, float, float]:
        """What the path has of a real one, each 0-1.

        In order: the share of all that is heard that lies on it, how high its beats are, and the
        share of its gaps that are the usual one.
        """
        frames = np.round(self.path_s * FPS).astype(int)
        last = len(self.chance) - 1
        if len(frames) < 2:
            return 0.0, 0.0, 0.0
        near = np.clip(frames[:, None] + np.arange(-1, 2), 0, last)
        heard = np.maximum(self.chance - FLOOR, 0)
        on_path = np.zeros(len(heard), bool)
        on_path[near] = True
        gaps = np.log(np.diff(self.path_s))
        return (
            float(heard[on_path].sum() / (heard.sum() + 1e-3)),
            float(self.chance[near].max(axis=1).mean()),
            float((np.abs(gaps - np.median(gaps)) < USUAL).mean()),
        )

    def octaves(self, bpm: float) -> tuple[float, float]:
        """Whether the path counts half of `bpm`, and whether it counts double (0 or 1 each)."""
        if len(self.path_s) < 2:
            return 0.0, 0.0
        own = float(np.log2(60 / float(np.median(np.diff(self.path_s))) / bpm))
        return float(abs(own + 1) < SAME_OCTAVE), float(abs(own - 1) < SAME_OCTAVE)

    def pulse(self, beat_s: float) -> float:
        """How much more alike the beats are after `beat_s` than after one and a half of it."""
        moves = self.chance - self.chance.mean()
        size = sfft.next_fast_len(2 * len(moves), real=True)
        alike = sfft.irfft(np.abs(sfft.rfft(moves, size)) ** 2, size)[: len(moves)]
        alike = alike / (alike[0] + 1e-9)
        once, between = (round(beats * beat_s * FPS) for beats in (1.0, 1.5))
        if between + 1 >= len(alike):
            return 0.0
        return float(alike[once - 1 : once + 2].max() - alike[between - 1 : between + 2].min())

    def agreed(self, beats_s: np.ndarray) -> float:
        """Share (0-1) of the path's and the given beats that have one of the others near."""
        return _shared(self.path_s, beats_s, AGREED_S)

    @cached_property
    def paths_s(self) -> tuple[np.ndarray, ...]:
        """Seconds of the beats that the net hears by itself at each speed."""
        return tuple(beats_of(_chance(odds)) for odds in self.others)

    def least_agreed(self, beats_s: np.ndarray) -> float:
        """The least share (0-1) that the given beats have in common with the path at any speed."""
        return min((_shared(path_s, beats_s, AGREED_S) for path_s in self.paths_s), default=0.0)

    def flux_agreed(self, beats_s: np.ndarray) -> float:
        """Share (0-1) that `beats_s` (times,) have in common with the beats of the flux."""
        return _shared(beats_of(self.flux), beats_s, FLUX_AGREED_S)


def listen(mono: np.ndarray, sample_rate: int) -> SecondEar:
    """What the net hears in `mono`, float (frames,); its times count from the first sample."""
    frames = frames_of(len(mono), sample_rate)
    flux = np.zeros(0)
    beats, downbeats = [], []
    for speed in SPEEDS:
        levels = features(mono, round(sample_rate * speed))
        if speed == 1.0:
            flux = spectral_flux.activation(levels)
        beat, downbeat = _at_speed(levels, speed, frames)
        beats.append(beat)
        downbeats.append(downbeat)
    return SecondEar(np.mean(beats, axis=0), np.mean(downbeats, axis=0), tuple(beats), flux)


def _at_speed(levels: np.ndarray, speed: float, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Log odds of a beat and a downbeat (frames,) in the take's own time.

    `levels` are the features of the take as heard at `speed`.
    """
    at = np.arange(frames) / speed
    odds = []
    for chance in heard(levels):
        clipped = np.clip(chance, 1 - SUREST, SUREST)
        odds.append(np.interp(at, np.arange(len(clipped)), np.log(clipped / (1 - clipped))))
    return odds[0], odds[1]


def _chance(odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-odds)))


def _shared(some_s: np.ndarray, others_s: np.ndarray, within_s: float) -> float:
    """Share (0-1) of two rows of beats that have one of the other row within `within_s`."""
    if not len(some_s) or not len(others_s):
        return 0.0
    shared = sum(
        (_away_s(one, other) < within_s).sum()
        for one, other in ((some_s, others_s), (others_s, some_s))
    )
    return float(shared) / (len(some_s) + len(others_s))


def _away_s(times_s: np.ndarray, others_s: np.ndarray) -> np.ndarray:
    """Distance of each of `times_s` from the nearest of `others_s`, ascending."""
    at = np.searchsorted(others_s, times_s)
    before = np.abs(times_s - others_s[np.maximum(at - 1, 0)])
    after = np.abs(times_s - others_s[np.minimum(at, len(others_s) - 1)])
    return np.asarray(np.minimum(before, after))


def _near(odds: np.ndarray, times_s: np.ndarray) -> tuple[float, float]:
    """Mean of `odds` (frames,) within a frame of `times_s`, of all and of the lowest."""
    frames = np.round(np.asarray(times_s) * FPS).astype(int)
    frames = frames[(frames > 0) & (frames < len(odds) - 1)]
    if not len(frames):
        return NOTHING, NOTHING
    near = np.sort(np.max([odds[frames + k] for k in (-1, 0, 1)], axis=0))
    return float(near.mean()), float(near[: max(1, int(len(near) * WORST))].mean())


def _between_frames(odds: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    place = np.asarray(times_s) * FPS
    place = place[(place >= 0) & (place < len(odds) - 1)]
    low = place.astype(int)
    part = place - low
    return np.asarray(odds[low] * (1 - part) + odds[low + 1] * part)


def _mean(odds: np.ndarray) -> float:
    return float(odds.mean()) if len(odds) else NOTHING
