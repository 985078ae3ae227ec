"""The record of a clip that no engine made: a file brought in, or a performance on the pads."""

from __future__ import annotations

import time

import numpy as np

from daemon.hearing.features import features
from daemon.record import ClipRecord, ClipReport
from daemon.version import __version__

#: The rate that stands in the record of a clip of notes alone.
_NOTES_RATE = 44100


def unmade_record(
    clip: str,
    *,
    kind: str,
    words: str,
    engine: str,
    license: str,
    sound: tuple[np.ndarray, int] | None,
    report: ClipReport,
) -> ClipRecord:
    """The record with the keys of any clip, of which tempo, key, meter and the like are open.

    `sound` is float32 (frames, channels) and its rate in Hz; None for notes alone.
    """
    audio, rate = sound or (np.zeros((0, 0), np.float32), _NOTES_RATE)
    frames, channels = audio.shape
    now = time.time()
    return {
        "id": clip, "job": None, "n": 1, "of": 1, "kind": kind, "prompt": words, "request": {},
        "words": words, "genre": "", "tags": [], "project": "", "bpm": None, "key": None,
        "meter": "4/4", "bars": None, "note": None, "note_name": None,
        "seconds": round(frames / rate, 6) if sound else None, "sample_rate": rate,
        "frames": frames, "channels": channels, "engine": engine, "engine_reason": "", "model": "",
        "seed": None, "license": license, "cost_usd": 0.0, "parts": [], "plan": None, "cues": [],
        "sidecrate": __version__, "created": now, "made": now,
        "features": features(audio, rate) if sound else None, "report": report,
    }  # fmt: skip
