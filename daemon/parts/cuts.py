"""Single sounds cut out of a longer one: where they begin, and how they end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.audio.loudness import true_peak_db
from daemon.hearing.envelopes import BEFORE_S, envelopes
from daemon.hearing.onsets import onsets

#: s; attacks nearer than this are one.
_APART_S = 0.035
#: Bands in which a stroke makes a sound louder, in Hz, and the s over which their level is taken:
#: in the lowest one a whole swing of a kick, whose single swings are no strokes.
_RISING = (("lowpass", 200, 0.02), ("bandpass", (200, 2000), 0.01), ("highpass", 2000, 0.005))
#: Hz; a slower sound is heard as if it were this fast, for the highest band lies above its own.
_LEAST_RATE = 8000
#: dB by which one of them must grow, from the loudest of so many s before to that of s after; and
#: dB below the loudest band where nothing counts.
_RISE_DB, _EARLIER_S, _LATER_S, _UNHEARD_DB = 5.0, 0.05, 0.03, -30.0
#: s before an attack where a cut begins at a zero.
_BEFORE_S = 0.004
#: Weight of the strongest attack under which one is none.
_LEAST_WEIGHT = 0.1
#: s of a strike, the share of its peak from which it is heard, and s that a cut begins before that.
_STRIKE_S, _HEARD, _LEAD_S = 0.06, 0.1, 0.002
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


def struck_anew(
    mono: np.ndarray, sample_rate: int, starts: list[int], rise_db: float = _RISE_DB
) -> list[int]:
    """Those `starts` at which float32 (frames,) grows louder: not the swings of a low tail."""
    means = [_Means.of(mono, sample_rate, *band) for band in _RISING]
    least = max((one.loudest for one in means), default=0.0) * 10 ** (_UNHEARD_DB / 10)
    reaches = round(_EARLIER_S * sample_rate), round(_LATER_S * sample_rate)
    return [at for at in starts if any(one.grows(at, *reaches, least, rise_db) for one in means)]


def just_before(mono: np.ndarray, sample_rate: int, start: int) -> int:
    """The zero just before float32 (frames,) is heard, from `start` on: a pad answers at once."""
    strike = np.abs(mono[start : start + round(_STRIKE_S * sample_rate)])
    heard = int(np.argmax(strike > _HEARD * strike.max(initial=0.0))) if len(strike) else 0
    low = max(0, heard - round(_LEAD_S * sample_rate))
    quiet = strike[low : heard + 1]
    return (
        start + low + int(np.flatnonzero(quiet <= quiet.min() + 1e-4)[-1]) if len(quiet) else start
    )


@dataclass(frozen=True)
class _Means:
    """The mean power of a band over a short window that begins at each frame."""

    power: np.ndarray
    window: int

    @classmethod
    def of(
        cls,
        mono: np.ndarray,
        sample_rate: int,
        kind: str,
        hz: float | tuple[float, float],
        window_s: float,
    ) -> _Means:
        # only here, as it takes half a second to load
        from scipy import signal

        taken = signal.butter(2, hz, kind, fs=max(sample_rate, _LEAST_RATE), output="sos")
        window = min(round(window_s * sample_rate), len(mono))
        sums = np.cumsum(np.concatenate([[0.0], signal.sosfilt(taken, mono) ** 2]))
        return cls((sums[window:] - sums[: len(sums) - window]) / max(window, 1), window)

    @property
    def loudest(self) -> float:
        return float(self.power.max(initial=0.0))

    def grows(self, at: int, earlier: int, later: int, least: float, rise_db: float) -> bool:
        before = self.power[max(0, at - earlier) : max(0, at - self.window + 1)].max(initial=0.0)
        after = self.power[at : at + later].max(initial=0.0)
        return bool(after >= least and after > before * 10 ** (rise_db / 10))


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
