"""Notes beside a clip that its user has damaged are named, and end no film as a fault of ours."""

import mido
import pytest

from daemon.errors import AudioError
from daemon.video.scene import _notes


@pytest.fixture
def beside(tmp_path):
    """A file of one note, a quarter long."""
    file, path = mido.MidiFile(ticks_per_beat=96), tmp_path / "beat.mid"
    file.add_track().extend([
        mido.MetaMessage("key_signature", key="C"),
        mido.Message("note_on", note=60, velocity=80), mido.Message("note_off", note=60, time=96),
    ])  # fmt: skip
    file.save(path)
    return path


def test_notes_are_read_in_seconds(beside):
    (note,) = _notes(str(beside), 2.0)
    assert (note.start_s, note.end_s, note.pitch) == (0.0, 0.5, 60)


@pytest.mark.parametrize(
    ("at", "into"),
    [(b"MThd", b"RIFF"), (b"\0\x60MTrk", b"\0\0MTrk"), (b"\x59\x02\0\0", b"\x59\x02\x68\0"),
     (b"\0\0\0\x06\0\x01", b"\0\0\0\x06\0\x02")],
)  # fmt: skip
def test_notes_that_cannot_be_read_are_named(beside, at, into):
    data = beside.read_bytes()
    assert at in data
    beside.write_bytes(data.replace(at, into))
    with pytest.raises(AudioError, match=r"beat\.mid cannot be read as MIDI"):
        _notes(str(beside), 2.0)
