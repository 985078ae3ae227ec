"""What a design does to the sound of a voice: layers, bent pitch, drive, bands, tail and room.

All audio is float32 (frames, 2) with a peak of about 1.
"""

from __future__ import annotations

import numpy as np
import scipy.fft

from daemon.audio.envelopes import fall, rise, seconds
from daemon.audio.filters import (
    Filter,
    bandpass,
    delay_of,
    fast_length,
    high_shelf,
    highpass,
    lowpass,
    peak,
)
from daemon.audio.noise import noise
from daemon.audio.stereo import wide, widened
from daemon.audio.waves import sine
from daemon.engines.embedded.shots.design import Design
from daemon.engines.embedded.shots.families import Family

#: What has less of a dimension than this is left as it is.
_HEARD = 0.02
#: The ringing's partials: those of no string and no bar.
_PARTIALS = (1.0, 1.483, 2.137, 2.931)
#: Steps in which a level is followed.
_BLOCK_S = 0.002


def finished(x: np.ndarray, rate: int, design: Design, family: Family, take: int) -> np.ndarray:
    """A voice's sound as the design wants it. take: which of the noises is used."""
    x = _level(x)
    if abs(design["punch"]) > _HEARD:
        x = _bent(x, rate, design["punch"])
    x = _level(_laid(x, rate, design, family, take))
    if abs(design["snap"]) > _HEARD:
        x = _snapped(x, rate, design["snap"])
    if design["drive"] > _HEARD:
        x = _driven(x, design["drive"], design["bite"])
    if design["flam"] > _HEARD:
        x = _flammed(x, rate, design["flam"])
    if design["gate"] > _HEARD:
        x = _gated(x, rate, design["gate"])
    if design["vintage"] > _HEARD:
        x = _aged(_level(x), rate, design["vintage"])
    x = _placed(x, rate, design, family, take)
    return x if family.is_mono else widened(x, float(2 ** design["width"]))


def _level(x: np.ndarray) -> np.ndarray:
    top = float(np.abs(x).max(initial=0.0))
    return x / np.float32(top) if top > 0 else x


def _bent(x: np.ndarray, rate: int, punch: float) -> np.ndarray:
    """The sound read faster at first (slower, where it is negative), at its speed within 40 ms."""
    # up to 1.2 octaves above; a third below
    extra = 1.3 * punch if punch > 0 else 0.25 * punch
    t = np.arange(len(x)) / rate
    tau = 0.009
    places = (t + extra * tau * (1 - np.exp(-t / tau))) * rate
    return np.stack(
        [np.interp(places, np.arange(len(x)), x[:, side], right=0.0) for side in (0, 1)], axis=1
    ).astype(np.float32)


def _laid(x: np.ndarray, rate: int, design: Design, family: Family, take: int) -> np.ndarray:
    """The sound with its click, hiss and ringing."""
    x = x.copy()
    length_s = min(len(x) / rate, 1.5)
    sides = ("shot", "shot") if family.is_mono else ("left", "right")
    if design["click"] > _HEARD:
        n = min(len(x), round(0.012 * rate))
        t = seconds(n / rate, rate)[:n]
        hz = 1800 * 4 ** design["click_tone"]
        tick = _filtered(_white(n, sides[:1] * 2, take), rate, bandpass(min(hz, 9000), 0.7))
        x[:n] += _level(tick) * (fall(t, 0.009) * 0.75 * design["click"])[:, None]
    if design["noise"] > _HEARD:
        hiss_s = float(length_s * 2 ** (1.2 * design["noise_length"] - 0.4))
        n = min(len(x), round(hiss_s * rate))
        t = seconds(n / rate, rate)[:n]
        middle_hz = float(np.sqrt(family.low_hz * family.high_hz)) * 3 ** design["noise_tone"]
        hiss = _filtered(_white(n, sides, take), rate, bandpass(min(2 * middle_hz, 11000), 0.6))
        shape = fall(t, hiss_s) * rise(t, 0.001) * 0.7 * design["noise"]
        x[:n] += _level(hiss) * shape[:, None]
    if design["ring"] > _HEARD:
        t = seconds(len(x) / rate, rate)[: len(x)]
        hz = family.ring_hz * 2 ** design["ring_tone"]
        ringing = np.sum(
            [
                sine(hz * ratio, len(x), rate) * fall(t, min(0.5, len(x) / rate) / ratio) / ratio
                for ratio in _PARTIALS
                if hz * ratio < 0.4 * rate
            ],
            axis=0,
        )
        x += (ringing * rise(t, 0.0006) * 0.4 * design["ring"])[:, None].astype(np.float32)
    return x


def _white(n: int, sides: tuple[str, ...], take: int) -> np.ndarray:
    return np.stack([noise(n, side, "design", take) for side in sides], axis=1)


def _snapped(x: np.ndarray, rate: int, snap: float) -> np.ndarray:
    """The tail lowered against the attack, or raised: the level to the power of 0.75 to 1.6."""
    size = max(1, round(_BLOCK_S * rate))
    blocks = np.abs(np.pad(x, ((0, -len(x) % size), (0, 0)))).reshape(-1, size * 2).max(axis=1)
    # what was loud within the last 12 ms counts, so that a wave is not bent by its own shape
    held = np.max([np.pad(blocks, (back, 0))[: len(blocks)] for back in range(6)], axis=0)
    power = 0.6 * snap if snap > 0 else 0.25 * snap
    gain = np.maximum(held, 3e-3) ** power
    curve = np.interp(np.arange(len(x)), (np.arange(len(gain)) + 0.5) * size, gain)
    return (x * curve[:, None]).astype(np.float32)


def _driven(x: np.ndarray, drive: float, bite: float) -> np.ndarray:
    """Round (tanh), hard (clipped) or lopsided bending, by `bite`; even at its most no DC stays."""
    k = np.float32(1 + 9 * drive**1.5)
    bent = np.tanh(k * x) / np.tanh(k)
    other = np.clip(k * x, -1, 1) if bite > 0 else np.tanh(k * x + 0.5) - np.tanh(np.float32(0.5))
    share = np.float32(abs(bite))
    return np.asarray((1 - share) * bent + share * other, np.float32)


def _bands(design: Design, family: Family) -> list[Filter]:
    """Tilt, weight and one raised or lowered band; what is under 20 Hz goes."""
    hz = family.low_hz * (family.high_hz / family.low_hz) ** ((design["colour"] + 1) / 2)
    weight = design["weight"]
    filters = [
        highpass(20.0),
        high_shelf(float(np.sqrt(family.low_hz * family.high_hz)), 8 * design["bright"]),
        peak(hz, 11 * design["body"], 1.3),
        peak(family.weight_hz, 7 * weight, 0.8),
    ]
    if weight < -0.3:
        filters.append(highpass(family.weight_hz * (0.1 - 0.7 * weight)))
    if design["bright"] < -0.4:
        filters.append(lowpass(family.high_hz * 2.5 ** (1 + design["bright"])))
    if design["vintage"] > _HEARD:
        filters.append(lowpass(16000 * 2 ** (-1.2 * design["vintage"])))
    return filters


def _placed(x: np.ndarray, rate: int, design: Design, family: Family, take: int) -> np.ndarray:
    """The sound through its bands and in its room, in one transform."""
    wet = design["room"] > _HEARD
    wall = _wall(rate, design, take, family.is_mono) if wet else np.zeros((0, 2), np.float32)
    size = fast_length(len(x) + max(len(wall), rate // 50))
    spectrum = scipy.fft.rfft(x, size, axis=0)
    spectrum *= _gain(_bands(design, family), size, rate)[:, None]
    if wet:
        # the wall's own power is 1, so that the share is that of the room's energy
        walls = scipy.fft.rfft(wall, size, axis=0)
        walls *= _gain([highpass(180), lowpass(5000)], size, rate)[:, None]
        spectrum += spectrum * walls * np.float32(0.8 * design["room"])
    return np.asarray(scipy.fft.irfft(spectrum, size, axis=0)[: len(x) + len(wall)], np.float32)


def _wall(rate: int, design: Design, take: int, is_mono: bool) -> np.ndarray:
    """A room as decaying noise of 0.06 to 1.5 s, 3 to 10 ms behind: float32 (n, 2), of power 1."""
    size = (design["room_size"] + 1) / 2
    tail_s = 0.06 * 25**size
    n, behind = round(tail_s * rate), round((0.003 + 0.007 * size) * rate)
    t = seconds(n / rate, rate)[:n]
    sides = ("shot", "shot") if is_mono else ("left", "right")
    wall = _white(n, sides, take) * wide(fall(t, tail_s) * rise(t, 0.002)).astype(np.float32)
    wall /= np.sqrt((wall**2).sum() / 2)
    return np.pad(wall, ((behind, 0), (0, 0)))


def _gain(filters: list[Filter], size: int, rate: int) -> np.ndarray:
    """As `filters.response_of`; read between 1500 places, and not kept: each seed has its own."""
    places = np.geomspace(4.0, rate / 2, 1500)
    gain = np.ones(len(places), np.complex128)
    delay = delay_of(places, rate)
    for one in filters:
        gain *= one(delay, rate)
    hz = np.fft.rfftfreq(size, 1 / rate)
    gain[0] = 0 if abs(gain[0]) < 0.1 else gain[0]
    return np.asarray(np.interp(hz, places, gain), np.complex64)


def _filtered(x: np.ndarray, rate: int, *filters: Filter) -> np.ndarray:
    size = fast_length(len(x) + rate // 50)
    spectrum = scipy.fft.rfft(x, size, axis=0)
    spectrum *= _gain(list(filters), size, rate)[:, None]
    return np.asarray(scipy.fft.irfft(spectrum, size, axis=0)[: len(x)], np.float32)


def _flammed(x: np.ndarray, rate: int, flam: float) -> np.ndarray:
    late = round((0.008 + 0.02 * flam) * rate)
    both = np.zeros((len(x) + late, 2), np.float32)
    both[: len(x)] += x
    both[late:] += x * np.float32(0.35 + 0.3 * flam)
    return both


def _gated(x: np.ndarray, rate: int, gate: float) -> np.ndarray:
    """The tail cut off at a share of its length, within 15 ms."""
    level = np.maximum(np.abs(x[:, 0]), np.abs(x[:, 1]))
    heard = np.flatnonzero(level > 0.01 * level.max())
    end = max(round(0.03 * rate), round(heard[-1] * (0.9 - 0.6 * gate)))
    fade = round(0.015 * rate)
    curve = np.clip((end + fade - np.arange(len(x))) / fade, 0, 1) ** 2
    return (x * curve[:, None]).astype(np.float32)[: end + fade]


def _aged(x: np.ndarray, rate: int, vintage: float) -> np.ndarray:
    """Each sample held as by a sampler of 30 to 8 kHz, in 11 to 6 bits."""
    slow = rate / (30000 * (8 / 30) ** vintage)
    held = x[np.minimum((np.floor(np.arange(len(x)) / slow) * slow).astype(int), len(x) - 1)]
    steps = np.float32(2 ** (11 - 5 * vintage))
    return np.round(held * steps) / steps
