"""Sounds without a beat, made by a seed: what must be called beatless.

Eighteen kinds: noise, rain, drones, pads, speech, birds, scattered hits, piano in free time,
applause, machines, risers, tape hiss, scattered tones, chimes, typing, strums in free time, waves
and fire. Their moments are drawn at random, so none repeats in time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy import signal
from scipy.ndimage import uniform_filter1d

#: Hz; sample rate of the sounds.
RATE = 44100

_Made = Callable[[np.random.Generator, int], np.ndarray]


def _coloured(rng: np.random.Generator, frames: int, slope: float) -> np.ndarray:
    """Noise whose power falls by f ** -slope: 0 is white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    hertz = np.maximum(np.fft.rfftfreq(frames, 1 / RATE), 20.0)
    noise = np.fft.irfft(spectrum * hertz ** (-slope / 2), frames)
    return np.asarray(noise / (np.abs(noise).max() + 1e-12))


def _band(audio: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    sos = signal.butter(2, (low_hz, high_hz), "bandpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sos, audio))


def _wander(rng: np.random.Generator, frames: int, every_s: float) -> np.ndarray:
    """A smooth random curve, 0 to 1, that turns about every `every_s`."""
    knots = max(4, int(frames / RATE / every_s) + 3)
    at = np.linspace(0, knots - 1, frames)
    curve = np.interp(at, np.arange(knots), rng.random(knots))
    width = max(3, round(every_s * RATE / 4))
    return np.asarray(uniform_filter1d(curve, width))


def _moments(rng: np.random.Generator, frames: int, rate_hz: float, spread: float) -> np.ndarray:
    """Frames (n,) of random moments: `spread` is the log deviation of the gaps."""
    count = int(frames / RATE * rate_hz * 2) + 8
    gaps_s = np.exp(rng.normal(0, spread, count)) / rate_hz
    at = np.round(np.cumsum(gaps_s) * RATE).astype(int)
    return at[at < frames - 200]


def _put(out: np.ndarray, at: int, sound: np.ndarray, gain: float = 1.0) -> None:
    end = max(at, min(len(out), at + len(sound)))
    out[at:end] += gain * sound[: end - at]


def _noise(rng: np.random.Generator, frames: int) -> np.ndarray:
    level = 0.3 + 0.7 * _wander(rng, frames, rng.uniform(0.5, 4))
    return _coloured(rng, frames, rng.uniform(0, 2)) * level


def _rain(rng: np.random.Generator, frames: int) -> np.ndarray:
    out = _band(_coloured(rng, frames, 0.5), 400, 9000) * rng.uniform(0.1, 0.6)
    clock_s = np.arange(round(0.02 * RATE)) / RATE
    for at in _moments(rng, frames, rng.uniform(10, 60), 1.0):
        drop = np.sin(2 * np.pi * rng.uniform(800, 5000) * clock_s)
        drop *= np.exp(-clock_s * rng.uniform(150, 500))
        _put(out, int(at), drop, rng.exponential(0.15))
    return out


def _drone(rng: np.random.Generator, frames: int) -> np.ndarray:
    clock_s = np.arange(frames) / RATE
    root = rng.uniform(45, 180)
    out = np.zeros(frames)
    for partial in range(1, int(rng.integers(4, 14))):
        hertz = root * partial * (1 + rng.normal(0, 0.002))
        level = _wander(rng, frames, rng.uniform(1, 6)) / partial**0.8
        out += level * np.sin(2 * np.pi * hertz * clock_s + rng.uniform(0, 6.3))
    return out


def _pad(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Chords that swell into each other at random times."""
    out = np.zeros(frames)
    for at in _moments(rng, frames, rng.uniform(0.25, 0.6), 0.6):
        length = round(rng.uniform(2, 5) * RATE)
        clock_s = np.arange(length) / RATE
        chord = sum(
            np.sin(2 * np.pi * 110 * 2 ** (step / 12) * partial * clock_s + step) / partial**1.5
            for step in rng.choice(24, 3, replace=False)
            for partial in (1, 2, 3)
        )
        _put(out, int(at), chord * np.hanning(length), rng.uniform(0.2, 0.5))
    return out + 1e-3 * rng.standard_normal(frames)


def _speech(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Syllables of a voice: pulses through two formants, with pauses between the words."""
    out = np.zeros(frames)
    at = 0
    while at < frames - RATE // 3:
        for _ in range(int(rng.integers(1, 7))):
            length = round(rng.uniform(0.09, 0.32) * RATE)
            pitch = rng.uniform(90, 220) * np.linspace(1, rng.uniform(0.85, 1.1), length)
            source = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / RATE)) * 0.5
            source += rng.uniform(0.02, 0.4) * rng.standard_normal(length)
            voice = sum(
                _band(source, hertz * 0.85, hertz * 1.15)
                for hertz in (rng.uniform(300, 800), rng.uniform(1000, 2500))
            )
            _put(out, at, voice * np.hanning(length) ** 0.6, rng.uniform(0.4, 1))
            at += round(length * rng.uniform(0.8, 1.3))
        at += round(rng.uniform(0.1, 0.9) * RATE)
    return out + 1e-3 * rng.standard_normal(frames)


def _birds(rng: np.random.Generator, frames: int) -> np.ndarray:
    out = 0.02 * _coloured(rng, frames, 1)
    for at in _moments(rng, frames, rng.uniform(0.8, 3), 1.0):
        low = rng.uniform(1800, 5000)
        for note in range(int(rng.integers(1, 7))):
            length = round(rng.uniform(0.03, 0.14) * RATE)
            hertz = np.linspace(low, low * rng.uniform(0.7, 1.5), length)
            chirp = np.sin(2 * np.pi * np.cumsum(hertz) / RATE) * np.hanning(length)
            start = int(at) + round(note * length * rng.uniform(1.1, 1.6))
            if start < frames:
                _put(out, start, chirp, rng.uniform(0.2, 1))
    return out


def _hits(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Drum-like hits at random, two to sixteen a second."""
    out = 1e-3 * rng.standard_normal(frames)
    clock_s = np.arange(round(0.15 * RATE)) / RATE
    sounds = [
        np.sin(2 * np.pi * hertz * clock_s) * np.exp(-clock_s * 25)
        + snap * rng.standard_normal(len(clock_s)) * np.exp(-clock_s * 60)
        for hertz, snap in ((60, 0.1), (190, 0.7), (420, 0.3), (4000, 0.6))
    ]
    for at in _moments(rng, frames, rng.uniform(2, 16), rng.uniform(0.5, 1.0)):
        _put(out, int(at), sounds[int(rng.integers(len(sounds)))], rng.uniform(0.2, 1))
    return out


def _piano(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Struck notes in free time: no gap follows from the one before."""
    out = 1e-4 * rng.standard_normal(frames)
    clock_s = np.arange(round(1.8 * RATE)) / RATE
    for at in _moments(rng, frames, rng.uniform(1, 5), rng.uniform(0.5, 0.9)):
        for _ in range(int(rng.integers(1, 4))):
            hertz = 110 * 2 ** (rng.integers(0, 37) / 12)
            partials = [
                np.sin(2 * np.pi * hertz * k * clock_s) * np.exp(-clock_s * (1.5 + k)) / k
                for k in range(1, 7)
            ]
            note = np.sum(partials, axis=0)
            _put(out, int(at), note, rng.uniform(0.1, 0.5))
    return out


def _applause(rng: np.random.Generator, frames: int) -> np.ndarray:
    out = 0.02 * rng.standard_normal(frames)
    clap = rng.standard_normal(round(0.02 * RATE)) * np.exp(-np.arange(round(0.02 * RATE)) / 180)
    for at in _moments(rng, frames, rng.uniform(30, 150), 1.0):
        _put(out, int(at), clap, rng.exponential(0.3))
    return _band(out, 500, 6000) * (0.3 + _wander(rng, frames, 2))


def _machine(rng: np.random.Generator, frames: int) -> np.ndarray:
    """A motor whose speed wanders, with clanks at random."""
    turn_hz = rng.uniform(15, 45) * (0.7 + 0.6 * _wander(rng, frames, rng.uniform(1.5, 5)))
    phase = 2 * np.pi * np.cumsum(turn_hz) / RATE
    out = sum(np.sin(k * phase + k) / k for k in range(1, 9))
    out = out * (1 + 0.4 * _coloured(rng, frames, 0.3)) + _coloured(rng, frames, 1)
    clank = np.sin(np.arange(3000) * 0.19) * np.exp(-np.arange(3000) / 400)
    for at in _moments(rng, frames, rng.uniform(0.4, 3), 1.0):
        _put(out, int(at), clank, rng.uniform(0.5, 3))
    return np.asarray(out)


def _riser(rng: np.random.Generator, frames: int) -> np.ndarray:
    """A tone and noise that rise all the time, with hits that come ever faster."""
    rise = np.linspace(0, 1, frames) ** rng.uniform(0.7, 2)
    hertz = 80 * 2 ** (rise * rng.uniform(2, 5))
    out = rise * (np.sin(2 * np.pi * np.cumsum(hertz) / RATE) + _coloured(rng, frames, 0.5))
    at, gap_s = 0.0, rng.uniform(0.7, 1.2)
    shrink = rng.uniform(0.9, 0.95)
    click = rng.standard_normal(1500) * np.exp(-np.arange(1500) / 250)
    while at * RATE < frames - 1500:
        _put(out, round(at * RATE), click, rng.uniform(0.3, 1))
        at += gap_s
        gap_s = max(0.03, gap_s * shrink)
    return np.asarray(out)


def _hiss(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Tape hiss or a record's surface: steady noise with crackle."""
    out = _band(rng.standard_normal(frames), 1500, 14000) * 0.2
    for at in _moments(rng, frames, rng.uniform(1, 12), 1.2):
        _put(out, int(at), rng.standard_normal(40) * np.exp(-np.arange(40) / 8), rng.exponential(1))
    return out


def _tones(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Synthetic tones of any length scattered over time, one at a time or over each other."""
    out = 1e-4 * rng.standard_normal(frames)
    scale = rng.choice([0, 2, 3, 5, 7, 9, 10], int(rng.integers(3, 7)), replace=False)
    shape = rng.integers(3)
    for at in _moments(rng, frames, rng.uniform(0.6, 5), rng.uniform(0.35, 1.0)):
        clock_s = np.arange(round(rng.uniform(0.1, 1.2) * RATE)) / RATE
        hertz = 110 * 2 ** (int(rng.integers(0, 4)) + int(rng.choice(scale)) / 12)
        turns = hertz * clock_s
        wave = (np.sin(2 * np.pi * turns), np.sign(np.sin(2 * np.pi * turns)), 2 * (turns % 1) - 1)
        fall = np.exp(-clock_s * rng.uniform(0, 6)) * np.minimum(
            1, clock_s / rng.uniform(2e-3, 0.04)
        )
        fall *= np.minimum(1, (clock_s[-1] - clock_s) / 0.02)
        _put(out, int(at), wave[shape] * fall, rng.uniform(0.1, 0.5))
    return out


def _chimes(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Struck metal in the wind: gusts of inharmonic bells."""
    out = 1e-3 * _coloured(rng, frames, 1)
    clock_s = np.arange(round(2.5 * RATE)) / RATE
    bells = [
        sum(
            np.sin(2 * np.pi * hertz * ratio * clock_s) * np.exp(-clock_s * (1 + ratio)) / ratio
            for ratio in (1, 2.76, 5.4)
        )
        for hertz in rng.uniform(400, 2200, int(rng.integers(3, 8)))
    ]
    wind = _wander(rng, frames, 2)
    for at in _moments(rng, frames, rng.uniform(2, 7), 0.9):
        if rng.random() < wind[int(at)]:
            _put(out, int(at), bells[int(rng.integers(len(bells)))], rng.uniform(0.1, 0.5))
    return out


def _typing(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Keys struck in bursts, with pauses to think."""
    out = 2e-3 * rng.standard_normal(frames)
    at_s = rng.uniform(0, 1)
    while at_s * RATE < frames - 3000:
        for _ in range(int(rng.integers(2, 14))):
            ring = np.exp(-np.arange(2200) / rng.uniform(80, 300))
            click = _band(rng.standard_normal(2200), rng.uniform(500, 1500), rng.uniform(3e3, 9e3))
            _put(out, min(frames, round(at_s * RATE)), click * ring, rng.uniform(0.3, 1))
            at_s += rng.lognormal(np.log(rng.uniform(0.11, 0.2)), 0.45)
        at_s += rng.exponential(0.8)
    return out


def _strums(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Plucked strings in free time: chords spread and single notes, each gap its own."""
    out = 1e-4 * rng.standard_normal(frames)
    clock_s = np.arange(round(1.5 * RATE)) / RATE
    for at in _moments(rng, frames, rng.uniform(0.7, 3.5), rng.uniform(0.45, 0.9)):
        root = 82 * 2 ** (rng.integers(0, 13) / 12)
        steps = (0, 7, 12, 16 if rng.random() < 0.6 else 15, 19)[: int(rng.integers(1, 6))]
        spread = rng.uniform(0.004, 0.05)
        for place, step in enumerate(steps):
            hertz = root * 2 ** (step / 12)
            partials = [
                np.sin(2 * np.pi * hertz * k * clock_s) * np.exp(-clock_s * (1 + 1.5 * k)) / k
                for k in range(1, 9)
            ]
            note = np.sum(partials, axis=0)
            start = int(at) + round(place * spread * RATE)
            if start < frames:
                _put(out, start, note, rng.uniform(0.1, 0.4))
    return out


def _waves(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Surf: noise that swells and breaks, each time after another while."""
    out = 0.05 * _coloured(rng, frames, 1)
    for at in _moments(rng, frames, rng.uniform(0.15, 0.5), 0.5):
        length = round(rng.uniform(1.5, 5) * RATE)
        swell = np.linspace(0, 1, length) ** rng.uniform(0.3, 2) * np.linspace(1, 0, length)
        _put(out, int(at), _coloured(rng, length, rng.uniform(0.5, 1.5)) * swell, rng.uniform(1, 3))
    return out


def _fire(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Crackle over a rumble, in bursts."""
    out = 0.1 * _coloured(rng, frames, 2) * (0.5 + _wander(rng, frames, 1))
    for at in _moments(rng, frames, rng.uniform(3, 25), 1.3):
        length = int(rng.integers(60, 900))
        _put(
            out,
            int(at),
            rng.standard_normal(length) * np.exp(-np.arange(length) / (length / 5)),
            rng.exponential(0.25),
        )
    return out


#: Every kind by its name.
KINDS: dict[str, _Made] = {
    "noise": _noise, "rain": _rain, "drone": _drone, "pad": _pad, "speech": _speech,
    "birds": _birds, "hits": _hits, "piano": _piano, "applause": _applause,
    "machine": _machine, "riser": _riser, "hiss": _hiss, "tones": _tones, "chimes": _chimes,
    "typing": _typing, "strums": _strums, "waves": _waves, "fire": _fire,
}  # fmt: skip


def negatives(each: int, first_seed: int = 0) -> Iterator[tuple[str, np.ndarray]]:
    """Name and sound, float32 (frames,), of `each` sounds of every kind, 8 to 20 s long."""
    for number, (kind, made) in enumerate(KINDS.items()):
        for seed in range(first_seed, first_seed + each):
            rng = np.random.default_rng([number, seed])
            audio = made(rng, round(rng.uniform(8, 20) * RATE))
            audio = np.asarray(audio / (np.abs(audio).max() + 1e-9) * rng.uniform(0.1, 0.9))
            yield f"{kind}-{seed}", audio.astype(np.float32)
