"""Small pieces of music whose beats are known to the sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BACKBEAT = {"kick": "x.x.......x.....", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."}
WALTZ = {"kick": "x...........", "snare": "....x...x...", "hat": "x.x.x.x.x.x."}
SIX_EIGHT = {"kick": "x.........x.", "snare": "......x.....", "hat": "x.x.x.x.x.x."}
SEVEN_EIGHT = {"kick": "x.........x...", "snare": "....x.......x.", "hat": "x.x.x.x.x.x.x."}
FIVE_FOUR = {
    "kick": "x.....x.....x.......",
    "snare": "....x...........x...",
    "hat": "x.x.x.x.x.x.x.x.x.x.",
}


@dataclass(frozen=True)
class Piece:
    """`audio` float32 (frames, 1), and where its quarters and bars are (s)."""

    audio: np.ndarray
    sample_rate: int
    quarters_s: np.ndarray
    downbeats_s: np.ndarray


def drums(
    pattern: dict[str, str],
    bpm: float,
    bars: float,
    *,
    start_bar: float = 0.0,
    silence_s: float = 0.0,
    drift: float = 0.0,
    swing: float = 0.0,
    step: float = 1.0,
    counted_in: int = 0,
    sample_rate: int = 44100,
    seed: int = 1,
) -> Piece:
    """`bars` bars of a drum pattern of 16ths from `start_bar` on, after `silence_s`, its tempo swaying by `drift` over 7 s.

    `step`: the tempo of the second half over that of the first. `counted_in`: so many clicks, a beat apart, come before it.
    """
    slots = len(next(iter(pattern.values())))
    bar_quarters = slots / 4
    length_s = bars * bar_quarters * 60 / bpm
    clock_s = np.linspace(0, length_s, int(length_s * 200) + 2)
    tempo = (
        bpm
        / 60
        * (1 + drift * np.sin(2 * np.pi * clock_s / 7))
        * np.where(clock_s < length_s / 2, 1, step)
    )
    quarter = start_bar * bar_quarters + np.concatenate(
        [[0], np.cumsum((tempo[1:] + tempo[:-1]) / 2 * np.diff(clock_s))]
    )
    rng = np.random.default_rng(seed)
    out = np.zeros(int((length_s + 0.01) * sample_rate))
    sounds = {name: _sound(name, sample_rate, rng) for name in pattern}
    for bar in range(int(start_bar) - 1, int(start_bar + bars) + 2):
        for name, steps in pattern.items():
            for slot, step in enumerate(steps):
                if step == ".":
                    continue
                at = bar * bar_quarters + (slot + (swing if slot % 2 else 0)) / 4
                _put(
                    out,
                    sounds[name],
                    float(np.interp(at, quarter, clock_s, -9, -9)),
                    sample_rate,
                    0.8 if slot else 1.0,
                )
    _put_tail(out, rng)
    clicks = np.zeros(round(counted_in * 60 / bpm * sample_rate))
    for click in range(counted_in):
        _put(
            clicks,
            0.5 * _sound("snare", sample_rate, rng)[: sample_rate // 20],
            click * 60 / bpm,
            sample_rate,
            1.0,
        )
    silence_s += len(clicks) / sample_rate
    audio = np.concatenate([np.zeros(round(silence_s * sample_rate) - len(clicks)), clicks, out])
    audio = 0.7 * audio / np.abs(audio).max() + rng.standard_normal(len(audio)) * 1e-4
    first = int(np.ceil(quarter[0] - 1e-9))
    counts = np.arange(first, int(quarter[-1]) + 1)
    bars_at = (
        np.arange(
            int(np.ceil(quarter[0] / bar_quarters - 1e-9)), int(quarter[-1] / bar_quarters) + 1
        )
        * bar_quarters
    )
    return Piece(
        audio[:, None].astype(np.float32),
        sample_rate,
        silence_s + np.interp(counts, quarter, clock_s),
        silence_s + np.interp(bars_at, quarter, clock_s),
    )


def _sound(name: str, sample_rate: int, rng: np.random.Generator) -> np.ndarray:
    seconds = np.arange(int(0.25 * sample_rate)) / sample_rate
    if name == "kick":
        click = rng.standard_normal(len(seconds)) * np.exp(-seconds * 900) * 0.3
        return (
            np.sin(2 * np.pi * (50 * seconds + 6 * (1 - np.exp(-seconds * 35))))
            * np.exp(-seconds * 16)
            + click
        )
    if name == "snare":
        return 0.8 * rng.standard_normal(len(seconds)) * np.exp(-seconds * 22) + 0.5 * np.sin(
            2 * np.pi * 190 * seconds
        ) * np.exp(-seconds * 30)
    return 0.25 * np.diff(rng.standard_normal(len(seconds) + 1)) * np.exp(-seconds * 60)


def _put(out: np.ndarray, sound: np.ndarray, at_s: float, sample_rate: int, gain: float) -> None:
    start = round(at_s * sample_rate)
    if start < 0 or start >= len(out):
        return
    end = min(len(out), start + len(sound))
    out[start:end] += gain * sound[: end - start]


def _put_tail(out: np.ndarray, rng: np.random.Generator) -> None:
    out += 1e-4 * rng.standard_normal(len(out))
