"""Playback of clips that are notes alone.

The embedded musician plays them, and the clip's edits are applied to that sound.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from daemon.audio.loudness import amplify, measure_level
from daemon.audio.wav import write_clip
from daemon.brief import Brief
from daemon.errors import ConformError, LibraryError
from daemon.library.render import render_version
from daemon.library.steps import changes_in
from daemon.parts.true_stems import play_again
from daemon.pieces.changes import Change, changed, read_changes
from daemon.pieces.midi import read_midi
from daemon.pieces.play import play
from daemon.pieces.played_changes import changer
from daemon.pieces.results import check_loop
from daemon.record import ClipRecord, as_record, without
from daemon.verbs.tell import TellStage

#: Loudness of the played notes, somewhat under a clip's -14 LUFS: nobody mixed them.
_LUFS = -16.0


def hear_notes(task: dict[str, Any], tell: TellStage) -> ClipRecord:
    """{record, steps, folder, ...} of a clip of notes -> the record of a loop of their sound.

    The embedded musician plays its own plan, or the notes as they stand where there is none. What
    `quantise` moves is not played. LibraryError code `no_sound` where the notes cannot be read.
    """
    record = as_record(task["record"])
    folder = Path(task["folder"]).parent / "heard"
    changes = changes_in(task["steps"])
    name = hashlib.sha256(changes.encode()).hexdigest()[:8] if changes else record["id"]
    path = folder / f"{name}.wav"
    loop: ClipRecord = {**record, "kind": "loop", "path": str(path), "midi": None, "stems": []}
    if not path.exists():
        tell(0.1, "editing", "playing the notes")
        folder.mkdir(parents=True, exist_ok=True)
        audio, rate = _played(record, read_changes(changes) if changes else ())
        gain_db = measure_level(audio, rate, is_loop=True).gain_to(_LUFS)
        plain = without(loop, "path", "stems", "midi")
        write_clip(path, amplify(audio, gain_db), rate, plain, "PCM_24")
    steps = [step for step in task["steps"] if step["do"] not in ("quantise", "notes")]
    return render_version(
        {
            **task,
            "record": loop,
            "steps": steps,
            "folder": task["folder"] + "-heard",
            "stems": False,
        },
        tell,
    )


def _played(record: ClipRecord, changes: tuple[Change, ...]) -> tuple[np.ndarray, int]:
    """(sound, Hz) of a clip of notes, float32 (frames, 2)."""
    rate = record.get("sample_rate") or 44100
    if record.get("engine") == "embedded" and record.get("plan"):
        take = play_again(record, rate, changer(changes) if changes else None)
        assert take.audio is not None
        return take.audio, take.sample_rate
    try:
        piece = changed(read_midi(Path(record["path"])), changes)
        check_loop(piece)
    except ConformError as error:
        raise LibraryError(f"clip {record['id']}: {error.text}", "no_sound") from None
    words = Brief(record.get("prompt") or "", "", genre=record.get("genre") or "", sample_rate=rate)
    return play(replace(piece, bpm=record.get("bpm") or piece.bpm), words, _unheard), rate


def _unheard(value: float, words: str = "") -> None:
    """Discards progress: a loop of notes takes a second or two."""
