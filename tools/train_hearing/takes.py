"""Takes of made-up loops, analysed by the hearing itself, labelled with the right answers."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bridge.music import Meter
from daemon.hearing import bar, beats, onsets
from daemon.hearing import loop_joint as seam
from daemon.hearing.bar_features import read
from daemon.hearing.envelopes import envelopes
from tools.train_hearing.music import RATE, Bank, Loop, loop


@dataclass(frozen=True)
class Take:
    """`audio` float32 (frames,), times of its downbeats and of the loop's joints, its tempo, beats."""

    audio: np.ndarray
    downbeats_s: np.ndarray
    joints_s: np.ndarray
    bpm: float
    beats_s: np.ndarray


def played(rng: np.random.Generator, source: Loop) -> Take:
    """The loop tiled: begun anywhere, after silence or with a pickup.

    Its tempo may sway; it lies in a little noise.
    """
    bar_beats = source.slots / 4
    beats_long = source.bars * source.slots / 4
    begun = str(rng.choice(["anywhere", "silence", "pickup", "at once"], p=[0.6, 0.15, 0.1, 0.15]))
    start = {
        "anywhere": rng.uniform(0.1, beats_long),
        "pickup": bar_beats - rng.choice([0.25, 0.5, 1, 2]),
    }.get(begun, 0.0)
    lead_s = rng.uniform(0.1, 0.7) if begun in ("silence", "pickup") else 0.0
    length_s = float(np.clip(max(7, beats_long * 60 / source.bpm * rng.uniform(1.1, 2.2)), 7, 14))
    clock_s = np.arange(int(length_s * RATE)) / RATE
    bpm = source.bpm * (1 + rng.uniform(-0.05, 0.05))
    sway = rng.uniform(0.003, 0.018) * (rng.random() < 0.25)
    speed = bpm / 60 * (1 + sway * np.sin(2 * np.pi * clock_s / rng.uniform(5, 9)))
    position = start + np.concatenate([[0], np.cumsum(speed[:-1] / RATE)])
    frame = position % beats_long / beats_long * len(source.audio)
    whole, part = frame.astype(int), frame % 1
    around = np.concatenate([source.audio, source.audio[:2]])
    audio = np.concatenate(
        [np.zeros(int(lead_s * RATE)), around[whole] * (1 - part) + around[whole + 1] * part]
    )
    audio += rng.standard_normal(len(audio)) * 10 ** (-rng.uniform(45, 75) / 20)

    def times(every: float) -> np.ndarray:
        return lead_s + np.interp(
            np.arange(np.ceil(start / every), position[-1] // every + 1) * every, position, clock_s
        )

    downbeats_s = times(bar_beats) + source.first_s
    joints_s = times(beats_long) + source.first_s
    beats_s = times(1.0) + source.first_s
    audio = (audio / np.abs(audio).max() * 0.8).astype(np.float32)
    return Take(audio, downbeats_s, joints_s, bpm, beats_s)


def three_of_four(source: Loop) -> Loop:
    """A 4/4 loop with every fourth beat cut out."""
    beat = len(source.audio) / (source.bars * 4)
    kept = [
        source.audio[round(first * beat) : round((first + 3) * beat)]
        for first in range(0, source.bars * 4, 4)
    ]
    return Loop(np.concatenate(kept), source.bpm, source.bars, 12, source.first_s)


def readings(take: Take, slots: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (starts, n) of each beginning that the hearing considers.

    With them, each beginning's distance in s from a downbeat and from a joint.
    """
    env = envelopes(take.audio, RATE)
    lattice = beats.find(env, onsets.onsets(env), take.bpm, slots / 4)
    folded = bar.fold(env, lattice.map, slots, lattice.unit_bars)
    starts = bar.beginnings(folded)
    joined = seam.signs(
        folded, starts, seam.trust(lattice.again.similarity.get(lattice.unit_bars, 0.0))
    )
    features = np.hstack([read(folded.one, starts).reshape(len(starts), -1), joined])
    unit = slots * lattice.unit_bars

    def away_s(times_s: np.ndarray) -> np.ndarray:
        place = np.interp(times_s, lattice.map.beats_s, np.arange(len(lattice.map.beats_s))) * 4
        apart = (starts[:, None] - place[None, :] + unit / 2) % unit - unit / 2
        return np.abs(apart).min(axis=1) * folded.sixteenth_s

    return features.astype(np.float16), away_s(take.downbeats_s), away_s(take.joints_s)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bank", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=8000)
    parser.add_argument("--meter", type=Meter.parse, default=Meter())
    parser.add_argument("--first-seed", type=int, default=0)
    asked = parser.parse_args()
    bank = Bank.load(asked.bank)
    slots = asked.meter.sixteenths_per_bar
    beat = slots // asked.meter.beats_per_bar if slots % asked.meter.beats_per_bar == 0 else 2
    rows = []
    for seed in range(asked.first_seed, asked.first_seed + asked.count):
        rng = np.random.default_rng(seed)
        # half of the takes in three are 4/4 music that was cut
        cut = slots == 12 and beat == 4 and seed % 2
        source = three_of_four(loop(rng, bank, 16, 4)) if cut else loop(rng, bank, slots, beat)
        if np.abs(source.audio).max() > 0.1:
            rows.append(readings(played(rng, source), slots))
    features, from_bar_s, from_joint_s = (
        np.concatenate(column) for column in zip(*rows, strict=True)
    )
    np.savez(
        asked.out,
        X=features,
        ed=from_bar_s,
        es=from_joint_s,
        n=[len(row[0]) for row in rows],
        slots=slots,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
