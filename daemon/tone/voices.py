"""Instruments to play a line: the musician's voices, and those of a user's own sounds."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from daemon.audio.files import READABLE, read_audio
from daemon.brief import Brief
from daemon.engines.embedded.oneshot import find_voice
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike, Tone, Voice
from daemon.errors import AudioError, ConformError
from daemon.tone.instrument import Heard, Instrument, fit

#: What a voice plays to be learnt: semitones between its notes, s of each, velocities.
_APART = 4
_NOTE_S = 0.8
_VELOCITIES = (0.35, 0.95)
#: Semitones around the line that are learnt, for a line moves.
_AROUND = 3
#: Sounds of a folder that are heard, and s of each: more of them would say the same.
_MOST_SOUNDS = 64
_MOST_S = 20.0


def learn(voice: Voice, low: float, high: float, rate: int) -> Instrument:
    """A voice of the musician, learnt between two pitches. ConformError where it has none."""
    first = min(max(round(low) - _AROUND, voice.low), voice.high - _APART)
    last = max(min(round(high) + _AROUND, voice.high), first + _APART)
    notes = [
        Heard(voice.play(Strike(pitch, _NOTE_S, velocity, rate, Tone())), rate, pitch)
        for pitch in range(first, last + 1, _APART)
        for velocity in _VELOCITIES
    ]
    made = fit(voice.name, notes)
    if made is None:
        raise ConformError(f"instrument: {voice.name} has no pitch that could follow a line")
    return made


def voice_of(name: str) -> Voice:
    """The pitched voice that a name means. ConformError where there is none."""
    voice = find_voice(Brief("", name.lower(), kind="oneshot"))
    # `find_voice` plays a kick where it knows none
    if voice.name == "kick" and "kick" not in name.lower():
        tuned = [one.name for one in VOICES.values() if one.tuned]
        near = difflib.get_close_matches(name.lower(), tuned, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else "docs/sounds.md lists those that there are"
        raise ConformError(f"instrument: {name} is not one that is known here; {hint}")
    if not voice.tuned or voice.family == "drums":
        raise ConformError(f"instrument: {voice.name} plays no pitches; name one that does")
    return voice


def of_sounds(path: Path) -> Instrument:
    """An instrument fitted to a file or a folder. ConformError where nothing there has a pitch."""
    made = fit(path.stem, _sounds(path))
    if made is None:
        raise ConformError(
            f"sound: nothing in {path.name} has one pitch at a time that could be learnt;"
            " give a played note or line, or take a mix apart first (`sidecrate split`)"
        )
    return made


def _sounds(path: Path) -> Iterator[Heard]:
    if not path.is_dir():
        yield Heard(*read_audio(path, 0.0, _MOST_S))
        return
    heard = 0
    for file in sorted(path.rglob("*")):
        if heard == _MOST_SOUNDS:
            return
        if not file.is_file() or file.name.startswith("."):
            continue
        try:
            sound = Heard(*read_audio(file, 0.0, _MOST_S))
        except AudioError:
            continue  # a folder of sounds holds texts and pictures too
        heard += 1
        yield sound
    if not heard:
        raise ConformError(f"sound: {path.name} holds no sound; it takes {READABLE} files")
