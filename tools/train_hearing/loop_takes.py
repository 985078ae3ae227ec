"""Takes of real loops: each tiled at other tempi, begun anywhere or after silence, some swaying."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile as sf
from scipy import signal

from tools.train_hearing.music import RATE, Loop
from tools.train_hearing.takes import Take, played, three_of_four


def takes(folder: Path, each: int) -> Iterator[tuple[str, Take, int]]:
    """Name, take and beats a bar, `each` of every loop of the folder; every fourth is cut to 3/4.

    The folder holds loops and `loops.json`: a list of {"file", "beats", "beats_per_bar"}. Where a
    loop of one bar begins is a convention: such a take has no downbeats.
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
