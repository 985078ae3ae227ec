"""Import of any audio file as a clip: analysed, described and written with a record.

Its sound is left as it is; `fit` puts a file on the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bridge.inbox.names import is_midi
from bridge.music import Meter, loop_frames, note_name
from daemon.audio.files import read_sound
from daemon.audio.resample import fit_length
from daemon.audio.wav import write_clip
from daemon.audio.wav_record import read_record
from daemon.conform.look import look_at
from daemon.conform.own_tempo import TEMPO_ERROR, own_tempo, whole_bars
from daemon.correction import Correction
from daemon.crate.names import KIND_FOLDERS
from daemon.errors import LibraryError
from daemon.library.bring_notes import bring_notes
from daemon.library.corrections import content_hash
from daemon.library.unmade import unmade_record
from daemon.record import ClipRecord, ClipReport
from daemon.verbs.tell import TellStage
from daemon.witness.witnesses import Witnesses, read_witnesses

_KINDS = tuple(kind for kind in KIND_FOLDERS if kind != "midi")
#: A file that is no loop and at most this long is a one-shot.
_ONE_SHOT_S = 4.0
#: Least confidence at which a measured tempo is written into the record.
_SURE_TEMPO = 0.55
#: Least confidence at which a measured key is written into the record.
_SURE_KEY = 0.3


def bring_file(task: dict[str, Any], tell: TellStage) -> ClipRecord:
    """{path, clip, folder, values, note_names} -> the record of `folder`/brought.wav.

    `values` may hold kind, bpm, key, meter, license, words and tags, and wins. Else the file's own
    statements (record, chunks, tags, name) are heard as witnesses beside the ear; the report holds
    them and the confidence. `corrected`, where the task has it, is the user's word on this file.

    AudioError where the file cannot be read. A MIDI file becomes a clip of notes.
    """
    path = Path(task["path"])
    if is_midi(path.name):
        return bring_notes(task)
    values = task["values"]
    sound = read_sound(path)
    audio, rate = sound.audio, sound.sample_rate
    tell(0.2, "bringing", "hearing it")
    known: ClipRecord = read_record(path) or {}
    meter = Meter.parse(values.get("meter") or known.get("meter") or "4/4")
    word = Correction.from_json({"bpm": _float(values.get("bpm")), "key": values.get("key")})
    word = word.over(Correction.from_json(task.get("corrected") or {}))
    witnesses = read_witnesses(path, len(audio) / rate, word)
    heard = look_at(audio, rate, None, meter, witnesses)
    bpm = _tempo(heard, witnesses, len(audio), rate, meter)
    kind, bars = _kind(values.get("kind"), len(audio), rate, bpm, meter, witnesses.one_shot)
    if kind == "loop" and bpm and bars:
        audio = fit_length(audio, loop_frames(bars, meter, bpm, rate))
    key = heard["key"] if heard["key_confidence"] >= _SURE_KEY else None
    if kind not in ("loop", "track") and not (word.key or witnesses.keys):
        key = None
    words = str(values.get("words") or path.stem)
    record = unmade_record(
        task["clip"],
        kind=kind,
        words=words,
        engine="file",
        license=values.get("license") or known.get("license") or "the file's own",
        sound=(audio, rate),
        report=_report(heard, kind, witnesses, sound.notes),
    )
    record["prompt"] = known.get("prompt") or words
    record["genre"] = known.get("genre") or ""
    record["tags"] = list(values.get("tags") or known.get("tags") or ())
    record["bpm"] = bpm if kind in ("loop", "track") else None
    record["key"], record["meter"], record["bars"] = key, str(meter), bars
    if kind == "oneshot" and heard["note"] is not None:
        record["note"] = note = round(heard["note"])
        record["note_name"] = note_name(note, task.get("note_names", "live"))
    record["brought_from"], record["brought_hash"] = str(path), content_hash(path)
    folder = Path(task["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    write_clip(
        folder / "brought.wav",
        audio,
        rate,
        record,
        "PCM_24" if heard["true_peak_db"] <= 0 else "FLOAT",
    )
    return {**record, "path": str(folder / "brought.wav"), "midi": None, "stems": []}


def _report(
    heard: dict[str, Any], kind: str, witnesses: Witnesses, notes: Sequence[str]
) -> ClipReport:
    """What was heard, and what the file states of itself; nothing was done to its sound."""
    return {
        "found": {name: heard[name] for name in ("bpm", "confidence", "key", "key_confidence")}
        | ({"chords": heard["chords"]} if kind in ("loop", "track") else {})
        | witnesses.to_json(),
        "did": {"method": "none"},
        "after": {name: heard[name] for name in ("lufs", "true_peak_db")},
        "warnings": [*notes, *heard["faults"]],
        "said": heard["notes"],
    }


def _float(value: Any) -> float | None:
    return float(value) if value else None


def _tempo(
    heard: dict[str, Any], witnesses: Witnesses, frames: int, rate: int, meter: Meter
) -> float | None:
    """The tempo for the record: said by the user, stated and not contradicted, or surely heard."""
    if witnesses.correction.bpm is not None or heard["bpm"] is None:
        return witnesses.correction.bpm
    for one in witnesses.tempi:
        assert one.bpm is not None
        if abs(heard["bpm"] / one.bpm - 1) <= TEMPO_ERROR:
            return one.bpm
    if heard["confidence"] < _SURE_TEMPO:
        return None
    return own_tempo(heard["bpm"], frames, rate, meter)


def _kind(
    asked: str | None, frames: int, rate: int, bpm: float | None, meter: Meter, one_shot: bool
) -> tuple[str, int | None]:
    """The kind of a file, and its bars if it is a loop. `one_shot`: the file calls itself one.

    LibraryError where a file that was called a loop is none.
    """
    if asked and asked not in _KINDS:
        raise LibraryError(
            f"{asked!r} is no kind of sound; it takes {', '.join(_KINDS)}", "bad_request"
        )
    bars = whole_bars(bpm, frames, rate, meter) if bpm else 0
    if asked == "loop" and not bars:
        raise LibraryError(
            "the file is not whole bars long at a tempo that could be heard:"
            " say it with --bpm, or use `sidecrate fit`",
            "no_loop",
        )
    if asked:
        return asked, bars if asked == "loop" else None
    if one_shot and frames / rate <= _ONE_SHOT_S:
        return "oneshot", None
    if bars:
        return "loop", bars
    if frames / rate <= _ONE_SHOT_S:
        return "oneshot", None
    return "track" if bpm else "sfx", None
