"""What the daemon does for the library by itself: lets go of versions, copies marks, measures what nobody measured."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.crate.crate import Crate
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.library import crate_watch as keeper
from daemon.library.filters import Filters
from daemon.library.library import Library
from daemon.library.marks_file import COPY


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places.find(tmp_path)
    made.crate.mkdir()
    return made


@pytest.fixture
def jobs(places: Places) -> Iterator[Database]:
    with closing(Database(places.database)) as made:
        yield made


def keeper_of(places: Places, jobs: Database) -> keeper.CrateWatch:
    return keeper.CrateWatch(places, Crate(places.crate, "{kind}", jobs), "{kind}", jobs)


@pytest.mark.parametrize("call", ["schedule", "join"])
def test_the_loop_goes_on_while_watching_begins_and_ends(
    places: Places, jobs: Database, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """As with a large crate, or one on a network: the call ends once the loop has done something meanwhile, or gives up."""

    async def whole() -> list[bool]:
        loop, answered = asyncio.get_running_loop(), list[bool]()
        there = getattr(keeper.Observer, call)

        def slow(*given: object, **more: object) -> object:
            served = threading.Event()
            loop.call_soon_threadsafe(served.set)
            answered.append(served.wait(5))
            return there(*given, **more)

        monkeypatch.setattr(keeper.Observer, call, slow)
        one = keeper_of(places, jobs)
        one.start()
        until = time.monotonic() + 60
        while not (one._observer and one._observer.is_alive()):
            assert time.monotonic() < until
            await asyncio.sleep(0.02)
        await one.end()
        return answered

    assert asyncio.run(whole()) == [True]


def test_a_mark_is_in_the_crate_within_seconds(
    places: Places, jobs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "_COPY_EVERY_S", 0.05)

    async def whole() -> None:
        one = keeper_of(places, jobs)
        one.start()
        one.library.arrivals.take_in(
            [{"id": "aaaa", "kind": "loop", "path": "/a.wav", "report": {}}]
        )
        for rating in (3, 5):
            one.library.marks.rate("aaaa", rating)
            until = time.monotonic() + 60
            while f'"rating": {rating}' not in (
                copy.read_text() if (copy := places.crate / COPY).exists() else ""
            ):
                assert time.monotonic() < until
                await asyncio.sleep(0.02)
        await one.end()

    asyncio.run(whole())
    assert not list(places.crate.glob("*part*"))


def test_no_marks_are_copied_into_an_empty_mount_point(places: Places, jobs: Database) -> None:
    places.state.joinpath("mounts.json").write_text(
        json.dumps({str(places.crate): str(places.crate)})
    )

    async def whole() -> None:
        one = keeper_of(places, jobs)
        one.start()
        one.library.marks.prefer({"theme": "dark"})
        await one.end()

    asyncio.run(whole())
    assert list(places.crate.iterdir()) == [], "a file there would make it look like the crate"


@pytest.mark.slow
def test_clips_that_nobody_measured_are_found_by_their_sound(
    places: Places, jobs: Database
) -> None:
    """Two low tones, a noise, a file that is none, and one that is gone; a profile's library is served too."""
    t, rng = np.arange(22050) / 44100, np.random.default_rng(1)
    sounds = {
        "lowa": np.sin(2 * np.pi * 80 * t),
        "lowb": np.sin(2 * np.pi * 85 * t),
        "hiss": rng.standard_normal(22050) * 0.2,
    }
    for clip, sound in sounds.items():
        soundfile.write(places.crate / f"{clip}.wav", sound * 0.5, 44100)
    (places.crate / "none.wav").write_bytes(b"RIFF no sound")
    records = [
        {"id": clip, "kind": "oneshot", "path": str(places.crate / f"{clip}.wav"), "report": {}}
        for clip in (*sounds, "none", "gone")
    ]
    file = places.profiles / "ana" / "library.db"
    file.parent.mkdir(parents=True)
    with closing(Library(file)) as hers:
        hers.arrivals.take_in(records)

    async def whole() -> None:
        one = keeper_of(places, jobs)
        with closing(one.library):
            one.library.arrivals.take_in(records)
            await one._measure()
            await one._measurer.end()

    asyncio.run(whole())
    for path in (places.library, file):
        with closing(Library(path)) as library:
            assert [clip["id"] for clip in library.search(Filters(similar="lowa")).clips] == [
                "lowb",
                "hiss",
            ]
            assert set(library.unmeasured(9)) == {"gone"}


def test_versions_used_longest_ago_go_when_all_take_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "MOST_VERSION_BYTES", 2500)
    places = Places.find(tmp_path)
    for number, (clip, age_s) in enumerate(
        (("aaaa", 9000), ("aaaa", 5000), ("bbbb", 7000), ("cccc", 10), ("publishing", 9999))
    ):
        folder = places.versions / clip / f"v{number}"
        folder.mkdir(parents=True)
        (folder / "sound.wav").write_bytes(b"x" * 1000)
        os.utime(folder, (time.time() - age_s,) * 2)
    with closing(Database(places.database)) as jobs:
        crate = Crate(places.crate, "{kind}", jobs)
        places.crate.mkdir()
        one = keeper.CrateWatch(places, crate, "{kind}", jobs)
        with closing(one.library):
            one._look()
    left = {str(path.relative_to(places.versions)) for path in places.versions.glob("*/*")}
    assert left == {"aaaa/v1", "cccc/v3", "publishing/v4"}
