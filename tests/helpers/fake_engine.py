"""An engine for trying things out: clicks on the beats at once, and faults on purpose when the prompt names one.

`fail` raises what an engine should, `raise` what it should not, `crash` ends the process, `segfault` does so as C code would,
`memory` asks for more than there is, `hang` never answers, `slow` takes some seconds, `silent` gives silence.

It is not shipped. A program has it that is started with `REGISTERED` in its environment.
"""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.engines.contract import EngineInfo, Grid, Progress, Take
from daemon.engines.registry import MORE_VARIABLE
from daemon.errors import EngineError

if TYPE_CHECKING:
    from daemon.brief import Brief

INFO = EngineInfo(
    name="fake",
    title="Clicks on the beats, and faults on purpose, for trying things out",
    maker="tests.helpers.fake_engine:make",
    kinds=("loop", "oneshot", "sfx"),
    license="CC0-1.0",
    model="fake",
    channels=1,
    for_tests=True,
)

#: What stands in the environment of a program that is to have this engine.
#: A program's children look into no folder that it is started in: they find this one by its path.
REGISTERED = {
    MORE_VARIABLE: "tests.helpers.fake_engine:INFO",
    "PYTHONPATH": os.pathsep.join(
        filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")))
    ),
}
SLOW_S = 2.0


def make(brief: Brief, seed: int, progress: Progress) -> Take:
    """A click on every beat, mono, its pitch by the seed; exact to the frame. EngineError when the prompt says `fail`."""
    import numpy as np

    progress(0.0, "clicks")
    words = brief.prompt.lower().split()
    if "fail" in words:
        raise EngineError(
            "the fake engine fails because the prompt says so; leave out the word `fail`",
            "asked_to_fail",
        )
    if "raise" in words:
        raise RuntimeError("the fake engine breaks because the prompt says so")
    if "crash" in words:
        os._exit(11)
    if "segfault" in words:
        ctypes.string_at(0)
    if "memory" in words:
        np.ones(1 << 50, np.float32)
    if "hang" in words:
        while True:
            time.sleep(60)
    for step in range(20 if "slow" in words else 0):
        progress(step / 20, "slowly")
        time.sleep(SLOW_S / 20)
    rate = brief.sample_rate
    length = brief.frames or round((brief.seconds or 0.5) * rate)
    t = np.arange(round(0.05 * rate)) / rate
    click = (np.sin(2 * np.pi * (440 + seed % 440) * t) * np.exp(-t * 60)).astype(np.float32)
    audio = np.zeros((length + len(click), 1), np.float32)
    beats = round((brief.bars or 1) * brief.meter.quarters_per_bar) if brief.kind == "loop" else 1
    for beat in range(0 if "silent" in words else beats):
        at = round(beat * length / beats)
        audio[at : at + len(click), 0] += click * (0.9 if beat == 0 else 0.5)
    loop = brief.kind == "loop" and brief.bpm is not None and brief.bars is not None
    grid = (
        Grid(brief.bpm, brief.meter_name, brief.bars) if loop and brief.bpm and brief.bars else None
    )
    return Take(
        audio[:length], rate, seed, INFO.name, INFO.model, INFO.license, grid=grid, parts=("click",)
    )
