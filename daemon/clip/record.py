"""A clip's record is made here: the request, the engine, the result and its confidence."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bridge.music import note_name
from daemon.brief import Brief
from daemon.record import ClipRecord, ClipReport
from daemon.version import __version__

if TYPE_CHECKING:
    from daemon.conform.conform import Conformed
    from daemon.engines.contract import Take


def make_record(
    task: dict[str, Any], brief: Brief, take: Take, conformed: Conformed, refusals: list[str]
) -> ClipRecord:
    """The clip's whole record: the request, the engine, the result and its confidence."""
    frames, channels = conformed.audio.shape if conformed.audio is not None else (0, 0)
    rate = conformed.sample_rate
    report: ClipReport = conformed.report.copy()
    report["decided"] = {name: asdict(decision) for name, decision in brief.decided.items()}
    if said := [*brief.said, *take.said, *report.get("said", ())]:
        report["said"] = said
    if refusals:
        report["refused_takes"] = refusals
    note = conformed.note
    sound = None
    if conformed.audio is not None:
        from daemon.hearing.features import features

        sound = features(conformed.audio, rate)
    return {
        "id": task["clip"],
        "job": task["job"],
        "n": task["k"] + 1,
        "of": brief.clip_count,
        "kind": brief.kind,
        "prompt": brief.prompt,
        "request": task["request"],
        "words": brief.improved.get("words", brief.words),
        "improved": brief.improved_record(),
        "genre": brief.genre,
        "tags": list(brief.tags),
        "project": brief.project,
        "bpm": conformed.bpm,
        "key": conformed.key,
        "meter": conformed.meter,
        "bars": conformed.bars,
        "note": note,
        "note_name": note_name(note, task.get("note_names", "live")) if note is not None else None,
        "seconds": round(frames / rate, 6) if frames else brief.seconds,
        "sample_rate": rate,
        "frames": frames,
        "channels": channels,
        "engine": take.engine,
        "engine_reason": brief.engine_reason,
        "model": take.model,
        "model_version": take.version,
        "seed": take.seed,
        "license": take.license,
        "cost_usd": take.cost_usd,
        "parts": list(take.parts),
        "players": [*take.players],
        "plan": take.plan,
        "kit_files": list(brief.kit_files),
        "fonts": list(brief.fonts),
        "cues": [
            {"frame": round(frame * rate / take.sample_rate), "name": name}
            for frame, name in take.cues
        ],
        "sidecrate": __version__,
        "created": task["created"],
        "made": time.time(),
        "features": sound,
        "report": report,
    }
