"""A look-alike of an engine whose takes drift: a beat whose tempo is off by up to 1 %, and moves."""

from __future__ import annotations

import numpy as np

from daemon.brief import Brief
from daemon.engines.contract import Progress as Progress
from daemon.engines.contract import Take

RATE = 44100
#: Meter -> eighths of its bar with a kick, and with a snare.
_BEATS = {
    "3/4": ((0,), (2, 4)), "6/8": ((0,), (3,)), "7/8": ((0,), (2, 4)), "5/4": ((0, 6), (4, 8)),
}  # fmt: skip


def drifting(brief: Brief, seed: int, progress: Progress, most: float = 0.01) -> Take:
    """A take of `brief.seconds` in its meter: kick, snare, hats and a bass, its tempo known to drift."""
    assert brief.bpm is not None and brief.seconds is not None
    stream = np.random.default_rng(seed)
    off, end = stream.uniform(-most, most, 2)
    frames = round(brief.seconds * RATE)
    audio = np.zeros(frames + RATE, np.float32)
    t = np.arange(RATE // 2) / RATE
    kick = np.sin(2 * np.pi * (45 * t + 9 * (1 - np.exp(-t * 40)))) * np.exp(-t * 9)
    noise = np.random.default_rng(1).standard_normal(len(t))
    snare, hat = noise * np.exp(-t * 22) * 0.5, noise * np.exp(-t * 90) * 0.2
    level = 10 ** (stream.uniform(-4, 4) / 20)
    eighths = round(2 * brief.meter.quarters_per_bar)
    kicks, snares = _BEATS.get(brief.meter_name, ((0, 4, 5), (2, 6)))
    at_s, k = 0.0, 0
    while at_s < brief.seconds:
        share = at_s / brief.seconds
        step_s = 60 / (brief.bpm * (1 + off * (1 - share) + end * share)) / 2
        step = k % eighths
        for sound, plays in ((kick, step in kicks), (snare, step in snares), (hat, True)):
            if plays:
                place = round(at_s * RATE)
                audio[place : place + len(sound)] += (0.4 * sound).astype(np.float32)
        note = 55 * 2 ** ((0, 0, 3, 3, 5, 5, 7, 7)[step % 8] / 12)
        length = round(step_s * RATE)
        tone = 0.08 * np.sin(2 * np.pi * note * np.arange(length) / RATE) * np.hanning(length)
        place = round(at_s * RATE)
        audio[place : place + length] += tone[: max(0, len(audio) - place)].astype(np.float32)
        at_s, k = at_s + step_s, k + 1
    progress(1.0, "played")
    whole = np.repeat((audio[:frames] * level)[:, None], 2, axis=1)
    return Take(whole, RATE, seed, "drifting", "look-alike", "CC0-1.0")
