"""A take that is longer than its engine makes at once: segments, each on disk, joined on one grid.

An engine that can continue a sound gets the last bars before the overlap, and goes on from there.
Another makes takes of the same tempo and key, which are joined one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from bridge.music import bar_seconds
from daemon.brief import Brief
from daemon.conform.join import Joint, join, whole_bars
from daemon.conform.report import Report
from daemon.conform.track import fit_track
from daemon.engines.contract import Grid, Take
from daemon.engines.segments_of import SEED_STEP, bars_of, segment_brief, segment_folder
from daemon.engines.take_files import load_take, save_take
from daemon.errors import EngineError
from daemon.verbs.tell import Tell

#: Makes one take of a brief with a seed.
MakeOne = Callable[[Brief, int, Tell], Take]

#: s of the reference that an engine goes on from.
_HEARD_S = 10.0
#: Segments of a piece: more than this is a fault of the engine's, which gives too little each time.
_MOST = 64


@dataclass(frozen=True)
class Engine:
    """What is known of the engine: how long a take may be, and whether it continues a sound."""

    max_s: float
    continues: bool


def make_long(
    brief: Brief, seed: int, engine: Engine, folder: Path, make: MakeOne, progress: Tell
) -> Take:
    """The whole take, from segments that are in `folder` or are made now, each kept there.

    EngineError where the engine stops in the middle: what is there is used by the next try.
    """
    assert brief.bpm is not None and brief.seconds is not None
    bar_s = bar_seconds(brief.meter, brief.bpm)
    most_bars, overlap = bars_of(brief, engine.max_s)
    wanted_bars = math.ceil((brief.ends_s or brief.seconds) / bar_s)
    whole: np.ndarray | None = None
    joints: list[Joint] = []
    takes: list[Take] = []
    report = Report()
    bar_frames = bar_s * brief.sample_rate
    while whole is None or whole_bars(whole, bar_frames) < wanted_bars:
        n = len(takes)
        if n == _MOST:
            raise EngineError(
                f"{n} segments gave {whole_bars(whole, bar_frames) if whole is not None else 0} of"
                f" {wanted_bars} bars: this engine gives too little each time; ask for less"
            )
        done = 0 if whole is None else whole_bars(whole, bar_frames)
        take = _segment(
            brief, seed + n * SEED_STEP, engine, segment_folder(folder, n), make,
            _reference(whole, overlap, bar_frames, brief.sample_rate, folder, engine),
            partial(_say, progress, n, done / wanted_bars, most_bars / wanted_bars),
        )  # fmt: skip
        takes.append(take)
        fitted = _on_grid(take, brief, report)
        if whole is None:
            whole = fitted
            continue
        before = whole_bars(whole, bar_frames)
        whole, joint = join(whole, fitted, bar_frames, brief.sample_rate, overlap)
        joints.append(joint)
        if whole_bars(whole, bar_frames) <= before:
            raise EngineError(
                f"segment {n + 1} adds nothing: the engine gave {len(fitted) / bar_frames:.1f} bars"
            )
    assert whole is not None
    return _joined(brief, seed, whole, takes, joints, bar_frames)


def _say(progress: Tell, n: int, done: float, share: float, value: float, words: str) -> None:
    """The progress of a segment as that of the whole."""
    progress(min(0.95, done + value * share), f"segment {n + 1}: {words}")


def _segment(
    brief: Brief, seed: int, engine: Engine, folder: Path, make: MakeOne, reference: str | None,
    progress: Tell,
) -> Take:  # fmt: skip
    """One segment: read where it is there already, else made and kept."""
    if (folder / "take.json").exists():
        return load_take(folder)
    own = segment_brief(brief, engine.max_s)
    if reference is not None:
        own = own.amended(
            reference=reference, use="continue", reference_start=0.0, reference_end=None
        )
    try:
        take = make(own, seed, progress)
    except EngineError as error:
        raise EngineError(
            f"{folder.name}: {error.text}; the segments before it are kept for the next try",
            error.code,
            again=error.again,
        ) from None
    if take.audio is None:
        raise EngineError(f"{folder.name}: the engine gave notes alone, which are not joined")
    save_take(take, folder, stems=False)
    return take


def _reference(
    whole: np.ndarray | None, overlap: int, bar_frames: float, rate: int, folder: Path,
    engine: Engine,
) -> str | None:  # fmt: skip
    """The file of the bars that an engine goes on from: those before the overlap."""
    if whole is None or not engine.continues:
        return None
    import soundfile

    end = round((whole_bars(whole, bar_frames) - overlap) * bar_frames)
    path = folder / "before.wav"
    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, whole[max(0, end - round(_HEARD_S * rate)) : end], rate, "FLOAT")
    return str(path)


def _on_grid(take: Take, brief: Brief, report: Report) -> np.ndarray:
    """A segment warped onto the piece's grid, from a bar line on."""
    from daemon.audio.sound import Sound

    assert take.audio is not None
    tight = brief.amended(grid="tight") if brief.grid == "feel" else brief
    sound = Sound(np.asanyarray(take.audio, np.float32), take.sample_rate)
    fitted, _ = fit_track(take, tight, sound, report, lambda value, words: None)
    if fitted.bpm is None:
        raise EngineError(
            "a segment's beat is not sure enough to join it to the one before; ask for drums, or"
            " for no more seconds than the engine makes at once",
            again=True,
        )
    return fitted.sound.audio


def _joined(
    brief: Brief, seed: int, whole: np.ndarray, takes: list[Take], joints: list[Joint],
    bar_frames: float,
) -> Take:  # fmt: skip
    """The segments as one take on its grid, with what it cost and how it was joined."""
    first = takes[0]
    bars = [str(joint.bar + 1) for joint in joints]
    said = (
        f"{len(takes)} segments of the engine, joined at bar {', '.join(bars)}"
        if joints
        else "one segment was long enough"
    )
    assert brief.bpm is not None
    return replace(
        first,
        audio=whole,
        sample_rate=brief.sample_rate,
        seed=seed,
        grid=Grid(brief.bpm, brief.meter_name, whole_bars(whole, bar_frames)),
        key=brief.key.short if brief.key else first.key,
        stems={},
        midi=None,
        plan=None,
        cost_usd=sum(take.cost_usd for take in takes),
        said=(*dict.fromkeys(line for take in takes for line in take.said), said),
    )
