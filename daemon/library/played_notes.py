"""Playback of clips that are notes alone.

The embedded musician plays its own plan, and the clip's edits are applied to that sound.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from daemon.audio.loudness import amplify, measure_level
from daemon.audio.wav import write_clip
from daemon.errors import LibraryError
from daemon.library.render import Tell, render_version
from daemon.parts.true_stems import play_again
from daemon.record import ClipRecord, as_record, without

#: Loudness of the played notes, somewhat under a clip's -14 LUFS: nobody mixed them.
_LUFS = -16.0


def hear_notes(task: dict[str, Any], tell: Tell) -> ClipRecord:
    """{record, steps, folder, ...} of a clip of notes -> the record of a loop of their sound.

    What `quantise` moves is not played. LibraryError code `no_sound` where another engine wrote the
    notes.
    """
    record = as_record(task["record"])
    if record.get("engine") != "embedded" or not record.get("plan"):
        text = (
            f"clip {record['id']} is notes alone, and there is no instrument for them here;"
            " hear them in your DAW"
        )
        raise LibraryError(text, "no_sound")
    folder = Path(task["folder"]).parent / "heard"
    path = folder / f"{record['id']}.wav"
    loop: ClipRecord = {**record, "kind": "loop", "path": str(path), "midi": None, "stems": []}
    if not path.exists():
        tell(0.1, "editing", "playing the notes")
        folder.mkdir(parents=True, exist_ok=True)
        take = play_again(record, record.get("sample_rate") or 44100)
        assert take.audio is not None
        gain_db = measure_level(take.audio, take.sample_rate, is_loop=True).gain_to(_LUFS)
        plain = without(loop, "path", "stems", "midi")
        write_clip(path, amplify(take.audio, gain_db), take.sample_rate, plain, "PCM_24")
    steps = [step for step in task["steps"] if step["do"] != "quantise"]
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
