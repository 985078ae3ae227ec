"""Import of a MIDI file as a clip: read, described, and kept byte by byte."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from daemon.library.corrections import content_hash
from daemon.library.unmade import unmade_record
from daemon.pieces.midi import read_midi
from daemon.record import ClipRecord


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
    record = unmade_record(
        task["clip"],
        kind="midi",
        words=words,
        engine="file",
        license=values.get("license") or "the file's own",
        sound=None,
        report={
            "found": {
                "parts": {part.name: part.role for part in piece.parts},
                "notes": len(piece.notes),
            },
            "did": {"method": "none"},
            "said": list(piece.said),
        },
    )
    record["tags"] = list(values.get("tags") or ())
    record["bpm"], record["key"] = float(values.get("bpm") or piece.bpm), key
    record["meter"], record["bars"] = str(piece.meter), piece.bars
    record["parts"] = [part.name for part in piece.parts]
    record["brought_from"], record["brought_hash"] = str(path), content_hash(path)
    return {**record, "path": str(copy), "midi": None, "stems": []}
