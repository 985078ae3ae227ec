"""Lines of drawbar organs are written as they were played, and nothing else is moved."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike
from daemon.hearing.log_spectra import RATE, maps_of
from daemon.notes.drawbars import as_played
from daemon.notes.heard_notes import HeardNote
from daemon.notes.listen import hear_voice

LINE = (60, 62, 64, 67, 69, 67, 64, 62)
STEP_S = 0.4


def line(voice: str, pitches=LINE) -> np.ndarray:
    """float32 (frames,) at RATE: a note each STEP_S."""
    sound = np.zeros(round(44100 * (len(pitches) * STEP_S + 1)))
    for n, pitch in enumerate(pitches):
        note = VOICES[voice].play(Strike(float(pitch), 0.85 * STEP_S, 0.8, 44100)).mean(axis=1)
        at = round(n * STEP_S * 44100)
        sound[at : at + len(note)] += note[: len(sound) - at]
    return soxr.resample(0.3 * sound, 44100, RATE).astype(np.float32)


@pytest.mark.parametrize("voice", ["drawbar organ", "organ"])
@pytest.mark.parametrize("kind", ["mono", "poly"])
def test_an_organs_line_is_written_in_the_octave_of_its_keys(voice, kind):
    heard = hear_voice(line(voice), False, kind).surer_than(0.5)
    begun = [(round(note.start_s / STEP_S), note.pitch) for note in heard]
    right = [one for one in begun if one in list(enumerate(LINE))]
    assert len(right) >= 7 and len(begun) <= 10


@pytest.mark.parametrize(
    "voice", ["farfisa", "pipe organ", "clarinet", "saw bass", "grand piano", "wobble", "trumpet"]
)
def test_no_other_voice_is_moved(voice):
    low = 24 if VOICES[voice].family == "bass" else 0
    maps = maps_of(line(voice, tuple(pitch - low for pitch in LINE)))
    for octave in (0, 12):
        notes = [
            HeardNote(n * STEP_S, (n + 1) * STEP_S, pitch - low - octave, 80, 0.9)
            for n, pitch in enumerate(LINE)
        ]
        assert as_played(notes, maps) == notes


def test_a_note_at_the_very_end_is_left_alone():
    maps = maps_of(np.zeros(RATE, np.float32))
    notes = [HeardNote(1.2 + n, 2.0 + n, 60, 80, 0.9) for n in range(4)]
    assert as_played(notes, maps) == notes
