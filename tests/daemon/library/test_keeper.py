"""What the daemon lets go of by itself: rendered versions, which can be made again."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from daemon.crate import Crate
from daemon.database import Database
from daemon.library import keeper
from daemon.places import Places


def test_versions_used_longest_ago_go_when_all_take_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "MOST_VERSION_BYTES", 2500)
    places = Places.find(tmp_path)
    for number, (clip, age_s) in enumerate((("aaaa", 9000), ("aaaa", 5000), ("bbbb", 7000), ("cccc", 10), ("publishing", 9999))):
        folder = places.versions / clip / f"v{number}"
        folder.mkdir(parents=True)
        (folder / "sound.wav").write_bytes(b"x" * 1000)
        os.utime(folder, (time.time() - age_s,) * 2)
    with closing(Database(places.database)) as jobs:
        crate = Crate(places.crate, "{kind}", jobs)
        places.crate.mkdir()
        one = keeper.Keeper(places, crate, "{kind}", jobs)
        with closing(one.library):
            one._look()
    left = {str(path.relative_to(places.versions)) for path in places.versions.glob("*/*")}
    assert left == {"aaaa/v1", "cccc/v3", "publishing/v4"}
