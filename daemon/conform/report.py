"""The report of a clip: requested, found, done and measured values. Plain JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bridge.music import Meter
from daemon.brief import Brief
from daemon.hearing import hear
from daemon.record import ClipReport


@dataclass
class Report:
    """The parts of a report, filled step by step."""

    found: dict[str, Any] = field(default_factory=dict)
    did: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    choices: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

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


#: Confidence under which a report warns in words.
_SURE = 0.5
#: Mean error of the finished clip's beats, from which the report names it.
_OFF_MS = 20.0
#: Pitch error in cents, from which it can be heard and the report names it.
_OFF_CENTS = 10.0
#: Share of a beat, beyond which detected beats are the off-beats.
_BETWEEN = 0.35
#: A finished loop is measured this far past its seam, so that the seam's beat counts too.
_PAST_SEAM_S = 0.5
#: A short loop is measured for at least this long: beat detection needs several beats.
_LEAST_HEARD_S = 6.0


def doubts(report: Report) -> list[str]:
    """Warnings in words: which values of a clip on the grid are not sure."""
    said = []
    if report.found.get("confidence", 1.0) < _SURE:
        said.append(
            f"the beat is not sure ({report.found['confidence']:.0%}): listen before you trust it"
        )
    elif report.found.get("downbeat_confidence", 1.0) < _SURE:
        said.append(
            f"the first beat of the bar is not sure ({report.found['downbeat_confidence']:.0%})"
        )
    if (report.after.get("mean_beat_error_ms") or 0.0) > _OFF_MS:
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


def beat_errors(
    audio: np.ndarray, sample_rate: int, bpm: float, meter: Meter, is_loop: bool
) -> dict[str, Any]:
    """Errors of a finished clip's beats against its grid, detected anew.

    A loop is measured going round. Null where no beat is found.
    """
    if is_loop:
        rounds = max(
            len(audio) + round(_PAST_SEAM_S * sample_rate), round(_LEAST_HEARD_S * sample_rate)
        )
        audio = np.take(audio, np.arange(rounds), axis=0, mode="wrap")
    heard = hear(audio, sample_rate, bpm, meter)
    beats_s = heard.beats_s
    if not heard.periodic or not len(beats_s):
        return {"max_beat_error_ms": None, "mean_beat_error_ms": None}
    away = beats_s * bpm / 60
    away -= np.round(away)
    between = float(np.median(np.abs(away))) > _BETWEEN
    if between:
        # Off-beats instead of beats are a question of counting. The time error is what counts
        # here, so it is measured at the nearest eighth.
        away = np.where(away > 0, away - 0.5, away + 0.5)
    errors_ms = 1000 * np.abs(away) * 60 / bpm
    return {
        "max_beat_error_ms": errors_ms.max(),
        "mean_beat_error_ms": errors_ms.mean(),
        "counted_between_beats": between,
    }


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
