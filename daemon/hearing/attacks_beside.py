"""Each attack of a sound beside the sound's others: how it sounds, and what they are heard as.

In a loop each piece of a kit is one sample or a few, struck many times. So attacks that sound
alike are pooled, and each is seen beside the sound's surest kick, snare and hats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from daemon.hearing.drum_net import Bands, levels_of
from daemon.hearing.log_spectra import FRAME_S, RANGE_DB

#: Odds of a drum from which it is heard, and from which two are heard together.
_HEARD, _BOTH = 0.5, 0.4
#: The drums whose surest strokes an attack is seen beside, by row, and what another one counts.
_BESIDE, _OTHER = (0, 1, 2), 0.9
#: Columns of an attack's peak, of those before it, and of what follows; silence around a sound.
_PEAK, _BEFORE, _LATER, _AROUND = (0, 3), (-6, -2), (6, 9), 12
#: dB of a rise from which a band counts in full, what one counts that rings on, and the dB of
#: difference within which two attacks are alike.
_RISEN_DB, _RINGS, _ALIKE_DB = 12.0, 0.02, 3.5
#: How much an attack's own odds count among those of its twins.
_OWN = 0.5
#: Attacks that each is compared with: a long sound has thousands.
_COMPARED = 320
#: Columns by which drums of one attack may be apart, and odds beyond which none counts for more.
_TOGETHER, _SUREST = 2, 0.999


def steps(odds: np.ndarray) -> np.ndarray:
    """Odds as their logarithm, bounded."""
    bounded = np.clip(odds, 1 - _SUREST, _SUREST)
    return np.asarray(np.log(bounded / (1 - bounded)))


@dataclass(frozen=True)
class Attacks:
    """The attacks of a sound: their columns, and what is known of each, float32 (attacks, n)."""

    columns: np.ndarray
    known: np.ndarray

    @classmethod
    def of(cls, odds: np.ndarray, quick: np.ndarray, moments: np.ndarray) -> Attacks:
        """`odds`: (columns, pieces) of the drums' network, `quick` the map that it heard; of
        `moments` (columns) that are together the surest one is an attack."""
        apart = np.unique(moments)
        if not len(apart):
            return cls(apart, np.empty((0, 0), np.float32))
        parts = np.split(apart, np.flatnonzero(np.diff(apart) > _TOGETHER) + 1)
        columns = np.array([own[int(np.argmax(odds[own].max(axis=1)))] for own in parts])
        return cls(columns, _beside(odds, quick, columns))

    def at(self, moments: np.ndarray) -> np.ndarray:
        """float32 (moments, n): what is known of the attack that each of those columns is."""
        after = np.searchsorted(self.columns, moments).clip(1, max(1, len(self.columns) - 1))
        near = np.stack([after - 1, after.clip(max=len(self.columns) - 1)])
        nearer = np.abs(self.columns[near] - moments).argmin(axis=0)
        return np.asarray(self.known[near[nearer, np.arange(len(moments))]])


def _beside(odds: np.ndarray, quick: np.ndarray, attacks: np.ndarray) -> np.ndarray:
    """float32 (attacks, n): how each sounds, and what it and its twins are heard as."""
    own = ndimage.maximum_filter1d(odds, 2 * _TOGETHER + 1, axis=0)[attacks]
    peak, rise, fall = _shapes(quick, attacks)
    others = np.unique(np.linspace(0, len(attacks) - 1, min(len(attacks), _COMPARED)).astype(int))
    unlike_db = _unlike(peak, rise, fall, others)
    # an attack is no twin of its own
    unlike_db[others, np.arange(len(others))] = np.inf
    beyond = [peak - _surest(peak, own, row) for row in _BESIDE]
    known = [
        _pooled(steps(own), unlike_db, others),
        _whole(own, len(odds) * FRAME_S),
        np.stack([np.abs(one).mean(axis=1) for one in beyond], axis=1),
        np.stack([np.maximum(one, 0).mean(axis=1) for one in beyond], axis=1),
        *beyond, peak, rise, fall, peak - np.percentile(peak, 90, axis=0),
    ]  # fmt: skip
    return np.concatenate(known, axis=1).astype(np.float32)


def _shapes(quick: np.ndarray, attacks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(attacks, pairs of bands), 0-1: the peak, how far it rises, and how far it falls."""
    levels = Bands(levels_of(quick)).inside
    levels = np.add.reduceat(levels, range(0, levels.shape[1], 2), axis=1) / 2
    at = attacks[:, None] + _AROUND
    padded = np.pad(levels, ((_AROUND, _AROUND), (0, 0)))
    peak = padded[at + np.arange(*_PEAK)].max(axis=1)
    before = padded[at + np.arange(*_BEFORE)].mean(axis=1)
    later = padded[at + np.arange(*_LATER)].mean(axis=1)
    return peak, peak - before, peak - later


def _unlike(peak: np.ndarray, rise: np.ndarray, fall: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(attacks, others): dB by which two attacks sound different, however loud each is.

    The spread of the difference between their levels, now and later, over the bands that rise in
    both: what rings on is another's.
    """
    shape = np.concatenate([peak, peak - fall], axis=1).astype(np.float64) * RANGE_DB
    share = np.sqrt(np.clip(np.tile(rise, 2) * RANGE_DB / _RISEN_DB, _RINGS, 1))
    zero, one, two = share, share * shape, share * shape**2
    total = zero @ zero[others].T
    mean = (one @ zero[others].T - zero @ one[others].T) / total
    square = two @ zero[others].T + zero @ two[others].T - 2 * one @ one[others].T
    return np.sqrt(np.maximum(square / total - mean**2, 0))


def _pooled(own: np.ndarray, unlike_db: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(attacks, 2 x pieces + 3): an attack's steps of odds, those of its twins, and how many and
    how near these are."""
    near = np.exp(-((unlike_db / _ALIKE_DB) ** 2))
    count = near.sum(axis=1, keepdims=True)
    pooled = (near @ own[others] + _OWN * own) / (count + _OWN)
    nearest = np.sort(unlike_db, axis=1)[:, :3]
    # a sound's one attack has no twins
    nearest = np.minimum(nearest, RANGE_DB).mean(axis=1, keepdims=True)
    return np.concatenate([own, pooled, np.log1p(count), count / len(others), nearest], axis=1)


def _whole(own: np.ndarray, length_s: float) -> np.ndarray:
    """(attacks, 4 x pieces + 2): an attack's odds beside the surest of the sound, how sure those
    are, its place among all, how often each drum is heard, and snares and hats together."""
    logs = steps(own)
    surest = np.sort(logs, axis=0)[::-1][:3].mean(axis=0)
    place = np.argsort(np.argsort(logs, axis=0), axis=0) / len(own)
    often = (own > _HEARD).sum(axis=0) / length_s
    snares, hats = own[:, 1] > _BOTH, own[:, 2] > _BOTH
    both = (snares & hats).sum()
    shared = [both / max(1, snares.sum()), both / max(1, hats.sum())]
    of_sound = np.tile([*surest, *often, *shared], (len(own), 1))
    return np.concatenate([logs - surest, place, of_sound], axis=1)


def _surest(peak: np.ndarray, own: np.ndarray, row: int) -> np.ndarray:
    """(pairs of bands,): how a drum sounds in this sound, most where it is heard alone."""
    rest = [other for other in _BESIDE if other != row]
    alone = own[:, row] ** 2 * np.prod(1 - _OTHER * own[:, rest], axis=1) + 1e-6
    return np.asarray(np.average(peak, axis=0, weights=alone))
