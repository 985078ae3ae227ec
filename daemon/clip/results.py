"""A verb's results, inside a worker: each becomes a clip's files and record in its own folder."""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bridge.files.whole import write_whole
from bridge.inbox.names import user_name
from bridge.music import Meter, loop_frames, note_name
from bridge.request import kind_word
from daemon.audio.wav_record import is_clips_own, read_record
from daemon.brief import Brief
from daemon.children.inside import find_function
from daemon.clip.make import RESULT
from daemon.crate.names import PICTURE
from daemon.errors import AudioError, ConformError
from daemon.jobs.ids import result_id
from daemon.record import ClipRecord, ClipReport, as_record
from daemon.verbs.registry import Result
from daemon.verbs.tell import TellStage
from daemon.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The results that are finished while others are still made.
_SO_FAR = "so_far.json"
#: The verb's own share of the progress; the rest is for measuring and writing.
_WORK_SHARE = 0.9


@dataclass(frozen=True)
class MadeClip:
    """A finished clip: its record, and the folder with its files."""

    record: ClipRecord
    folder: Path


def made_clips(answer: dict[str, Any], folder: Path) -> list[MadeClip]:
    """The clips that a child has made in a clip's folder: one, or several in subfolders."""
    if "results" not in answer:
        return [MadeClip(as_record(answer), folder)]
    return [MadeClip(as_record(one["record"]), Path(one["folder"])) for one in answer["results"]]


def finished_parts(folder: Path) -> list[MadeClip]:
    """The results that are whole although the work on the others was ended; often none.

    They become the clip's only ones: work that begins anew makes no others.
    """
    try:
        answer = json.loads((folder / _SO_FAR).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    write_whole(folder / RESULT, json.dumps(answer))
    return made_clips(answer, folder)


def make_results(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """Do the work of a verb; returns {results: [{folder, record}]}.

    task: {brief, request, k, clip, job, folder, created, note_names, work}. Results of an earlier
    run are not made again. Raises what the verb's function raises, and ConformError where a result
    is not of its declared kind.
    """
    folder = Path(task["folder"])
    finished = folder / RESULT
    if finished.exists():
        done: dict[str, Any] = json.loads(finished.read_text(encoding="utf-8"))
        return done
    brief = Brief.from_json(task["brief"])
    scratch = folder / "work"
    scratch.mkdir(parents=True, exist_ok=True)

    def say(value: float, words: str = "") -> None:
        tell(_WORK_SHARE * value, "generating", words)

    work = find_function(task["work"])
    results: Iterable[Result] = work(brief, dict(task["request"]), scratch, say)
    written = []
    for n, result in enumerate(results):
        place = folder / "results" / str(n)
        place.mkdir(parents=True, exist_ok=True)
        written.append({"folder": str(place), "record": _write(result, n, task, brief, place)})
        write_whole(folder / _SO_FAR, json.dumps({"results": written}))
        tell(_WORK_SHARE, "conforming", result.part or result.role or "writing")
    if not written:
        raise ConformError(f"{brief.do} found nothing to give of {_source(brief)}")
    answer = {"results": written}
    write_whole(finished, json.dumps(answer))
    return answer


def _write(result: Result, n: int, task: dict[str, Any], brief: Brief, folder: Path) -> ClipRecord:
    _check(result, brief)
    result = _within_full_scale(result, brief)
    record = _record(result, n, task, brief)
    if result.midi is not None:
        (folder / "clip.mid").write_bytes(result.midi)
    if result.picture is not None:
        (folder / PICTURE).write_bytes(result.picture)
    if result.video is not None:
        os.replace(result.video, folder / "clip.mp4")
    if result.audio is not None:
        from daemon.audio.wav import write_clip

        write_clip(folder / "clip.wav", result.audio, result.sample_rate, record, brief.subtype)
    return record


def _within_full_scale(result: Result, brief: Brief) -> Result:
    """The result, turned down where whole numbers would clip it; that is told."""
    if result.audio is None or brief.subtype == "FLOAT" or result.keeps_level:
        return result
    from daemon.audio.loudness import amplify, safe_gain, turned_down

    down_db = safe_gain(result.audio)
    if not down_db:
        return result
    note = turned_down(down_db)
    report = {**result.report, "warnings": [*result.report.get("warnings", ()), note]}
    return replace(result, audio=amplify(result.audio, down_db), report=report)


def _check(result: Result, brief: Brief) -> None:
    """ConformError for a result without its sound or notes, and for a loop off the grid."""
    what = f"{brief.do} gave a {kind_word(result.kind)}"
    bears = {"midi": ("notes", result.midi), "video": ("a film", result.video)}
    name, given = bears.get(result.kind, ("sound", result.audio))
    if given is None:
        raise ConformError(f"{what} without {name}")
    if result.kind == "loop" and result.audio is not None:
        if not (result.bpm and result.bars):
            raise ConformError(f"{what} without tempo and bars; it would be a track")
        meter = Meter.parse(result.meter or "4/4")
        frames = loop_frames(result.bars, meter, result.bpm, result.sample_rate)
        if len(result.audio) != frames:
            text = f"{what} of {len(result.audio)} frames, where {result.bars} bars are {frames}"
            raise ConformError(text)


def _record(result: Result, n: int, task: dict[str, Any], brief: Brief) -> ClipRecord:
    """The clip's whole record, with the keys of any clip, and its source."""
    report = cast(ClipReport, dict(result.report))
    report.setdefault("decided", {name: asdict(one) for name, one in brief.decided.items()})
    if brief.said:
        report["said"] = [*brief.said, *report.get("said", ())]
    audio = result.audio
    rate = result.sample_rate
    sound = None
    if audio is not None:
        from daemon.audio.loudness import measure_level
        from daemon.hearing.features import features

        sound = features(audio, rate)
        level = measure_level(audio, rate, is_loop=result.kind == "loop")
        measured = {"lufs": level.lufs, "true_peak_db": level.true_peak_db}
        # JSON has no infinity, which is the level of silence
        after = {name: value for name, value in measured.items() if math.isfinite(value)}
        report["after"] = {**after, **report.get("after", {})}
    frames, channels = audio.shape if audio is not None else (0, 0)
    note = result.note
    record: ClipRecord = {
        "id": result_id(task["clip"], n),
        "job": task["job"],
        "do": brief.do,
        "from": _source(brief),
        "n": task["k"] + 1,
        "of": brief.clip_count,
        "kind": result.kind,
        "prompt": brief.prompt,
        "request": task["request"],
        "words": result.words or " ".join(filter(None, (brief.words, result.part or result.role))),
        "improved": {},
        "genre": brief.genre,
        "tags": list(brief.tags),
        "project": brief.project,
        "bpm": result.bpm,
        "key": result.key,
        "meter": result.meter,
        "bars": result.bars,
        "note": note,
        "note_name": note_name(note, task.get("note_names", "live")) if note is not None else None,
        "seconds": round(frames / rate, 6) if frames else None,
        "sample_rate": rate,
        "frames": frames,
        "channels": channels,
        "engine": result.method or brief.do,
        "engine_reason": brief.engine_reason,
        "model": result.model,
        "model_version": "",
        "seed": brief.clip_seed(task["k"]),
        "license": result.license,
        "cost_usd": 0.0,
        "part": result.part,
        "role": result.role,
        "parts": [result.part] if result.part else [],
        "plan": None,
        "kit_files": list(brief.kit_files),
        "cues": [],
        "sidecrate": __version__,
        "created": task["created"],
        "made": time.time(),
        "features": sound,
    }
    more = dict(result.more)
    if result.pair:
        more["pair"] = [result_id(task["clip"], k) for k in result.pair]
    # a verb may add keys, and says those that no sound here tells; its own come before the report
    more = {k: v for k, v in more.items() if record.get(k) is None or audio is None}
    return as_record({**record, **more, "report": report})


def _source(brief: Brief) -> str:
    """A result's source: a clip's id, or a path as its user knows it."""
    if brief.source:
        return brief.source
    if brief.reference is None:
        return brief.kit or ""
    path = Path(brief.reference)
    try:
        record = read_record(path)
    except AudioError:
        record = None
    if record and is_clips_own(record) and "id" in record:
        return str(record["id"])
    # a dropped file has a claim's name while it is worked on
    name = user_name(path)
    return name if name != path.name else str(path)
