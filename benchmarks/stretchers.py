"""`python -m benchmarks.stretchers`: each installed stretcher on clicks, tones and loops.

The measures are those of the contract's test.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from daemon.audio import seam
from daemon.audio.resample import fit_length
from daemon.audio.stretch import STRETCHERS
from daemon.audio.stretch_map import StretchMap
from daemon.audio.stretchers.stretcher import Stretch, Stretcher
from daemon.audition.refit import refit

RATE = 44100
RATIOS = (0.8, 0.9, 0.97, 1.03, 1.1, 1.25)
#: Amplitude of the sines.
_LEVEL = 0.3


def click_loop(seconds: float = 6.0, channels: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Bursts of 1500 Hz every 0.4 s, float32 (frames, channels), and their attacks' frames."""
    audio = np.zeros((round(seconds * RATE), channels), np.float32)
    at = np.arange(2000)
    burst = (0.5 * np.exp(-at / 250) * np.sin(at * 2 * np.pi * 1500 / RATE)).astype(np.float32)
    attacks = (np.arange(0.2, seconds - 0.3, 0.4) * RATE).astype(int)
    for attack in attacks:
        audio[attack : attack + 2000] += burst[:, None]
    return audio, attacks


def bent_map(frames: int, bend: float, ratio: float = 0.96) -> StretchMap:
    """A map with a knot each quarter of a second, like a drummer without a click.

    The slopes sway about `ratio` by the share `bend`.
    """
    knots = np.arange(0, frames + 1, RATE // 4, dtype=float)
    slopes = ratio * (1 + bend * np.sin(np.arange(len(knots) - 1) / 2))
    target = np.concatenate([[0.0], np.cumsum(np.diff(knots) * slopes)])
    return StretchMap(knots, target, round(float(target[-1])))


def straight_map(frames: int, ratio: float) -> StretchMap:
    return StretchMap.straight(0.0, ratio, round(frames * ratio))


def onset_errors_ms(one: Stretcher, time_map: StretchMap, **how: Any) -> np.ndarray:
    """Distance in ms of each click's strongest frame from its place."""
    audio, attacks = click_loop()
    made = one.stretch(audio, RATE, Stretch(time_map, **how))[:, 0]
    peak = int(np.argmax(np.abs(audio[attacks[0] : attacks[0] + 64, 0])))
    places = np.round(time_map.target_of((attacks + peak).astype(float))).astype(int)
    inside = [place for place in places if 1000 < place < time_map.frames - 2500]
    found = [
        place - 900 + int(np.argmax(np.abs(made[place - 900 : place + 900]))) for place in inside
    ]
    return 1000 * np.abs(np.array(found) - inside) / RATE


def tone_errors(
    one: Stretcher, time_map: StretchMap, hz: float, semitones: float = 0.0
) -> tuple[float, float]:
    """(cents, dB): the worst error of a sine's pitch, and the error of its level."""
    at = np.arange(6 * RATE) / RATE
    tone = (_LEVEL * np.sin(2 * np.pi * hz * at))[:, None].astype(np.float32)
    made = one.stretch(tone, RATE, Stretch(time_map, semitones))[RATE // 2 : -RATE // 2, 0].astype(
        np.float64
    )
    level_db = 20 * np.log10(np.sqrt(np.mean(made**2)) * np.sqrt(2) / _LEVEL)
    wanted = hz * 2 ** (semitones / 12)
    pieces = np.lib.stride_tricks.sliding_window_view(made, RATE // 4)[:: RATE // 8]
    cents = [abs(1200 * np.log2(_frequency(piece) / wanted)) for piece in pieces]
    return max(cents), abs(float(level_db))


def _frequency(piece: np.ndarray) -> float:
    """The strongest frequency in Hz, by a parabola through a padded spectrum's highest bins."""
    size = 8 * len(piece)
    levels = np.log(np.abs(np.fft.rfft(piece * np.blackman(len(piece)), size)) + 1e-12)
    top = int(np.argmax(levels))
    left, middle, right = levels[top - 1 : top + 2]
    return float((top + 0.5 * (left - right) / (left - 2 * middle + right)) * RATE / size)


def attack_figures(one: Stretcher, ratio: float, **how: Any) -> tuple[float, float]:
    """Medians of a noise burst: (ms of its rise from 10 to 90 %, dB of the sound before it)."""
    audio = np.zeros((5 * RATE, 1), np.float32)
    burst = np.random.default_rng(0).standard_normal(4000) * np.exp(-np.arange(4000) / 900)
    attacks = np.arange(RATE // 2, 9 * RATE // 2, RATE // 3)
    for attack in attacks:
        audio[attack : attack + 4000, 0] += (0.3 * burst).astype(np.float32)
    time_map = straight_map(len(audio), ratio)
    made = one.stretch(audio, RATE, Stretch(time_map, **how))[:, 0].astype(np.float64)
    places = np.round(time_map.target_of(attacks.astype(float))).astype(int)
    return float(np.median([_rise_ms(made, p) for p in places])), float(
        np.median([_before_db(made, p) for p in places])
    )


def _rise_ms(audio: np.ndarray, near: int) -> float:
    part = np.abs(audio[near - 900 : near + 900])
    level = np.maximum.accumulate(part / part.max())
    return float(1000 * (np.argmax(level > 0.9) - np.argmax(level > 0.1)) / RATE)


def _before_db(audio: np.ndarray, near: int) -> float:
    before, after = audio[near - 2205 : near - 88], audio[near - 88 : near + 2205]
    return float(10 * np.log10(((before**2).sum() + 1e-12) / (after**2).sum()))


def seam_jump(one: Stretcher, ratio: float) -> float:
    """The step at a stretched loop's seam, as a share of the usual one: chords and clicks."""
    clicks, _ = click_loop(4.0)
    at = np.arange(len(clicks)) / RATE
    chord = sum(
        (0.08 * np.sin(2 * np.pi * hz * at) for hz in (110.0, 138.5, 165.0, 220.0)),
        np.zeros(len(at)),
    )
    made = refit(
        clicks + chord[:, None].astype(np.float32),
        RATE,
        round(len(clicks) * ratio),
        0.0,
        loops=True,
        by=one.name,
    )
    return seam.measure_seam(made).jump


def seconds_for(one: Stretcher) -> float:
    """Time for 8 s of stereo noise."""
    noise = 0.1 * np.random.default_rng(0).standard_normal((8 * RATE, 2)).astype(np.float32)
    start = time.perf_counter()
    one.stretch(fit_length(noise, 8 * RATE), RATE, Stretch(straight_map(8 * RATE, 1.05)))
    return time.perf_counter() - start


def main() -> None:
    ready = [one for one in STRETCHERS if one.ready()]
    rows: list[tuple[str, list[str]]] = []
    straight = [straight_map(6 * RATE, ratio) for ratio in RATIOS]
    for words, maps in (("at one ratio", straight), ("along 2 %", [bent_map(6 * RATE, 0.02)])):
        errors = [np.concatenate([onset_errors_ms(one, map_) for map_ in maps]) for one in ready]
        rows.append(
            (
                f"onset ms, median / most, {words}",
                [f"{np.median(e):.2f} / {e.max():.2f}" for e in errors],
            )
        )
    tones = [
        [tone_errors(one, map_, hz) for map_ in straight for hz in (55.0, 440.0, 3000.0)]
        for one in ready
    ]
    rows.append(
        ("sine, cents, most", [f"{max(cents for cents, _ in found):.2f}" for found in tones])
    )
    rows.append(("sine, dB, most", [f"{max(db for _, db in found):.2f}" for found in tones]))
    for bend in (0.005, 0.01, 0.02):
        cents = [tone_errors(one, bent_map(6 * RATE, bend), 440.0)[0] for one in ready]
        rows.append((f"sine along {100 * bend:g} %, cents, most", [f"{c:.1f}" for c in cents]))
    shifted = [
        max(tone_errors(one, straight[4], 440.0, s)[0] for s in (3.0, -4.0)) for one in ready
    ]
    rows.append(("sine +3 and -4 semitones, cents", [f"{c:.2f}" for c in shifted]))
    for words, how in (("", {}), (" (drums)", {"drums": True})):
        found = [[attack_figures(one, ratio, **how) for ratio in RATIOS] for one in ready]
        rows.append(
            (f"attack 10-90 %, ms{words}", [f"{np.mean([r for r, _ in f]):.1f}" for f in found])
        )
        rows.append(
            (
                f"sound before attack, dB{words}",
                [f"{np.mean([b for _, b in f]):.1f}" for f in found],
            )
        )
    jumps = [max(seam_jump(one, ratio) for ratio in (0.9, 1.1)) for one in ready]
    rows.append(("seam, of the usual step", [f"{jump:.2f}" for jump in jumps]))
    rows.append(("8 s of stereo, s", [f"{seconds_for(one):.2f}" for one in ready]))
    print("| measure | " + " | ".join(one.name for one in ready) + " |")
    print("|---|" + "---|" * len(ready))
    for words, figures in rows:
        print(f"| {words} | " + " | ".join(figures) + " |")


if __name__ == "__main__":
    main()
