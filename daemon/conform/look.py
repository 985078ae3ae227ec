"""Analysis of an audio file without changing it: the answer of `sidecrate look`."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from bridge.music import Meter
from daemon.audio.files import read_sound
from daemon.audio.loudness import (
    SILENCE_DB,
    integrated_lufs,
    safe_gain,
    told_db,
    true_peak_db,
)
from daemon.audio.offset import offset_told
from daemon.audio.scratch import aside, release
from daemon.audio.seam import measure_seam
from daemon.audio.sound import Sound
from daemon.audio.wav_record import read_record
from daemon.conform import gate
from daemon.conform.report import plain
from daemon.correction import Correction
from daemon.hearing import key, pitch
from daemon.hearing.chords import by_bar, hear_chords
from daemon.witness.hearing import choose_key, choose_note, hear_with
from daemon.witness.witnesses import Witnesses, read_witnesses

#: Longer files are not analysed as one-shots.
_ONE_SHOT_S = 6.0


def look(
    path: str | PathLike[str],
    asked_bpm: float | None = None,
    meter: str | Meter = "4/4",
    correction: Correction | None = None,
) -> dict[str, Any]:
    """The analysis of a file as plain JSON, with the clip's record where it is one of ours.

    `correction` is the user's word on this file. AudioError where the file cannot be read.
    """
    sound = read_sound(path)
    sample_rate, notes = sound.sample_rate, sound.notes
    # a long one is read from a scratch file, as often as it is needed
    audio = aside(sound.audio)
    del sound
    witnesses = read_witnesses(Path(path), len(audio) / sample_rate, correction)
    heard = look_at(audio, sample_rate, asked_bpm, meter, witnesses)
    said = {"path": str(Path(path))} | heard
    said["notes"] = [*notes, *said["notes"]]
    record = read_record(path)
    return said if record is None else said | {"record": record}


def look_at(
    audio: np.ndarray,
    sample_rate: int,
    asked_bpm: float | None = None,
    meter: str | Meter = "4/4",
    witnesses: Witnesses | None = None,
) -> dict[str, Any]:
    """The same for float32 (frames, channels), and what its file and user say of it."""
    witnesses = witnesses or Witnesses()
    sound = Sound(audio, sample_rate)
    meter = Meter.parse(meter) if isinstance(meter, str) else meter
    verdict = hear_with(audio, sample_rate, asked_bpm, meter, witnesses)
    heard = verdict.heard
    mono = sound.mono
    release(audio)
    tones = key.hear_tones(mono, sample_rate)
    chords = hear_chords(mono, sample_rate, heard) if tones.is_tonal else ()
    del mono
    found_key, key_confidence, key_notes = choose_key(*key.find_key(tones), witnesses)
    is_short = sound.seconds <= _ONE_SHOT_S
    note, note_notes = choose_note(
        pitch.find_note(audio, sample_rate) if is_short else None,
        witnesses if is_short else Witnesses(),
    )
    downbeats_s = heard.downbeats_s
    first_downbeat_s = downbeats_s[0] if len(downbeats_s) else float(heard.time_of(0.0))
    # a first beat on the first sample is found a fraction of a millisecond before it
    first_downbeat_s = 0.0 if -0.002 < first_downbeat_s < 0 else first_downbeat_s
    bar_s = heard.meter.quarters_per_bar * 60 / heard.bpm
    # a tenth of a bar is a ringing end, no bar
    bars = int(np.ceil((sound.seconds - first_downbeat_s) / bar_s - 0.1))
    said: dict[str, Any] = plain(
        {
            "seconds": sound.seconds,
            "frames": sound.frames,
            "sample_rate": sample_rate,
            "channels": audio.shape[1],
            "periodic": heard.periodic,
            "bpm": heard.bpm if heard.periodic else None,
            "confidence": heard.confidence,
            "downbeat_confidence": heard.downbeat_confidence,
            "steady": heard.steady,
            "drift": heard.drift,
            "meter": str(meter),
            "downbeat_s": first_downbeat_s if heard.periodic else None,
            "beats_s": heard.beats_s if heard.periodic else [],
            "downbeats_s": downbeats_s if heard.periodic else [],
            "key": found_key.short if found_key else None,
            "key_confidence": key_confidence,
            "tuning_cents": tones.tuning_cents if tones.is_tonal else None,
            "chroma": tones.chroma,
            "chords": [[one.bar, one.beat, one.name, one.confidence] for one in chords],
            "chords_by_bar": by_bar(chords, bars) if chords else [],
            "note": note,
            "lufs": max(SILENCE_DB, integrated_lufs(audio, sample_rate)),
            "true_peak_db": true_peak_db(audio),
            "dc": float(np.abs(audio.mean(axis=0, dtype=np.float64)).max()),
            "clipped_share": gate.clipped_share(audio),
            "seam": measure_seam(audio).jump,
            "faults": [refusal.text for refusal in gate.check_audio(audio, sample_rate, None)],
            "reason": heard.reason,
            "notes": [*_notes(audio), *verdict.notes, *key_notes, *note_notes],
        }
        | heard.grounds()
        | witnesses.to_json()
    )
    return said


def _notes(audio: np.ndarray) -> list[str]:
    """What a user should know of a sound's level: a DC offset, what is over full scale."""
    notes = []
    if told := offset_told(audio):
        notes.append(f"it has a DC offset of {told:.1%} of full scale: `fit` takes it out")
    if over_db := -safe_gain(audio):
        notes.append(f"its peaks are {told_db(over_db)} over full scale: an export turns it down")
    return notes
