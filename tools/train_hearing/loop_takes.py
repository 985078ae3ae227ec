"""Takes of real loops: each tiled at other tempi, begun anywhere or after silence, some swaying.

Then each going round from its start on, as the hearing plays a file that may be a loop.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile as sf
from scipy import signal

from daemon.hearing.going_round import round_and_round
from tools.train_hearing.music import RATE, Loop
from tools.train_hearing.takes import Take, played, three_of_four

#: Speeds at which a loop goes round.
SPEEDS = (0.93, 1.0, 1.08)


def takes(folder: Path, each: int) -> Iterator[tuple[str, Take, int]]:
    """Name, take and beats a bar, `each` of every loop of the folder; every fourth is cut to 3/4.

    The folder holds loops and `loops.json`: a list of {"file", "beats", "beats_per_bar"}. Where a
    loop of one bar begins is a convention: such a take has no downbeats. What goes round begins at
    the loop's start, so that its downbeats are known.
    """
    for number, spec in enumerate(json.loads((folder / "loops.json").read_text())):
        audio, rate = sf.read(folder / spec["file"], always_2d=True)
        mono = signal.resample_poly(audio.mean(axis=1), RATE, rate)
        per_bar = spec.get("beats_per_bar", 4)
        bars = spec["beats"] // per_bar
        bpm = spec["beats"] * 60 * RATE / len(mono)
        whole = Loop(mono, bpm, bars, 4 * per_bar, 0.0)
        for turn in range(each):
            cut = turn % 4 == 3 and per_bar == 4
            take = played(
                np.random.default_rng([number, turn]), three_of_four(whole) if cut else whole
            )
            if bars == 1:
                take = replace(take, downbeats_s=take.downbeats_s[:0])
            yield f"{Path(spec['file']).stem}-{turn}", take, 3 if cut else per_bar
        for turn, speed in enumerate(SPEEDS):
            loop = signal.resample_poly(mono, 100, round(100 * speed))
            take = going_round(loop, spec["beats"], per_bar)
            yield f"{Path(spec['file']).stem}-round{turn}", take, per_bar


def going_round(loop: np.ndarray, beats: int, per_bar: int) -> Take:
    """A loop of so many beats, float (frames,) at `RATE`, as it sounds going round."""
    audio = round_and_round(loop, RATE)
    beat_s = len(loop) / RATE / beats
    beats_s = np.arange(round(len(audio) / RATE / beat_s)) * beat_s
    joints_s = np.arange(len(audio) // len(loop)) * len(loop) / RATE
    audio = (audio / np.abs(audio).max() * 0.8).astype(np.float32)
    return Take(audio, beats_s[::per_bar], joints_s, 60 / beat_s, beats_s)
