"""Reverb and echo as spectra, circular like the loop that they are applied to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.fft

from daemon.audio.envelopes import fall
from daemon.audio.filters import bandpass, filtered, high_shelf, highpass, lowpass, response_of
from daemon.audio.noise import noise
from daemon.audio.random_stream import rng
from daemon.audio.tilt import colour, k_weight, tilt


@dataclass(frozen=True)
class Room:
    """A room by its first reflections and its tail."""

    rt_s: float
    """Time to -60 dB."""
    first_ms: float
    """When the first reflection comes."""
    last_ms: float
    """When the last single one comes."""
    taps: int
    """Single reflections a side."""
    tail: float
    """The tail's level beside them."""
    top_hz: float
    amount: float
    """Its power beside the dry drums'."""


#: The rooms, from the driest to the largest. Reflections first, then the tail: a dry sound in a far
#: hall is nowhere. Times and counts are those of real rooms of that kind.
ROOMS: dict[str, Room] = {
    "booth": Room(0.16, 2, 11, 9, 0.06, 9000, 0.4),
    "studio": Room(0.28, 3, 26, 13, 0.1, 8000, 0.55),
    "drum room": Room(0.42, 3, 35, 15, 0.12, 8000, 0.7),
    "garage": Room(0.55, 4, 32, 12, 0.14, 6500, 0.7),
    "club": Room(0.4, 5, 38, 12, 0.1, 7000, 0.5),
    "plate": Room(1.1, 1, 9, 18, 0.16, 9000, 0.45),
    "chamber": Room(0.8, 6, 45, 15, 0.14, 7000, 0.5),
    "stage": Room(0.9, 7, 60, 16, 0.12, 7000, 0.6),
    "hall": Room(1.7, 12, 85, 18, 0.12, 6000, 0.6),
}
#: How much of each part the room is given, beside the drums. The bass is dry: low ends stay clear.
ROOM_SHARES = {
    "drums": 1.0, "chords": 0.75, "lead": 0.75, "pad": 0.5, "fx": 0.4,
}  # fmt: skip
#: Hz under which the room is left out, so that the low end stays clear.
_ROOM_FROM_HZ = 70.0
#: dB by which its sides are softer above 4 kHz: walls take the top, the middle least.
_NARROW_HZ, _NARROW_DB, _NARROWER_DB = 4000.0, -2.5, -6.0
#: s after which its tail begins.
_TAIL_FROM_S = 0.008
#: Keeps the dry attack clear of the room.
_PRE_DELAY_S = 0.018


@lru_cache(2)
def reverb(size: int, rate: int, length_s: float) -> np.ndarray:
    """The spectrum (2, size // 2 + 1) of a room, as middle and side.

    `length_s` is its time to -60 dB. Unit power, high-passed at 250 Hz. Noise in three bands with
    their own decays (the top dies first), 18 ms after the sound.
    """
    n = round((length_s + 0.02) * rate)
    t = np.arange(n, dtype=np.float32) / np.float32(rate)
    start = round(_PRE_DELAY_S * rate)
    impulse = np.zeros((2, start + n), np.float32)
    for side in (0, 1):
        white = noise(n, "reverb", side)
        room = filtered(white, rate, lowpass(650)) * fall(t, length_s * 1.05) * np.float32(0.6)
        room += filtered(white, rate, bandpass(1600, 0.5)) * fall(t, length_s)
        room += filtered(white, rate, highpass(4500)) * fall(t, length_s * 0.5) * np.float32(0.7)
        impulse[side, start:] = room * (1 - np.exp(-t / np.float32(0.006)))
    impulse /= np.sqrt((impulse**2).sum(axis=1, keepdims=True))
    gain = response_of((highpass(250), highpass(250)), size, rate)
    return scipy.fft.rfft(_rolled(impulse, size), axis=1) * gain


@lru_cache(2)
def room(size: int, rate: int, name: str, narrower: bool = False) -> np.ndarray:
    """The spectrum (2, size // 2 + 1) of a room's reflections and tail, as middle and side.

    `narrower` is the room of plans before version 6. Unit power a side, times the room's amount.
    Who sits opposite hears it mirrored: the side's sign is changed. Left and right have reflections
    of their own, so that nothing cancels in mono (Moorer 1979 has the method).
    """
    heard = _rolled(_reflections(rate, name, narrower), size)
    return np.asarray(scipy.fft.rfft(heard, axis=1), np.complex64)


@lru_cache(12)
def _reflections(rate: int, name: str, narrower: bool) -> np.ndarray:
    """The room's answer to a click: float32 (2, frames), middle and side."""
    about = ROOMS[name]
    length = round((about.rt_s * 1.1 + 0.02) * rate)
    t = np.arange(length, dtype=np.float32) / np.float32(rate)
    sides = np.zeros((length, 2), np.float32)
    for side in (0, 1):
        stream = rng("room", name, side)
        at_s = np.sort(stream.uniform(about.first_ms, about.last_ms, about.taps)) / 1000
        level = np.geomspace(0.9, 0.25, about.taps) * stream.choice((-1, 1), about.taps)
        np.add.at(sides[:, side], np.minimum(np.round(at_s * rate).astype(int), length - 1), level)
        tail = noise(length, "room", name, side) * fall(t, about.rt_s)
        sides[:, side] += tail * (t > _TAIL_FROM_S) * np.float32(about.tail * 0.12)
    sides = filtered(sides, rate, lowpass(about.top_hz), highpass(_ROOM_FROM_HZ))
    sides *= about.amount / np.sqrt((sides**2).sum(axis=0, keepdims=True))
    middle, side_ = sides.sum(axis=1) / 2, (sides[:, 0] - sides[:, 1]) / 2
    top = high_shelf(_NARROW_HZ, _NARROWER_DB if narrower else _NARROW_DB)
    # drums stand in the room with all of their low end: its sides are cut steeply
    low = (highpass(190), highpass(190)) if narrower else (highpass(190),) * 3
    side_ = filtered(side_, rate, *low, top)
    return np.stack([middle, side_]).astype(np.float32)


def _rolled(rows: np.ndarray, size: int) -> np.ndarray:
    """Rows (2, any) folded or padded to `size`."""
    if rows.shape[1] <= size:
        return np.pad(rows, ((0, 0), (0, size - rows.shape[1])))
    whole = -(-rows.shape[1] // size) * size
    return np.pad(rows, ((0, 0), (0, whole - rows.shape[1]))).reshape(2, -1, size).sum(axis=1)


@lru_cache(2)
def ping_pong(size: int, rate: int, delay_frames: int, feedback: float = 0.42) -> np.ndarray:
    """The spectrum (2, size // 2 + 1) of a middle signal's echoes, as middle and side.

    They come from the left and the right in turn, each darker than the last.
    """
    k = np.arange(size // 2 + 1, dtype=np.int64)
    turns = (k * delay_frames % size) / size
    tone = response_of((highpass(280), lowpass(4200)), size, rate)
    once = feedback * tone * np.exp(-2j * np.pi * turns)
    left = once / (1 - once * once) / feedback
    right = once * left
    return (np.stack([left + right, left - right]) / 2).astype(np.complex64)


def forget() -> None:
    """Drop cached spectra of long stretches: a piece's rooms and tilts are many times a loop's."""
    for kept in (reverb, room, ping_pong, tilt, colour, k_weight):
        kept.cache_clear()
