"""From a take to its grid: the road through envelopes, tempo, beats and downbeat."""

from __future__ import annotations

import numpy as np

from bridge.music import Meter
from daemon.conform.hear import beats, downbeat, tempo
from daemon.conform.hear.envelopes import Envelopes, envelopes
from daemon.conform.hear.heard import Heard


def hear(audio: np.ndarray, sample_rate: int, asked_bpm: float | None = None, meter: Meter | None = None) -> Heard:
    """The grid of `audio`, float (frames, channels) or (frames,), at `sample_rate` Hz.

    `asked_bpm` is what the take should have been (it may be off by a fifth, or be half or double); None looks for any usual
    tempo. Never raises for what it hears: a take without a pulse comes back with `periodic` False and a reason.
    """
    meter = meter or Meter()
    mono = audio.mean(axis=1) if audio.ndim == 2 else audio
    if len(mono) < 0.3 * sample_rate or float(np.abs(mono).max(initial=0)) < 1e-4:
        return _asked_grid(len(mono) / sample_rate, 0.0, asked_bpm, meter, "the take is silent or too short to hear a beat in")
    env = envelopes(mono, sample_rate)
    found = tempo.candidates(env, asked_bpm, meter.quarters_per_bar)
    if not found:
        return _asked_grid(env.length_s, env.sounds_from_s, asked_bpm, meter, "nothing in the take starts or stops")
    return _read(env, found[0][0], meter)


def _read(env: Envelopes, bpm: float, meter: Meter) -> Heard:
    sixteenths_s = beats.lattice(env, bpm)
    belief = downbeat.belief(env, sixteenths_s, meter)
    one = int(np.argmax(belief))
    bar = meter.sixteenths_per_bar
    downbeats = np.arange(one, len(sixteenths_s), bar)
    zero = downbeats[min(int(np.searchsorted(sixteenths_s[downbeats], env.sounds_from_s - 0.03)), len(downbeats) - 1)]
    pulse = 16 // meter.denominator
    knots = np.arange(zero % pulse, len(sixteenths_s), pulse)
    return Heard(
        meter=meter,
        bpm=bpm,
        confidence=float(belief.max()),
        downbeat_confidence=float(belief.max()),
        knots_q=(knots - zero) / 4,
        knots_s=sixteenths_s[knots],
        sounds_from_s=env.sounds_from_s,
        sounds_to_s=env.sounds_to_s,
    )


def _asked_grid(length_s: float, start_s: float, asked_bpm: float | None, meter: Meter, reason: str) -> Heard:
    bpm = asked_bpm or 120.0
    pulse_q = 4 / meter.denominator
    count = max(2, int(np.ceil((length_s - start_s) * bpm / 60 / pulse_q)) + 1)
    knots_q = np.arange(count) * pulse_q
    return Heard(
        meter=meter,
        bpm=bpm,
        confidence=0.0,
        downbeat_confidence=0.0,
        knots_q=knots_q,
        knots_s=start_s + knots_q * 60 / bpm,
        sounds_from_s=start_s,
        sounds_to_s=length_s,
        periodic=False,
        reason=reason,
    )
