"""What recurs in a sound, and what that tells of whose each moment is.

A network hears a second or two. But a stroke, a note or a chord often comes again in a sound, with
other things beside it. Two methods go by that. A part's moment is held against those at which that
part sounds alike (kernel additive modelling, after Liutkus, Fitzgerald and others 2014). Then each
part is written as a few spectra that come and go, which are made to add up to the whole
(non-negative matrix factorization, after Lee and Seung 2001).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse

from daemon.parts.mask_net import band_weights
from daemon.parts.spectra import Spectra

#: Bins up to here are looked at one by one; of those above, each group is as wide by ratio.
_SINGLE_BINS = 80
#: Moments that a moment is held against, how alike one must be at least to count, and what every
#: one of them counts.
_ALIKE, _LEAST_ALIKE, _UNLIKE = 12, 0.6, 1e-6
#: Of so many moments one is compared with all.
_EVERY = 2
#: Windows apart, and how many of them on either side, are heard with a moment when moments are
#: compared.
_APART, _ASIDE = 2, 2
#: What the mask itself says of the new one, beside what the moments alike say.
_OWN = 0.1
#: Spectra that make up a part, first those of the last part, then of each other, and where among
#: its moments the first guesses lie; the answers of all are taken together.
_SPECTRA = ((16, 8, 0.5), (8, 5, 0.25))
#: Rounds by which a part's spectra are found, and by which all parts' are made to fit the whole.
_ROUNDS, _ROUNDS_TOGETHER = 5, 15
#: Mask below which nothing is told apart, and power, as a share of the loudest, that is silence.
_FLOOR, _SILENCE = 1e-5, 1e-12
#: Moments that are compared at once, so that memory stays small.
_BLOCK = 256


def by_recurrence(spectra: Spectra, masks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Part -> float32 (bins, windows), adding up to one: such `masks` of these spectra, made surer.

    The last part is what is left when the others are named, and has the most spectra.
    """
    groups = _groups(len(spectra.magnitude))
    starts = np.searchsorted(groups, np.arange(groups[-1] + 1))
    power = spectra.magnitude**2
    whole = np.add.reduceat(power, starts, axis=0).T
    silence = _SILENCE * float(whole.max()) + 1e-30
    parts = [np.add.reduceat(power * mask, starts, axis=0).T + silence for mask in masks.values()]
    before = np.log(_shares(parts) + _FLOOR)
    bands = np.add.reduceat(band_weights(len(power), spectra.bin_hz), starts, axis=0)
    bands /= np.bincount(groups)[:, None].astype(np.float32)
    logs = _by_alike(before, whole + silence, bands)
    logs = _by_spectra(np.exp(logs), whole + silence)
    out = np.stack([np.log(mask + _FLOOR) for mask in masks.values()])
    out += (logs - before).transpose(0, 2, 1)[:, groups]
    return dict(zip(masks, _as_shares(out), strict=True))


def as_seen_by(
    longer: Spectra, low: Spectra, masks: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The masks of `low` spectra at the bins and moments of `longer` windows of the same sound."""
    at = np.arange(longer.values.shape[1]) * longer.bin_hz / low.bin_hz
    below = np.minimum(at.astype(int), low.values.shape[1] - 2)
    near = (at - below).astype(np.float32)[:, None]
    lead = longer.before - low.before
    behind = longer.values.shape[2] - low.values.shape[2] - lead
    out = {}
    for part, mask in masks.items():
        seen = (1 - near) * mask[below] + near * mask[below + 1]
        out[part] = np.pad(seen, ((0, 0), (lead, behind)), mode="edge")
    return out


def _groups(bins: int) -> np.ndarray:
    """int64 (bins,): the group that each bin is in, from 0 on."""
    edges = np.arange(_SINGLE_BINS, dtype=float)
    beyond = max(bins / _SINGLE_BINS, 1.0)
    ratio = 1 + 1 / _SINGLE_BINS
    more = _SINGLE_BINS * ratio ** np.arange(np.ceil(np.log(beyond) / np.log(ratio)))
    found = np.searchsorted(np.concatenate([edges, more]), np.arange(bins), side="right") - 1
    return np.asarray(np.unique(found, return_inverse=True)[1])


def _shares(parts: Sequence[np.ndarray]) -> np.ndarray:
    stacked = np.stack(parts)
    return np.asarray(stacked / stacked.sum(axis=0))


def _as_shares(logs: np.ndarray) -> np.ndarray:
    """float32 of (parts, ...): their exponentials, adding up to one."""
    logs -= logs.max(axis=0)
    np.exp(logs, out=logs)
    logs /= logs.sum(axis=0)
    return logs.astype(np.float32, copy=False)


def _by_alike(logs: np.ndarray, whole: np.ndarray, bands: np.ndarray) -> np.ndarray:
    """Logarithms of shares, (parts, windows, groups), by the moments at which a part is alike.

    `logs`: as they were. `whole`: the power, (windows, groups). `bands`: (groups, bands).
    """
    out = np.empty_like(logs)
    for n, log in enumerate(logs):
        share = np.exp(log)
        near = _alike(np.sqrt((whole * share**2) @ bands))
        sizes = near @ np.sqrt(whole * share)
        out[n] = _OWN * log + (1 - _OWN) * 2 * np.log(sizes)
    return np.log(_as_shares(out) + _FLOOR)


def _alike(bands: np.ndarray) -> sparse.csr_matrix:
    """(windows, windows): what each moment's alike count for it; rows add up to one.

    `bands`: float32 (windows, bands), the size of a part.
    """
    count = len(bands)
    reach = _APART * _ASIDE
    padded = np.pad(bands, ((reach, reach), (0, 0)), mode="edge")
    seen = np.concatenate([padded[k : k + count] for k in range(0, 2 * reach + 1, _APART)], axis=1)
    size = np.linalg.norm(seen, axis=1, keepdims=True)
    seen = (seen / (size + 1e-4 * size.max() + 1e-30)).astype(np.float32)
    others = np.ascontiguousarray(seen[::_EVERY].T)
    most = min(_ALIKE, others.shape[1])
    places = np.empty((count, most), np.int32)
    weights = np.empty((count, most), np.float32)
    for at in range(0, count, _BLOCK):
        close = seen[at : at + _BLOCK] @ others
        found = np.argpartition(close, -most, axis=1)[:, -most:]
        places[at : at + _BLOCK] = found * _EVERY
        weights[at : at + _BLOCK] = np.take_along_axis(close, found, axis=1)
    weights = np.maximum(weights - _LEAST_ALIKE, 0) ** 2 + _UNLIKE
    weights /= weights.sum(axis=1, keepdims=True)
    starts = np.arange(count + 1) * most
    return sparse.csr_matrix((weights.ravel(), places.ravel(), starts), shape=(count, count))


def _by_spectra(shares: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Logarithms of shares, (parts, windows, groups), by few spectra that make up each part.

    `shares`: as they were.
    """
    sizes = np.sqrt(whole / whole.mean()).astype(np.float32)
    half = 0.5 * np.log(shares + _FLOOR)
    found = []
    for last, other, first in _SPECTRA:
        counts = [other] * (len(shares) - 1) + [last]
        found.append(_factored(shares, sizes, counts, first))
    logs = [np.log(_as_shares(half + 0.5 * np.log(made)) + 1e-6) for made in found]
    return np.asarray(np.mean(logs, axis=0))


def _factored(
    shares: np.ndarray, sizes: np.ndarray, counts: Sequence[int], first: float
) -> np.ndarray:
    """(parts, windows, groups): each part's size as so many spectra make it up."""
    levels, spectra = [], []
    for share, count in zip(shares, counts, strict=True):
        own = sizes * share + np.float32(1e-6)
        guess = own[_moments(own, count, first)] + 0.1 * own.mean(axis=0)
        level = np.full((len(own), count), own.mean() * own.shape[1] / count, np.float32)
        guess /= guess.sum(axis=1, keepdims=True)
        _fit(own, level, guess, _ROUNDS)
        levels.append(level)
        spectra.append(guess)
    level, spectrum = np.concatenate(levels, axis=1), np.concatenate(spectra)
    _fit(sizes + np.float32(1e-6), level, spectrum, _ROUNDS_TOGETHER)
    ends = np.cumsum([0, *counts])
    made = [level[:, a:b] @ spectrum[a:b] for a, b in pairwise(ends)]
    return np.stack(made) + np.float32(1e-9)


def _moments(sizes: np.ndarray, count: int, first: float) -> np.ndarray:
    """int64 (count,): which rows of (windows, groups) to begin with, from dull to bright.

    Not from first to last: a loop's answer should not depend on where it begins.
    """
    level = sizes.sum(axis=1)
    order = np.argsort(sizes @ np.arange(sizes.shape[1], dtype=np.float32) / level)
    run = np.cumsum(level[order])
    at = np.searchsorted(run, (np.arange(count) + first) / count * run[-1])
    return np.asarray(order[np.minimum(at, len(order) - 1)])


def _fit(sizes: np.ndarray, level: np.ndarray, spectrum: np.ndarray, rounds: int) -> None:
    """Change, in place, (windows, n) and (n, groups) so that their product nears `sizes`.

    By the divergence of Kullback and Leibler; each spectrum adds up to one.
    """
    least = np.float32(1e-9)
    for _ in range(rounds):
        off = sizes / (level @ spectrum + least)
        level *= off @ spectrum.T / (spectrum.sum(axis=1) + least)
        off = sizes / (level @ spectrum + least)
        spectrum *= level.T @ off / (level.sum(axis=0)[:, None] + least)
        total = spectrum.sum(axis=1) + least
        spectrum /= total[:, None]
        level *= total
