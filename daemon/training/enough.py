"""Whether there are sounds enough to learn from: before they are heard, and after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from daemon.audio.files import read_audio
from daemon.errors import AudioError, EngineError
from daemon.training.data_set import MAY_LOOP_S, READ_S, UNREADABLE, DataSet, sounds_apart

#: Below this many one-shots, or seconds of loops, nothing can be learnt.
LEAST_SOUNDS, LEAST_LOOPS_S = 20, 120.0


def check_enough(data: DataSet) -> None:
    """Leave out the kind of which there is too little. EngineError where nothing is left."""
    sounds, loops_s = len(data.taken), data.loops_s
    if sounds and sounds < LEAST_SOUNDS and loops_s >= LEAST_LOOPS_S:
        for one in data.taken:
            data.leave_out(one.path, f"fewer than {LEAST_SOUNDS} one-shots are too few")
        data.taken = []
    if data.loops and loops_s < LEAST_LOOPS_S and sounds >= LEAST_SOUNDS:
        for one in data.loops:
            data.leave_out(
                one.path, f"less than {LEAST_LOOPS_S / 60:.0f} minutes of loops is too little"
            )
        data.loops = []
    if len(data.taken) >= LEAST_SOUNDS or data.loops_s >= LEAST_LOOPS_S:
        return
    said = "; ".join(line for line in data.lines() if line.startswith("leaves out"))
    loops = f", and {loops_s:.0f} s of loops, it takes {LEAST_LOOPS_S:.0f} s" if data.loops else ""
    raise _too_few(sounds, loops, said)


def _too_few(sounds: int, loops: str, said: str) -> EngineError:
    return EngineError(
        f"{sounds} {'sound is' if sounds == 1 else 'sounds are'} too few to learn from,"
        f" it takes {LEAST_SOUNDS}{loops}"
        + (f" ({said})" if said else "")
        + '; with fewer, play them as a kit: sidecrate make "..." --kit FOLDER, or put one loop on'
        " the grid: sidecrate fit FILE",
        "too_few",
    )


def check_may_be_enough(files: Sequence[Path]) -> None:
    """EngineError where so few files can hold neither sounds nor loops enough.

    Told by their lengths and the silence in them, before they are heard, which takes seconds each.
    """
    if len(files) >= LEAST_SOUNDS:
        return
    sounds, longer_s, unread = 0, 0.0, DataSet()
    for path in files:
        try:
            audio, rate = read_audio(path, 0.0, READ_S)
        except (AudioError, OSError):
            unread.leave_out(path, UNREADABLE)
            continue
        seconds = len(audio) / rate
        longer_s += seconds if seconds > MAY_LOOP_S else 0.0
        sounds += max(1, len(sounds_apart(audio, rate))) if np.abs(audio).max() >= 1e-3 else 0
        if sounds >= LEAST_SOUNDS or longer_s >= LEAST_LOOPS_S:
            return
    loops = f", or {LEAST_LOOPS_S:.0f} s of loops, and all together are {longer_s:.0f} s"
    said = "; ".join(line for line in unread.lines() if line.startswith("leaves out"))
    raise _too_few(sounds, loops if longer_s else "", said)
