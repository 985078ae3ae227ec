"""How clips and reports read on a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bridge.events import Told
from daemon.record import DOCUMENTED, ClipRecord, ClipReport


def clip_json(record: ClipRecord) -> str:
    """One line of JSON for a clip, the documented names first."""
    return json.dumps({name: record.get(name) for name in DOCUMENTED} | dict(record))


def clip_lines(record: ClipRecord) -> str:
    """A clip for people: where it is, what it is, and how sure we are."""
    facts = [record["kind"]]
    if record.get("bars"):
        facts.append(
            f"{record['bars']} {'bar' if record['bars'] == 1 else 'bars'} of {record['meter']}"
        )
    if record.get("bpm"):
        facts.append(f"{record['bpm']:g} bpm")
    facts += [str(record[name]) for name in ("key", "note_name") if record.get(name)]
    if record.get("frames"):
        facts.append(f"{record['frames']} frames at {record['sample_rate']} Hz")
    else:
        facts.append("notes")
    facts.append(f"{record['engine']}, seed {record['seed']}, {record['license']}")
    return f"{record['path']}\n  {' · '.join(facts)}\n  {report_line(record['report'])}"


def audition_line(told: Told) -> str:
    """What the daemon told of an audition, in one line."""
    clip, said = told.what, told.values
    when = f"in {max(0.0, said['in_s']):.1f} s"
    if clip == "stop":
        return f"ends {when}"
    tempo = f" at {said['bpm']:g} bpm" if said["bpm"] else ""
    shift = f", {said['semitones']:+d} semitones" if said["semitones"] else ""
    since = f"from the next bar, {when}" if said["on_bar"] else "now"
    return f"{said['path']}\n  heard{tempo}{shift} {since}, on {said['device']}"


def report_line(report: ClipReport) -> str:
    """What was found, what was done, and what came out, in one line."""
    found, did, after = report.get("found", {}), report.get("did", {}), report.get("after", {})
    parts = []
    if found.get("bpm") is not None:
        parts.append(f"found {found['bpm']:.2f} bpm (sure {found.get('confidence') or 0:.0%})")
    if did.get("method"):
        parts.append(
            f"{did['method']}"
            + (f", {did['gain_db']:+.1f} dB" if did.get("gain_db") is not None else "")
        )
    if after.get("mean_beat_error_ms") is not None:
        parts.append(f"beats off by {after['mean_beat_error_ms']:.1f} ms")
    if after.get("lufs") is not None:
        parts.append(f"{after['lufs']:.1f} LUFS")
    if after.get("true_peak_db") is not None:
        parts.append(f"peak {after['true_peak_db']:.1f} dBTP")
    warnings = [*report.get("said", []), *report.get("warnings", [])]
    return " · ".join(parts) + "".join(f"\n  note: {warning}" for warning in warnings)


def look_lines(found: Mapping[str, Any]) -> str:
    """What `look` heard, for people."""
    lines = [f"{found['seconds']:.2f} s, {found['channels']} channel(s), {found['sample_rate']} Hz"]
    if found.get("bpm") is None:
        lines.append(f"no beat: {found.get('reason', 'nothing periodic was heard')}")
    else:
        lines.append(
            f"{found['bpm']:.2f} bpm (sure {found['confidence']:.0%}), downbeat at {found['downbeat_s']:.3f} s"
            f" (sure {found['downbeat_confidence']:.0%}), {found['meter']}"
        )
        lines += [f"  since {reason}" for reason in found.get("evidence", [])]
        lines += [
            f"  or the one is at {o['downbeat_s']:.3f} s ({o['share']:.0%})"
            for o in found.get("alternatives", [])
        ]
    if found.get("key"):
        lines.append(f"key {found['key']} (sure {found['key_confidence']:.0%})")
    lines.append(f"{found['lufs']:.1f} LUFS, peak {found['true_peak_db']:.1f} dBTP")
    return "\n".join(lines)
