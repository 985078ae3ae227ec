"""The pieces of trackers that the notes' network is taught on say truly when which note sounds."""

import numpy as np
import pytest

from daemon.hearing.log_spectra import RATE
from tools.train_hearing.music import RATE as BANK_RATE
from tools.train_hearing.music import Bank
from tools.train_notes.tracker import tracked


@pytest.fixture(scope="module")
def bank():
    """A sine for each kind of instrument, and a kit of clicks."""
    at_s = np.arange(round(1.5 * BANK_RATE)) / BANK_RATE

    def sine(note):
        return np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * at_s).astype(np.float32)

    click = np.exp(-at_s[:2000] * 300).astype(np.float32)
    notes = {program: {note: sine(note) for note in (43, 61, 73)} for program in (33, 0, 48)}
    return Bank(notes, [{"kick": [click], "snare": [click], "hat": [click]}])


@pytest.mark.parametrize("seed", range(4))
def test_a_note_sounds_where_it_is_said_to_and_as_high(bank, seed):
    piece = tracked(np.random.default_rng([118, seed]), seed, bank)
    assert set(piece.stems) <= {"alone", "others", "drums"}
    assert len({len(sound) for sound in piece.stems.values()}) == 1
    sound, right = piece.stems["alone"], []
    rows = piece.notes["alone"]
    for start_s, end_s, pitch, _ in rows:
        own = sound[round(start_s * RATE) : round(min(end_s, start_s + 0.2) * RATE)]
        hz = np.fft.rfftfreq(8 * RATE, 1 / RATE)
        level = np.abs(np.fft.rfft(own * np.hanning(len(own)), 8 * RATE))
        near = np.abs(12 * np.log2(np.maximum(hz, 1) / 440) + 69 - pitch) < 0.8
        right.append(level[near].max() > 0.15 * level.max())
    assert len(rows) > 3 and np.mean(right) > 0.9
    assert not sound[: round(rows[0, 0] * RATE)].any()
