"""The engine's work, in a child process: a bell on each eighth, exactly on the grid."""

import numpy as np

from sidecrate import Brief, EngineError, Grid, Key, Progress, Take, note_hz

RING_S = 1.2
#: A bell's partials as (ratio to the strike tone, level), in the order of their usual names.
PARTIALS = ((0.5, 0.4), (1.0, 1.0), (1.2, 0.6), (1.5, 0.4), (2.0, 0.5), (2.67, 0.2))


def make(brief: Brief, seed: int, progress: Progress) -> Take:
    """A loop of `brief.frames` frames, the same for the same seed. EngineError without a tempo."""
    if brief.frames is None or brief.bpm is None or brief.bars is None:
        raise EngineError("bells need a tempo and a length; give the fields bpm and bars")
    random = np.random.default_rng(seed)
    scale = (brief.key or Key.parse("C")).scale
    eighths = round(brief.bars * brief.meter.quarters_per_bar * 2)
    audio = np.zeros(brief.frames, np.float32)
    step = 0
    for eighth in range(eighths):
        # raises where the job was cancelled
        progress(eighth / eighths, "bells")
        step = int(np.clip(step + random.integers(-2, 3), 0, 2 * len(scale) - 1))
        octave, degree = divmod(step, len(scale))
        sound = _bell(note_hz(60 + 12 * octave + scale[degree]), brief.sample_rate)
        start = round(eighth * brief.frames / eighths)
        # what rings past the end rings on at the start, so that the loop has no seam
        places = (start + np.arange(len(sound))) % brief.frames
        np.add.at(audio, places, sound * (0.9 if eighth % 2 == 0 else 0.5))
    audio *= 0.5 / max(float(np.abs(audio).max()), 1e-6)
    return Take(
        audio[:, None],
        brief.sample_rate,
        seed,
        engine="bells",
        model="bells",
        license="CC0-1.0",
        grid=Grid(brief.bpm, brief.meter_name, brief.bars),
        parts=("bells",),
    )


def _bell(hz: float, sample_rate: int) -> np.ndarray:
    """One stroke: float32 (frames,)."""
    t = np.arange(round(RING_S * sample_rate)) / sample_rate
    rings = [
        level * np.sin(2 * np.pi * hz * ratio * t) * np.exp(-t * 4 * ratio)
        for ratio, level in PARTIALS
        if hz * ratio < sample_rate / 2
    ]
    fade = np.minimum(1.0, (t[-1] - t) / 0.02)
    sound: np.ndarray = (np.sum(rings, axis=0) * fade).astype(np.float32)
    return sound
