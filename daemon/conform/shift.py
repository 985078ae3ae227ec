"""The way of a take into the requested key."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.music import Key
from daemon.brief import Brief
from daemon.conform.report import Report
from daemon.engines.contract import Take
from daemon.hearing import key
from daemon.witness.hearing import choose_key
from daemon.witness.witnesses import Witnesses

#: Under this confidence a key is not reported as the clip's key.
_KEY_CONFIDENCE = 0.3
#: Semitones under which a pitch shift is skipped: 5 cents are unheard.
_LEAST_SHIFT = 0.05


@dataclass(frozen=True)
class Shift:
    """How far to move the pitch, and the key after it."""

    semitones: float
    key_name: str | None
    """The resulting key; None where none is known."""
    drums: bool
    """Nothing in the take has a pitch to keep."""

    @property
    def is_none(self) -> bool:
        return abs(self.semitones) < _LEAST_SHIFT


def choose_shift(take: Take, brief: Brief, tones: key.Tones, report: Report) -> Shift:
    """The pitch shift to the requested key, and the key that results."""
    found, confidence = key.find_key(tones)
    if take.key:
        found, confidence = Key.parse(take.key), 1.0
    witnesses = take.witnesses or Witnesses()
    found, confidence, notes = choose_key(found, confidence, witnesses)
    report.said += notes
    report.found |= {
        "key": found.short if found else None,
        "key_confidence": confidence,
        "tuning_cents": tones.tuning_cents,
    }
    if brief.key is None:
        return Shift(
            0.0, found.short if found and confidence >= _KEY_CONFIDENCE else None, found is None
        )
    if found is None:
        asked = brief.decided.get("key")
        if brief.do == "fit" and asked is not None and asked.source == "request":
            report.said.append(
                f"no key was heard in it, so it was not moved to {brief.key_name}; say the key that"
                " it is in: `sidecrate correct FILE --key KEY`"
            )
        return Shift(0.0, None, True)
    if take.key or witnesses.correction.key or (witnesses.own_grid and witnesses.keys):
        return Shift(float(found.semitones_to(brief.key)), brief.key_name, False)
    semitones, gain = key.shift_to(tones, brief.key)
    report.found["key_shift_gain"] = gain
    return Shift(semitones + key.tuning_shift(tones), brief.key_name, False)
