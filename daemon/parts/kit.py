"""The single sounds of a kit, cut out of its drums: the cleanest hit of each sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.cluster import hierarchy

from daemon.audio.loudness import true_peak_db
from daemon.audio.sound import mixed
from daemon.hearing.envelopes import BEFORE_S, envelopes
from daemon.hearing.onsets import onsets
from daemon.hearing.pitch import find_note

#: The role of each piece's sounds.
ROLES = {"kick": "kick", "snare": "snare", "hats": "hat", "toms": "tom", "cymbals": "cymbal"}
#: s; hits nearer than this are one.
_APART_S = 0.035
#: s after an attack that say which piece was struck.
_STRIKE_S = 0.06
#: s before an attack where a cut begins at a zero.
_BEFORE_S = 0.004
#: s of a sound at most; a crash rings that long.
_LONGEST_S = 2.5
#: s of a sound at least: a click is no sound of a kit.
_SHORTEST_S = 0.03
#: dB below its peak where a sound has ended, and the faded end that follows.
_END_DB, _FADE_S = -60.0, 0.008
#: s of a rise at its start: two channels are seldom at zero together.
_RISE_S = 0.0004
#: dB; the true peak of a cut sound.
_PEAK_DB = -1.0
#: dB below the loudest hit under which a hit is none.
_SOFTEST_DB = -36.0
#: Share of a hit's strike that its piece must have.
_PURE = 0.5
#: Mean difference by band, in dB, from which two hits are two sounds.
_UNLIKE_DB = 7.0
#: Sounds of a role at most.
_MOST_OF_A_ROLE = 4


@dataclass(frozen=True)
class Shot:
    """A sound of the kit: float32 (frames, channels), and where it was."""

    audio: np.ndarray
    role: str
    note: int | None
    """Its MIDI number, where it has a pitch."""
    at_s: float
    hits: int
    """How often it was struck."""
    purity: float
    """The share of its strike that is its piece's, 0-1."""
    gain_db: float
    """By how much it was made louder."""


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    role: str
    purity: float
    peak: float
    shape: np.ndarray

    @property
    def worth(self) -> float:
        """Clean, long and loud."""
        free = min(1.0, (self.end - self.start) / 20000)
        return self.purity + 0.5 * free + 0.1 * float(np.log10(self.peak + 1e-6))


def cut_kit(drums: np.ndarray, pieces: Mapping[str, np.ndarray], sample_rate: int) -> list[Shot]:
    """The kit's sounds, by role. `drums` and each of `pieces` are float32 (frames, channels)."""
    shots: list[Shot] = []
    hits = _hits(drums, pieces, sample_rate)
    for role in ROLES.values():
        groups = _groups([hit for hit in hits if hit.role == role])
        cleanest = sorted(groups, key=len, reverse=True)[:_MOST_OF_A_ROLE]
        shots += [_cut(drums, group, sample_rate) for group in cleanest]
    return shots


def _hits(drums: np.ndarray, pieces: Mapping[str, np.ndarray], sample_rate: int) -> list[_Hit]:
    mono = mixed(drums)
    starts = _attacks(mono, sample_rate)
    strike, longest = round(_STRIKE_S * sample_rate), round(_LONGEST_S * sample_rate)
    powers = {name: mixed(piece).astype(np.float64) ** 2 for name, piece in pieces.items()}
    loudest = float(np.abs(mono).max(initial=0))
    found = []
    for n, start in enumerate(starts):
        following = starts[n + 1] if n + 1 < len(starts) else len(mono)
        end = min(following, start + longest, len(mono))
        peak = float(np.abs(mono[start : start + strike]).max(initial=0))
        if end - start < _SHORTEST_S * sample_rate or peak < loudest * 10 ** (_SOFTEST_DB / 20):
            continue
        shares = {name: float(p[start : start + strike].sum()) for name, p in powers.items()}
        piece = max(shares, key=lambda name: shares[name])
        purity = shares[piece] / (sum(shares.values()) + 1e-12)
        if purity >= _PURE:
            shape = _shape(mono[start:end], sample_rate)
            found.append(_Hit(start, end, ROLES[piece], purity, peak, shape))
    return found


def _attacks(mono: np.ndarray, sample_rate: int) -> list[int]:
    """Frames of the attacks, each at a zero just before it."""
    before = np.zeros(round(BEFORE_S * sample_rate), np.float32)
    heard = onsets(envelopes(np.concatenate([before, mono]), sample_rate))
    order = np.argsort(heard.time_s)
    times, weights = heard.time_s[order] - BEFORE_S, heard.weight[order]
    kept: list[tuple[float, float]] = []
    for time, weight in zip(times, weights, strict=True):
        if kept and time - kept[-1][0] < _APART_S:
            # bands of one hit rise a few milliseconds apart: it begins with the first
            kept[-1] = (kept[-1][0], kept[-1][1] + weight)
        else:
            kept.append((float(time), float(weight)))
    strongest = max((weight for _, weight in kept), default=0.0)
    found = []
    for time, weight in kept:
        if weight < 0.1 * strongest:
            continue
        at = max(0, round(time * sample_rate))
        low = max(0, at - round(_BEFORE_S * sample_rate))
        quiet = np.abs(mono[low : at + 1])
        found.append(low + int(np.flatnonzero(quiet <= quiet.min() + 1e-4)[-1]))
    return sorted(set(found))


def _shape(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """Its level in dB by 16 bands, in the first 25 ms and in the 75 after; the mean taken off."""
    rows = []
    for start_s, length_s in ((0.0, 0.025), (0.025, 0.075)):
        start, length = round(start_s * sample_rate), round(length_s * sample_rate)
        piece = np.pad(sound[start : start + length], (0, max(0, start + length - len(sound))))
        power = np.abs(np.fft.rfft(piece * np.hanning(length))) ** 2
        hz = np.fft.rfftfreq(length, 1 / sample_rate)
        edges = np.geomspace(40, 0.45 * sample_rate, 17)
        band = np.searchsorted(edges, hz) - 1
        sums = np.array([power[band == k].sum() for k in range(16)])
        rows.append(10 * np.log10(sums + 1e-5 * power.sum() + 1e-12))
    shape = np.concatenate(rows)
    return np.asarray(shape - shape.mean())


def _groups(hits: list[_Hit]) -> list[list[_Hit]]:
    """The hits of one role by sound."""
    if len(hits) < 2:
        return [hits] if hits else []
    shapes = np.stack([hit.shape for hit in hits])
    distance = np.abs(shapes[:, None] - shapes[None]).mean(axis=2)
    upper = distance[np.triu_indices(len(hits), 1)]
    number = hierarchy.fcluster(hierarchy.average(upper), _UNLIKE_DB, "distance")
    return [[hit for hit, k in zip(hits, number, strict=True) if k == one] for one in set(number)]


def _cut(drums: np.ndarray, group: list[_Hit], sample_rate: int) -> Shot:
    """The cleanest of a sound's hits, ended, faded and as loud as a one-shot is."""
    best = max(group, key=lambda hit: hit.worth)
    sound = drums[best.start : best.end].copy()
    level = np.abs(sound).max(axis=1)
    over = np.flatnonzero(level > best.peak * 10 ** (_END_DB / 20))
    rise = min(round(_RISE_S * sample_rate), len(sound) // 4)
    sound[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)[:, None]
    fade = min(round(_FADE_S * sample_rate), len(sound) // 4)
    sound = sound[: min(len(sound), int(over[-1]) + 1 + fade)]
    sound[len(sound) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    gain_db = _PEAK_DB - true_peak_db(sound)
    sound *= np.float32(10 ** (gain_db / 20))
    pitch = find_note(sound, sample_rate) if best.role in ("kick", "snare", "tom") else None
    note = None if pitch is None else round(pitch)
    at_s = best.start / sample_rate
    return Shot(sound, best.role, note, round(at_s, 4), len(group), best.purity, gain_db)
