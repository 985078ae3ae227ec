"""Renders a version from a clip and its steps: read, treat step by step, measure, write whole.

The clip itself is only read.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

from daemon.audio.loudness import SILENCE_DB, measure_level, safe_gain, turned_down
from daemon.audio.offset import silence_of
from daemon.audio.seam import measure_seam
from daemon.audio.wav import write_clip
from daemon.crate.names import clip_name
from daemon.errors import LibraryError
from daemon.hearing.features import features
from daemon.library.notes import drops_parts, notes_of_version, nothing_sounds
from daemon.library.plugins import step_words
from daemon.library.steps import STEPS, Step, shape_after
from daemon.library.version_files import RESULT, version_folder
from daemon.library.work import STRETCHES, Work
from daemon.record import ClipRecord, ClipReport, as_record, parse_record, without
from daemon.verbs.tell import TellStage


def render_version(task: dict[str, Any], tell: TellStage) -> ClipRecord:
    """{record, steps, others, plugins, stretcher, folder, stems} -> the version's record.

    Its `path` is the version's file; where there is nothing to do, the clip's own. With `stems` the
    stems are written too. Else they are dropped after the last step that needs them, which is far
    quicker.

    AudioError, ConformError or LibraryError say what cannot be done and why.
    """
    record, steps = as_record(task["record"]), task["steps"]
    if not steps and (not task["stems"] or record["kind"] == "midi"):
        return record
    folder = Path(task["folder"] + ("-stems" if task["stems"] else ""))
    if (folder / RESULT).exists():
        os.utime(folder)
        return parse_record((folder / RESULT).read_text(encoding="utf-8"))
    if record["kind"] == "midi":
        return _write_notes(record, steps, folder, task.get("publish_as"))
    last = max((n for n, step in enumerate(steps) if STEPS[step["do"]].stems), default=-1)
    work = Work.read(record, task["others"], stems=task["stems"] or last >= 0, tell=tell)
    work.plugins = task["plugins"]
    work.stretcher = task["stretcher"]
    done_steps = 0
    for index, group in enumerate(_grouped(steps)):
        tell(0.1 + 0.7 * index / len(steps), "editing", step_words(group[0]))
        work.do(group, steps)
        done_steps += len(group)
        if done_steps > last and not task["stems"]:
            work.sound.stems = {}
    if drops_parts(steps) and silence_of(work.sound.audio):
        raise nothing_sounds(record)
    tell(0.85, "editing", "writing")
    return _write(work, record, steps, folder, task.get("publish_as"))


def _grouped(steps: list[Step]) -> list[list[Step]]:
    """Group adjacent steps of tempo and pitch into one stretch: each stretch costs some quality."""
    groups: list[list[Step]] = []
    for step in steps:
        if groups and step["do"] in STRETCHES and groups[-1][0]["do"] in STRETCHES:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def _write(
    work: Work, record: ClipRecord, steps: list[Step], folder: Path, publish_as: str | None
) -> ClipRecord:
    """Write the version's files and record by one rename.

    publish_as: the id of a version to publish; None where it keeps its clip's id.
    """
    # stems are turned down with their mix, so that they still sum to it
    down_db = min(map(safe_gain, (work.sound.audio, *work.sound.stems.values())))
    work.gain(down_db)
    sound = work.sound
    frames, channels = sound.audio.shape
    level = measure_level(sound.audio, sound.sample_rate, work.loops)
    after = {
        "lufs": max(SILENCE_DB, level.lufs),
        "true_peak_db": max(SILENCE_DB, level.true_peak_db),
    }
    if work.loops:
        after["seam"] = measure_seam(sound.audio).jump
    warnings = [turned_down(down_db)] if down_db else []
    report: ClipReport = {**(record.get("report") or {}), "after": after, "warnings": warnings}
    made: ClipRecord = {
        # the version is made by the user's word, which needs no saying again
        **without(record, "corrected"), "kind": work.kind, "bpm": work.bpm, "key": work.key,
        "bars": work.bars,
        "note": work.note, "frames": frames, "channels": channels,
        "seconds": round(frames / sound.sample_rate, 6), "sample_rate": sound.sample_rate,
        "report": report, "edits": steps, "edited_from": record["id"], "made": time.time(),
        "id": publish_as or record["id"], "features": features(sound.audio, sound.sample_rate),
    }  # fmt: skip
    if any(step["do"] in (*STRETCHES, "section", "trim", "slices") for step in steps):
        # these were counted on the old grid
        made |= {"cues": [], "plan": None, "midi": None}
    if any(step["do"] == "notes" for step in steps):
        # these have the notes as they were made
        made |= {"plan": None, "midi": None}
    name = clip_name(made)
    made |= {
        "path": str(folder / f"{name}.wav"),
        "stems": [str(folder / "stems" / f"{stem}.wav") for stem in sound.stems],
    }
    plain = without(made, "path", "stems")
    with version_folder(folder, made) as part:
        write_clip(part / f"{name}.wav", sound.audio, sound.sample_rate, plain, "PCM_24")
        if sound.stems:
            (part / "stems").mkdir()
            for stem, audio in sound.stems.items():
                own: ClipRecord = {**plain, "part": stem}
                write_clip(part / "stems" / f"{stem}.wav", audio, sound.sample_rate, own, "PCM_24")
        if publish_as:
            # a clip without notes, or whose notes cannot follow its edits, becomes a sound alone
            with contextlib.suppress(LibraryError):
                (part / "clip.mid").write_bytes(
                    notes_of_version({"record": record, "steps": steps})
                )
    return made


def _write_notes(
    record: ClipRecord, steps: list[Step], folder: Path, publish_as: str | None
) -> ClipRecord:
    """The version of a clip that is notes alone."""
    notes, shape = notes_of_version({"record": record, "steps": steps}), shape_after(record, steps)
    made: ClipRecord = {
        **without(record, "corrected"), "bpm": shape.bpm, "key": shape.key, "bars": shape.bars,
        "edits": steps,
        "edited_from": record["id"], "made": time.time(), "id": publish_as or record["id"],
        "plan": None, "cues": [], "stems": [],
        "report": {**(record.get("report") or {}), "warnings": []},
    }  # fmt: skip
    name = f"{clip_name(made)}.mid"
    made["path"] = str(folder / name)
    with version_folder(folder, made) as part:
        (part / name).write_bytes(notes)
    return made
