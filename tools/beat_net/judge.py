"""Judges activations against known beats: `python -m tools.beat_net judge FOLDER`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from daemon.audio.files import read_audio
from daemon.hearing.beat_net import FPS, activations
from daemon.hearing.beat_path import beats_of
from tools.beat_net.path import downbeats_of
from tools.beat_net.song import RATE, Song


@dataclass(frozen=True)
class Score:
    """F of beats within 70 and 20 ms, of downbeats within 70 ms (None: unknown), and the tempo."""

    name: str
    f70: float
    f20: float
    bars: float | None
    tempo: str
    offset_s: float


def f_measure(found: np.ndarray, true: np.ndarray, within_s: float) -> float:
    """F of moments matched one to one within `within_s`; 0 where nothing was found."""
    hits, k = 0, 0
    found = np.sort(found)
    for moment in np.sort(true):
        while k < len(found) and found[k] < moment - within_s:
            k += 1
        if k < len(found) and found[k] <= moment + within_s:
            hits, k = hits + 1, k + 1
    return 2 * hits / (len(found) + len(true)) if len(found) + len(true) else 1.0


def tempo_class(found: np.ndarray, true: np.ndarray) -> str:
    """right (within 2 %), double, half or other."""
    if len(found) < 3:
        return "none"
    ratio = float(np.median(np.diff(true)) / np.median(np.diff(found)))
    for name, times in (("right", 1.0), ("double", 2.0), ("half", 0.5)):
        if abs(ratio / times - 1) < 0.02:
            return name
    return "other"


def score(
    name: str, sound: np.ndarray, rate: int, beats: np.ndarray, bars: np.ndarray | None
) -> Score:
    """What the net and the path make of one take of known beats (and bars, where known)."""
    beat, downbeat = activations(sound, rate)
    found = beats_of(beat)
    step = float(np.median(np.diff(beats)))
    span = (found > beats[0] - step / 2) & (found < beats[-1] + step / 2)
    ones = downbeats_of(found, downbeat)
    away = (
        np.array([found[np.argmin(np.abs(found - b))] - b for b in beats]) if len(found) else None
    )
    near = away[np.abs(away) < 0.07] if away is not None else np.zeros(0)
    if bars is not None:
        ones = ones[(ones > bars[0] - step / 2) & (ones < bars[-1] + step / 2)]
    return Score(
        name,
        f_measure(found[span], beats, 0.07),
        f_measure(found[span], beats, 0.02),
        f_measure(ones, bars, 0.07) if bars is not None else None,
        tempo_class(found, beats),
        float(np.median(near)) if len(near) else 0.0,
    )


def folder_scores(folder: Path) -> list[Score]:
    """Scores of all files of `folder` that its truth.json knows the beats of."""
    found = []
    for row in json.loads((folder / "truth.json").read_text()):
        if not row["beats_s"] or len(row["beats_s"]) < 4:
            continue
        sound, rate = read_audio(str(folder / row["file"]))
        bars = np.array(row["downbeat"]["times"]) if row["downbeat"] else None
        found.append(score(row["file"], sound, rate, np.array(row["beats_s"]), bars))
    return found


def report(scores: list[Score]) -> str:
    """Means in one line."""
    bars = [one.bars for one in scores if one.bars is not None]
    kinds = {
        kind: np.mean([s.tempo == kind for s in scores]) for kind in ("right", "double", "half")
    }
    return (
        f"{len(scores)} takes: F {np.mean([s.f70 for s in scores]):.3f} within 70 ms, "
        f"{np.mean([s.f20 for s in scores]):.3f} within 20 ms; bars F "
        f"{np.mean(bars) if bars else float('nan'):.3f} of {len(bars)}; "
        + ", ".join(f"{kind} {share:.2f}" for kind, share in kinds.items())
        + f"; offset {1000 * np.median([s.offset_s for s in scores]):+.1f} ms"
    )


def loudest_beats(song: Song) -> float:
    """Mean of the ten highest peaks of the beat activation, a third of a second apart."""
    beat, _ = activations(np.sum(list(song.stems.values()), axis=0), RATE)
    beat, peaks = beat.copy(), []
    for _ in range(10):
        top = int(beat.argmax())
        peaks.append(float(beat[top]))
        beat[max(0, top - FPS // 3) : top + FPS // 3] = 0
    return float(np.mean(peaks))
