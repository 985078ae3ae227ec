"""A finished clip in another tempo and key, for auditioning: stretched, and kept in a cache."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bridge.files.whole import beside, write_whole
from bridge.music import Meter, loop_frames
from daemon.audio import seam
from daemon.audio.files import read_audio
from daemon.audio.loudness import measure_level
from daemon.audio.stretch import warp
from daemon.audio.stretch_map import StretchMap
from daemon.audio.stretchers.stretcher import Stretch
from daemon.verbs.tell import TellStage

#: Clips cached at other tempos and keys; the least recently used go first.
MOST_KEPT = 48


def refit(
    audio: np.ndarray,
    sample_rate: int,
    frames: int,
    semitones: float,
    *,
    loops: bool,
    by: str = "auto",
) -> np.ndarray:
    """Float32 (frames, channels) stretched to `frames` and shifted; a loop stays seamless.

    In preview quality, because the user waits. by: a stretcher's name, or auto.
    """
    ratio = frames / len(audio)
    if not loops:
        return warp(
            audio,
            sample_rate,
            Stretch(StretchMap.straight(0.0, ratio, frames), semitones, preview=True, by=by),
        )
    roll = min(round(seam.ROLL_S * sample_rate), frames // 2)
    lead = round(2 * roll / ratio) + 8192
    around = np.take(audio, np.arange(-lead, len(audio) + lead), axis=0, mode="wrap")
    time_map = StretchMap.straight(lead - roll / ratio, ratio, frames + 2 * roll)
    rolled = warp(around, sample_rate, Stretch(time_map, semitones, preview=True, by=by))
    closing, _ = seam.best_closing(rolled, roll, sample_rate)
    return seam.close(rolled, roll, closing)


def refit_clip(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{path, clip, loops, from_bpm, bpm, semitones, bars, meter, cache, stretcher} -> its file.

    Returns {path, lufs, true_peak_db}, from the cache where the clip's file is still the same.
    AudioError where it cannot be read, ConformError where nothing can stretch.
    """
    cache = Path(task["cache"])
    of = _mark(Path(task["path"]))
    # its own tempo too: the user may have corrected that since
    tempi = f"{task['from_bpm']:.9g}to{task['bpm']:.9g}bpm"
    name = f"{task['clip']}_{tempi}_{task['semitones']:+g}"
    if task["stretcher"] != "auto":
        name += f"_{task['stretcher']}"
    about = cache / f"{name}.json"
    sound = cache / f"{name}.wav"
    known = _read(about) if sound.exists() else {}
    if not known or of not in (None, known.get("of")):
        audio, rate = read_audio(task["path"])
        frames = round(len(audio) * task["from_bpm"] / task["bpm"])
        if task["loops"] and task["bars"]:
            frames = loop_frames(task["bars"], Meter.parse(task["meter"]), task["bpm"], rate)
        made = refit(
            audio, rate, frames, task["semitones"], loops=task["loops"], by=task["stretcher"]
        )
        level = measure_level(made, rate, task["loops"])
        cache.mkdir(parents=True, exist_ok=True)
        # The sound is flushed too: after a power cut its JSON must not stand beside an empty file.
        with beside(sound) as part:
            soundfile.write(part, made, rate, subtype="FLOAT", format="WAV")
        known = {"lufs": max(level.lufs, -120.0), "true_peak_db": level.true_peak_db, "of": of}
        write_whole(about, json.dumps(known))
        _forget_oldest(cache)
    os.utime(about)
    return {"path": str(sound), "lufs": known["lufs"], "true_peak_db": known["true_peak_db"]}


def _mark(path: Path) -> list[int] | None:
    """What tells a file from the one that its user puts in its place; None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]


def _read(about: Path) -> dict[str, Any]:
    """What is known of a cached sound; empty where nothing is."""
    try:
        found: dict[str, Any] = json.loads(about.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _forget_oldest(cache: Path) -> None:
    kept = sorted(cache.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for about in kept[MOST_KEPT:]:
        about.with_suffix(".wav").unlink(missing_ok=True)
        about.unlink(missing_ok=True)
