import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from daemon.brief import Brief
from daemon.clip.make import make_clip
from daemon.engines.embedded import INFO as EMBEDDED
from daemon.errors import LibraryError
from daemon.library.played_notes import hear_notes
from daemon.library.versions import Versions
from daemon.parts.true_stems import play_again
from tests.helpers.progress import untold


@pytest.fixture
def notes(home, tmp_path):
    """A published clip of notes alone."""
    brief = Brief(
        "piano chords",
        "piano chords",
        kind="midi",
        bpm=120.0,
        key_name="Am",
        bars=1,
        seed=5,
        genre="jazz",
    )
    folder = tmp_path / "made"
    task = {"brief": brief.to_json(), "request": {"prompt": brief.prompt}, "job": "", "clip": "nts7", "k": 0, "created": time.time(),
            "folder": str(folder), **EMBEDDED.for_child()}  # fmt: skip
    record = home.crate.publish(make_clip(task, untold), folder)
    home.library.arrivals.take_in([record])
    return record


@pytest.mark.slow
def test_notes_are_heard_as_they_are_and_as_they_are_edited(home, notes):
    assert play_again(notes, 44100).midi == Path(notes["path"]).read_bytes(), (
        "what is played are the clip's own notes"
    )
    studio = Versions(home.library, home.folder / "versions")
    heard = hear_notes(studio.version_task("nts7"), untold)
    audio, rate = soundfile.read(heard["path"])
    assert len(audio) == loop_frames(1, Meter(), 120.0, rate) and np.abs(audio).max() > 0.05
    home.library.edits.add("nts7", {"do": "quantise"})
    home.library.edits.add("nts7", {"do": "tempo", "bpm": 100})
    edited = hear_notes(studio.version_task("nts7"), untold)
    assert (
        edited["frames"] == loop_frames(1, Meter(), 100.0, rate) and Path(edited["path"]).is_file()
    )
    assert home.library.record("nts7")["path"] == notes["path"]


def test_notes_of_others_are_played_by_the_musician_as_they_stand(home, notes):
    task = Versions(home.library, home.folder / "versions").version_task("nts7")
    heard = hear_notes({**task, "record": {**task["record"], "engine": "continue"}}, untold)
    audio, rate = soundfile.read(heard["path"])
    assert len(audio) == loop_frames(1, Meter(), 120.0, rate) and np.abs(audio).max() > 0.05
    Path(notes["path"]).write_bytes(b"MThd")
    studio = Versions(home.library, home.folder / "others")
    with pytest.raises(LibraryError, match="cannot be read as MIDI"):
        hear_notes(
            {**studio.version_task("nts7"), "record": {**task["record"], "engine": "continue"}},
            untold,
        )
