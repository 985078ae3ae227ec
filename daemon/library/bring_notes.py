"""Import of a MIDI file as a clip: read, described, and kept byte by byte."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from daemon.library.corrections import content_hash
from daemon.pieces.midi import read_midi
from daemon.record import ClipRecord
from daemon.version import __version__


def bring_notes(task: dict[str, Any]) -> ClipRecord:
    """{path, clip, folder, values} -> the record of `folder`/brought.mid.

    `values` may hold bpm, key, license, words and tags, and wins. ConformError says in one line
    why there is nothing to take.
    """
    path, values = Path(task["path"]), task["values"]
    piece = read_midi(path)
    key = values.get("key") or (piece.key_.short if piece.pitched else None)
    words = str(values.get("words") or piece.name)
    folder = Path(task["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "brought.mid"
    shutil.copyfile(path, copy)
    parts = [part.name for part in piece.parts]
    record: ClipRecord = {
        "id": task["clip"], "job": None, "n": 1, "of": 1, "kind": "midi", "prompt": words,
        "request": {}, "words": words, "genre": "", "tags": list(values.get("tags") or ()),
        "project": "", "bpm": float(values.get("bpm") or piece.bpm), "key": key,
        "meter": str(piece.meter), "bars": piece.bars, "note": None, "note_name": None,
        "seconds": None, "sample_rate": 44100, "frames": 0, "channels": 0, "engine": "file",
        "engine_reason": "", "model": "", "seed": None,
        "license": values.get("license") or "the file's own", "cost_usd": 0.0, "parts": parts,
        "plan": None, "cues": [], "sidecrate": __version__, "created": time.time(),
        "made": time.time(), "features": None, "brought_from": str(path),
        "brought_hash": content_hash(path),
        "report": {
            "found": {"parts": {part.name: part.role for part in piece.parts},
                      "notes": len(piece.notes)},
            "did": {"method": "none"},
            "said": list(piece.said),
        },
    }  # fmt: skip
    return {**record, "path": str(copy), "midi": None, "stems": []}
