"""Notes changed by hand: what is heard and exported follows them, and the rest stays as it was."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.errors import LibraryError
from daemon.library.notes import notes_of_version
from daemon.library.render import render_version
from daemon.library.versions import Versions
from daemon.pieces.changes import Change, changed, changes_between, read_changes, write_changes
from daemon.pieces.midi import read_midi
from daemon.pieces.piece import Note
from tests.helpers.progress import untold


def version(home, clip, stems=False):
    task = Versions(home.library, home.folder / "versions").version_task(clip)
    return render_version({**task, "stems": stems}, untold)


def stems_of(record):
    return {Path(path).stem: soundfile.read(path)[0] for path in record["stems"]}


@pytest.mark.slow
def test_a_mended_note_sounds_and_the_other_parts_stay(home, made, tmp_path):
    clip = home.publish(made, "loop")
    piece = read_midi(Path(clip["midi"]))
    bass = next(part for part in piece.parts if part.name == "bass")
    first = bass.notes[0]
    mended = Note(first.start, first.pitch + 7, first.length, first.velocity)
    changes = write_changes([Change("bass", ((first.start, first.pitch),), (mended,))])
    before = stems_of(version(home, clip["id"], stems=True))
    home.library.edits.change_notes(clip["id"], changes)
    after = version(home, clip["id"], stems=True)
    audio, rate = soundfile.read(after["path"])
    assert len(audio) == clip["frames"] and rate == clip["sample_rate"], "the loop is as long"
    now = stems_of(after)
    assert np.abs(audio - sum(now.values())).max() < 1e-4, "its parts add up to it"
    # balance and tilt are set anew over all parts, so the drums may stand a little otherwise
    drums, its = before["drums"], now["drums"]
    gain = (drums * its).sum() / (drums**2).sum()
    assert ((its - gain * drums) ** 2).sum() < 1e-3 * (its**2).sum() and 0.8 < gain < 1.25
    start = round(first.start / 960 * 60 / clip["bpm"] * rate)
    window = slice(start, start + rate // 5)
    assert np.abs(before["bass"][window] - now["bass"][window]).max() > 0.05
    notes = tmp_path / "notes.mid"
    notes.write_bytes(
        notes_of_version({"record": clip, "steps": home.library.edits.steps(clip["id"])})
    )
    played = next(part for part in read_midi(notes).parts if part.name == "bass").notes
    assert set(played) ^ set(bass.notes) == {first, mended}


@pytest.mark.slow
def test_other_steps_follow_the_notes_whenever_those_were_changed(home, made):
    clip = home.publish(made, "loop")
    kick = next(p for p in read_midi(Path(clip["midi"])).parts if p.is_drums).notes[0]
    edits = home.library.edits
    edits.add(clip["id"], {"do": "tempo", "bpm": 100})
    edits.change_notes(
        clip["id"], write_changes([Change("drums", ((kick.start, kick.pitch),), ())])
    )
    assert [step["do"] for step in edits.steps(clip["id"])] == ["notes", "tempo"]
    assert version(home, clip["id"])["frames"] == round(2 * 4 * 60 / 100 * clip["sample_rate"])
    edits.change_notes(clip["id"], "")
    assert [step["do"] for step in edits.steps(clip["id"])] == ["tempo"]


@pytest.mark.slow
def test_what_differs_between_two_pieces_is_found_and_told_in_a_line(home, made):
    piece = read_midi(Path(home.publish(made, "loop")["midi"]))
    drums = piece.parts[0]
    louder = [Note(n.start, n.pitch, n.length, 127) for n in drums.notes[:2]]
    after = piece.with_parts([drums.with_notes([*louder, *drums.notes[2:]]), *piece.parts[1:]])
    text = write_changes(changes_between(piece, after))
    assert changed(piece, read_changes(text)) == after
    assert write_changes(changes_between(piece, piece)) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "changes of notes"),
        ('[["drums", [], [[0, 240, 128, 90]]]]', "128 lies outside 0 to 127"),
        ('[["drums", [], [[0, 240, 36, 0]]]]', "outside 1 to 127"),
        ("x" * 40_001, "40,001 characters"),
    ],
)
def test_changes_that_are_none_are_refused_with_what_is_wrong(text, said):
    with pytest.raises(LibraryError, match=said):
        read_changes(text)


def test_a_part_that_is_not_there_and_a_note_after_the_end_are_named(home, made):
    piece = read_midi(Path(home.publish(made, "loop")["midi"]))
    with pytest.raises(LibraryError, match="no part 'flute'; it has drums"):
        changed(piece, [Change("flute", (), ())])
    with pytest.raises(LibraryError, match="begins at tick 99999"):
        changed(piece, [Change("drums", (), (Note(99999, 36, 10),))])
