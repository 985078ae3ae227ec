"""The road of one clip inside a worker: engine -> take on disk -> conform -> the finished files in the clip's folder.

Every step leaves its result in the folder under its final name only when it is whole, so that a repeat after a crash goes
on where it stopped: a take that is there is not made again, a finished clip is not conformed again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.files.whole import write_whole
from daemon.brief import Brief
from daemon.clip.record import make_record
from daemon.errors import ConformError
from daemon.record import ClipRecord, parse_record

Tell = Callable[[float, str, str], None]

RESULT = "result.json"


def make_clip(task: dict[str, Any], tell: Tell) -> ClipRecord:
    """Do what `task` says: {brief, request, k, clip, job, folder, created, note_names}; `maker` and `spec` of its engine, or
    `elsewhere` where that runs in another child; `more_takes` whether another take may be made when the gate refuses one.

    Returns the clip's record, without its path.

    Raises EngineError, AudioError and ConformError with what, why and what to do.
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


def _take_and_conform(task: dict[str, Any], brief: Brief, folder: Path, tell: Tell) -> ClipRecord:
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
            take.audio = aside(
                take.audio
            )  # beside what is made of it, a long piece would be in memory twice
        tell(0.6, "conforming", "")
        try:
            conformed = conform(
                take, brief, lambda value, words: tell(0.6 + 0.35 * value, "conforming", words)
            )
            break
        except ConformError as error:
            # one take of the user's own file or of a paid engine is all there is; a free engine may try another seed
            if not may_try_another or number == MOST_TAKES - 1:
                raise
            refuse_take(place, error.text)
            refusals.append(error.text)
    tell(0.95, "conforming", "writing")
    record = make_record(task, brief, take, conformed, refusals)
    write_files(folder, conformed, record, brief)
    return record


def write_files(folder: Path, conformed: Any, record: ClipRecord, brief: Brief) -> None:
    """clip.wav (or clip.mid), clip.mid beside it and stems/ in the clip's folder."""
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
