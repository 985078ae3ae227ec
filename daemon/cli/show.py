"""Clips and reports as text for a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bridge.events import Told
from bridge.music import Key
from bridge.request import kind_word
from daemon.correction import Correction
from daemon.record import DOCUMENTED, ClipRecord, ClipReport


def clip_json(record: ClipRecord) -> str:
    """A clip as one line of JSON, the documented keys first."""
    return json.dumps({name: record.get(name) for name in DOCUMENTED} | dict(record))


#: Bars whose chords are shown in a line.
_MOST_BARS = 16
#: Share of belief from which another reading is shown: less would be shown as 0 %.
_LEAST_SHARE = 0.005
#: Tempi within this share of each other are the same.
_SAME_TEMPO = 0.02
#: A first beat less than this before the file's beginning is on it.
_AT_ONCE_S = 0.005


def clip_lines(record: ClipRecord) -> str:
    """A clip for people: its path, its facts, and how sure they are."""
    facts = [kind_word(record["kind"])]
    if record.get("bars"):
        bars = "bar" if record["bars"] == 1 else "bars"
        meter = f" of {record['meter']}" if record.get("meter") else ""
        facts.append(f"{record['bars']} {bars}{meter}")
    if record.get("bpm"):
        facts.append(f"{record['bpm']:g} bpm")
    if record.get("key"):
        facts.append(Key.parse(str(record["key"])).plain)
    if record.get("note_name"):
        facts.append(str(record["note_name"]))
    if record["kind"] == "video":
        did = record["report"].get("did", {})
        seconds = round(record["seconds"] or 0.0, 2)
        facts.append(f"{record.get('width')} x {record.get('height')}, {seconds:g} s")
        facts.append(f"{did.get('style')}, {did.get('codec')} and {did.get('soundtrack')}")
    elif record.get("frames"):
        facts.append(f"{record['frames']} frames at {record['sample_rate']} Hz")
    else:
        facts.append("notes")
    seed = f"seed {record['seed']}, " if record["seed"] is not None else ""
    facts.append(f"{record['engine']}, {seed}{record['license']}")
    word = f"\n  {word_line(record['corrected'])}" if record.get("corrected") else ""
    who = f"\n  {players_line(record)}" if record.get("players") else ""
    lines = [f"{record['path']}", f"  {' · '.join(facts)}{who}{word}"]
    # of notes alone nothing may have been measured
    lines += [f"  {line}" for line in [report_line(record["report"])] if line]
    return "\n".join(lines)


def players_line(record: ClipRecord) -> str:
    """Who plays in a clip, part by part: `drums: kick, snare · bass: double bass`."""
    parts: dict[str, list[str]] = {}
    for one in record.get("players") or ():
        parts.setdefault(one["part"], []).append(one["instrument"])
    return " · ".join(f"{part}: {', '.join(names)}" for part, names in parts.items())


def word_line(corrected: Mapping[str, Any]) -> str:
    """The user's word on a clip or file, in one line."""
    return f"your word: {Correction.from_json(corrected).words}"


def _downbeat(found: Mapping[str, Any]) -> str:
    """Where the first beat of the bar is; one before the file begins is named as that."""
    first_s = found["downbeat_s"]
    inside = [at_s for at_s in found.get("downbeats_s", []) if at_s >= 0]
    if first_s > -_AT_ONCE_S:
        return f"downbeat at {max(first_s, 0.0):.3f} s"
    if not inside:
        return f"downbeat {-first_s:.3f} s before it begins"
    return f"downbeat {-first_s:.3f} s before it begins, the next at {inside[0]:.3f} s"


def _reading(other: Mapping[str, Any], bpm: float) -> str:
    """Another reading of a sound, in words: of another tempo, or of another first beat."""
    if abs(other["bpm"] / bpm - 1) > _SAME_TEMPO:
        return f"it has {other['bpm']:.2f} bpm, the one at {other['downbeat_s']:.3f} s"
    return f"the one is at {other['downbeat_s']:.3f} s"


def audition_line(told: Told) -> str:
    """The daemon's answer about an audition, in one line."""
    clip = told.what
    values = told.values
    when = f"in {max(0.0, values['in_s']):.1f} s"
    if clip == "stop":
        return f"ends {when}"
    tempo = f" at {values['bpm']:g} bpm" if values["bpm"] else ""
    shift = f", {values['semitones']:+d} semitones" if values["semitones"] else ""
    since = f"from the next bar, {when}" if values["on_bar"] else "now"
    return f"{values['path']}\n  heard{tempo}{shift} {since}, on {values['device']}"


def _tempo(found: Mapping[str, Any]) -> str:
    """The tempo of a report, and whose word it is: the user's, a record's, or what was heard."""
    bpm, grid = f"{found['bpm']:.2f} bpm", found.get("grid")
    if grid == "your word" or any(one.startswith("you said") for one in found.get("evidence", ())):
        return f"{bpm}, as you said"
    if grid in ("its record", "its plan"):
        return f"{bpm} by {grid}"
    sure = found.get("confidence")
    if sure is None:
        return f"found {bpm}"
    return f"found {bpm} (sure {sure:.0%})" if sure else "no beat found"


def report_line(report: ClipReport) -> str:
    """What was detected, what was changed, and the measured result, in one line."""
    found = report.get("found", {})
    did = report.get("did", {})
    after = report.get("after", {})
    parts = []
    if found.get("bpm") is not None:
        parts.append(_tempo(found))
    if did.get("method") not in (None, "", "none") or did.get("gain_db") is not None:
        # `+ 0.0` makes no -0.0 of it
        gain = (
            f", {round(did['gain_db'], 1) + 0.0:+.1f} dB" if did.get("gain_db") is not None else ""
        )
        how = "not stretched" if did.get("method") in (None, "", "none") else did["method"]
        parts.append(f"{how}{gain}")
    if after.get("mean_beat_error_ms") is not None:
        parts.append(f"beats off by {after['mean_beat_error_ms']:.1f} ms")
    if after.get("lufs") is not None:
        parts.append(f"{after['lufs']:.1f} LUFS")
    if after.get("true_peak_db") is not None:
        parts.append(f"peak {round(after['true_peak_db'], 1) + 0.0:.1f} dBTP")
    warnings = [*report.get("said", []), *report.get("warnings", [])]
    told = [f"note: {warning}" for warning in warnings]
    return "\n  ".join([" · ".join(parts), *told] if parts else told)


def look_lines(found: Mapping[str, Any]) -> str:
    """The findings of `look`, for people."""
    lines = [f"{found['seconds']:.2f} s, {found['channels']} channel(s), {found['sample_rate']} Hz"]
    if found.get("bpm") is None:
        lines.append(f"no beat: {found.get('reason', 'nothing periodic was heard')}")
    else:
        lines.append(
            f"{found['bpm']:.2f} bpm (sure {found['confidence']:.0%}), {_downbeat(found)}"
            f" (sure {found['downbeat_confidence']:.0%}), {found['meter']}"
        )
        lines += [f"  since {reason}" for reason in found.get("evidence", [])]
        others = [one for one in found.get("alternatives", []) if one["share"] >= _LEAST_SHARE]
        lines += [f"  or {_reading(one, found['bpm'])} ({one['share']:.0%})" for one in others]
    if found.get("key"):
        lines.append(f"key {found['key']} (sure {found['key_confidence']:.0%})")
    if found.get("chords_by_bar"):
        bars = found["chords_by_bar"]
        more = " ..." if len(bars) > _MOST_BARS else ""
        lines.append(f"chords by bar: | {' | '.join(bars[:_MOST_BARS])} |{more}")
    if found.get("corrected"):
        lines.append(word_line(found["corrected"]))
    lines.append(f"{found['lufs']:.1f} LUFS, peak {round(found['true_peak_db'], 1) + 0.0:.1f} dBTP")
    lines += [f"note: {note}" for note in (*found.get("notes", ()), *found.get("faults", ()))]
    return "\n".join(lines)
