"""The report of a clip: requested, found, done and measured values. Plain JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from daemon.brief import Brief
from daemon.hearing.doubt import SURE, beat_doubt
from daemon.record import ClipReport


@dataclass
class Report:
    """The parts of a report, filled step by step."""

    found: dict[str, Any] = field(default_factory=dict)
    did: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    choices: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Where what the file states quarrels with the ear, and what was taken; doors tell it."""

    def to_json(self, brief: Brief) -> ClipReport:
        said: ClipReport = plain(
            {
                "asked": asked(brief),
                "found": self.found,
                "did": self.did,
                "after": self.after,
                "choices": self.choices,
                "warnings": self.warnings,
            }
            | ({"said": self.said} if self.said else {})
        )
        return said


def asked(brief: Brief) -> dict[str, Any]:
    """The brief's fields that concern the conform step."""
    fields: dict[str, Any] = {
        "kind": brief.kind,
        "bpm": brief.bpm,
        "key": brief.key_name,
        "meter": brief.meter_name,
        "bars": brief.bars,
        "seconds": brief.seconds,
        "note": brief.note,
        "grid": brief.grid,
        "level": brief.level,
        "choice": brief.choice,
    }
    return {name: value for name, value in fields.items() if value is not None}


#: Mean error of the finished clip's beats, from which the report names it.
OFF_MS = 20.0
#: Pitch error in cents, from which it can be heard and the report names it.
_OFF_CENTS = 10.0


def doubts(report: Report) -> list[str]:
    """Warnings in words: which values of a clip on the grid are not sure."""
    said = []
    if doubt := beat_doubt(report.found.get("confidence", 1.0)):
        said.append(doubt)
    elif report.found.get("downbeat_confidence", 1.0) < SURE:
        said.append(
            f"the first beat of the bar is not sure ({report.found['downbeat_confidence']:.0%})"
        )
    if (report.after.get("mean_beat_error_ms") or 0.0) > OFF_MS:
        said.append(
            f"heard anew, the clip's beats lie {report.after['mean_beat_error_ms']:.0f} ms"
            " off its grid"
        )
    if report.did.get("off_pitch_cents", 0.0) > _OFF_CENTS:
        cents = report.did["off_pitch_cents"]
        said.append(
            f"the take's tempo drifts, and {report.did['stretched_by']} follows it by bending the"
            " pitch by up to"
            f" {cents:.0f} cents; pylibrb does not"
        )
    if report.after.get("counted_between_beats"):
        said.append(
            "heard by itself, the clip could also be counted half a beat later: listen where its"
            " one is"
        )
    return said


def plain(value: Any) -> Any:
    """The same as JSON holds it.

    NumPy's numbers become Python's, rounded to 6 digits; NaN and infinity become null.
    """
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return round(float(value), 6) if math.isfinite(value) else None
    return value
