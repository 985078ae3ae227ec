"""Single sounds cut out of a longer one: where they begin, and how they end."""

from __future__ import annotations

import numpy as np

from daemon.audio.loudness import true_peak_db
from daemon.hearing.envelopes import BEFORE_S, envelopes
from daemon.hearing.onsets import onsets

#: s; attacks nearer than this are one.
_APART_S = 0.035
#: s before an attack where a cut begins at a zero.
_BEFORE_S = 0.004
#: Weight of the strongest attack under which one is none.
_LEAST_WEIGHT = 0.1
#: dB below its peak where a sound has ended, and the faded end that follows.
_END_DB, _FADE_S = -60.0, 0.008
#: s of a rise at its start: two channels are seldom at zero together.
_RISE_S = 0.0004
#: dB; the true peak of a cut sound.
_PEAK_DB = -1.0


def attacks(mono: np.ndarray, sample_rate: int) -> list[int]:
    """Frames of the attacks in float32 (frames,), each at a zero just before it."""
    before = np.zeros(round(BEFORE_S * sample_rate), np.float32)
    heard = onsets(envelopes(np.concatenate([before, mono]), sample_rate))
    order = np.argsort(heard.time_s)
    times, weights = heard.time_s[order] - BEFORE_S, heard.weight[order]
    kept: list[tuple[float, float]] = []
    for time, weight in zip(times, weights, strict=True):
        if kept and time - kept[-1][0] < _APART_S:
            # bands of one attack rise a few milliseconds apart: it begins with the first
            kept[-1] = (kept[-1][0], kept[-1][1] + weight)
        else:
            kept.append((float(time), float(weight)))
    strongest = max((weight for _, weight in kept), default=0.0)
    found = []
    for time, weight in kept:
        if weight < _LEAST_WEIGHT * strongest:
            continue
        at = max(0, round(time * sample_rate))
        low = max(0, at - round(_BEFORE_S * sample_rate))
        quiet = np.abs(mono[low : at + 1])
        found.append(low + int(np.flatnonzero(quiet <= quiet.min() + 1e-4)[-1]))
    return sorted(set(found))


def finished(cut: np.ndarray, peak: float, sample_rate: int) -> tuple[np.ndarray, float]:
    """A cut sound, float32 (frames, channels), ended, faded and as loud as a one-shot is.

    `peak`: of its attack. Also the gain in dB.
    """
    sound = np.array(cut, np.float32)
    rise = min(round(_RISE_S * sample_rate), len(sound) // 4)
    sound[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)[:, None]
    fade = min(round(_FADE_S * sample_rate), len(sound) // 4)
    over = np.flatnonzero(np.abs(sound).max(axis=1) > peak * 10 ** (_END_DB / 20))
    sound = sound[: min(len(sound), int(over[-1]) + 1 + fade)]
    sound[len(sound) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    gain_db = _PEAK_DB - true_peak_db(sound)
    return sound * np.float32(10 ** (gain_db / 20)), gain_db
