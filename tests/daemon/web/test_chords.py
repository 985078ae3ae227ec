"""The chords above the waveform, against those that were written down."""

import mido

from daemon.web.chords import chords_of
from tests.helpers.progress import untold

CHORDS = {"Am": (57, 60, 64), "F": (53, 57, 60), "C": (48, 52, 55), "G": (55, 59, 62)}


def test_chords_of_notes_are_found_in_their_bars(tmp_path):
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    for pitches in CHORDS.values():
        for kind, wait in (("note_on", 0), ("note_off", 1920)):
            for number, pitch in enumerate(pitches):
                track.append(mido.Message(kind, note=pitch, time=wait if number == 0 else 0))
    file.tracks.append(track)
    path = tmp_path / "four.mid"
    file.save(path)
    found = chords_of({"record": {"kind": "midi", "path": str(path), "engine": "x"}}, untold)
    assert found["known_by"] == "notes"
    assert [(bar, beat, name) for bar, beat, name in found["chords"]] == [
        (bar, 1.0, name) for bar, name in enumerate(CHORDS, 1)
    ]


def test_what_was_heard_stands_before_what_the_notes_say(tmp_path):
    heard = {"found": {"chords": [[1, 1, "Dm7"], [2, 3.0, "G7"]]}}
    found = chords_of({"record": {"kind": "loop", "engine": "fit", "report": heard}}, untold)
    assert found == {"chords": [(1, 1.0, "Dm7"), (2, 3.0, "G7")], "known_by": "report"}
    assert chords_of({"record": {"kind": "loop", "engine": "fit"}}, untold)["known_by"] == ""
