"""One clip's way inside a worker: engine, take on disk, conform, finished files in its folder.

Every step's result gets its final name only once it is whole. A repeat after a crash then continues
there: an existing take is not made again, a finished clip not conformed again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bridge.files.whole import write_whole
from daemon.brief import Brief
from daemon.clip.one_sound import as_one_sound, may_be_one_sound
from daemon.clip.record import make_record
from daemon.errors import ConformError
from daemon.record import ClipRecord, parse_record
from daemon.verbs.tell import TellStage

#: The file of a finished clip's record, in its folder.
RESULT = "result.json"


def make_clip(task: dict[str, Any], tell: TellStage) -> ClipRecord:
    """Make the clip of a task, and return its record, without its path.

    task: {brief, request, k, clip, job, folder, created, note_names}. `maker` and `spec` are its
    engine's; `elsewhere` says that the engine runs in another child. `more_takes` says whether
    another take may be made where the gate refuses one. Raises EngineError, AudioError and
    ConformError with what, why and what to do.
    """
    folder = Path(task["folder"])
    finished = folder / RESULT
    if finished.exists():
        return parse_record(finished.read_text(encoding="utf-8"))
    brief = Brief.from_json(task["brief"])
    folder.mkdir(parents=True, exist_ok=True)
    record = _take_and_conform(task, brief, folder, tell)
    write_whole(finished, json.dumps(record))
    return record


def _take_and_conform(
    task: dict[str, Any], brief: Brief, folder: Path, tell: TellStage
) -> ClipRecord:
    from daemon.audio.scratch import aside
    from daemon.clip.takes import bring_take
    from daemon.conform.conform import conform
    from daemon.engines.take_files import MOST_TAKES, SEED_STRIDE, refusal_of, refuse_take

    seed = brief.clip_seed(task["k"])
    refusals: list[str] = []
    for number in range(MOST_TAKES):
        place = folder / f"take{number}"
        before = refusal_of(place)
        if before is not None:
            refusals.append(before)
            continue
        take, may_try_another = bring_take(task, brief, place, seed + number * SEED_STRIDE, tell)
        if take.audio is not None:
            # on disk: beside its conformed copy, a long piece would be in memory twice
            take.audio = aside(take.audio)
        tell(0.6, "conforming", "")

        def progress(value: float, words: str) -> None:
            tell(0.6 + 0.35 * value, "conforming", words)

        try:
            conformed = conform(take, brief, progress)
            break
        except ConformError as error:
            if may_be_one_sound(brief, task["request"], error):
                seconds = len(take.audio) / take.sample_rate if take.audio is not None else 0.0
                brief = as_one_sound(brief, seconds, error)
                conformed = conform(take, brief, progress)
                break
            # a user's file, or a paid take, is the only one; a free engine may try another seed
            if not may_try_another or number == MOST_TAKES - 1:
                raise
            refuse_take(place, error.text)
            refusals.append(error.text)
    tell(0.95, "conforming", "writing")
    record = make_record(task, brief, take, conformed, refusals)
    write_files(folder, conformed, record, brief)
    return record


def write_files(folder: Path, conformed: Any, record: ClipRecord, brief: Brief) -> None:
    """Write clip.wav (or clip.mid), clip.mid beside it and stems/ into the clip's folder."""
    if conformed.midi is not None and (brief.midi or brief.kind == "midi"):
        (folder / "clip.mid").write_bytes(conformed.midi)
    if brief.kind == "midi":
        return
    from daemon.audio.wav import write_clip

    write_clip(folder / "clip.wav", conformed.audio, conformed.sample_rate, record, brief.subtype)
    if brief.stems:
        (folder / "stems").mkdir(exist_ok=True)
        for part, audio in conformed.stems.items():
            stem_record: ClipRecord = {**record, "part": part}
            write_clip(
                folder / "stems" / f"{part}.wav",
                audio,
                conformed.sample_rate,
                stem_record,
                brief.subtype,
            )
