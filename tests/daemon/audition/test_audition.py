import asyncio
import time

import pytest

from bridge import events
from bridge.events import Origin, Told
from bridge.session import Session
from daemon.audition.audition import Audition, Fit, fit_to, grid_of

LOOP = {"id": "a", "kind": "loop", "bpm": 120.0, "key": "Am", "meter": "4/4"}


def session(**values):
    made = Session()
    made.hear("max", values, 100.0)
    return made


@pytest.mark.parametrize(
    ("project", "clip", "expected"),
    [
        ({}, {}, Fit(120.0)),
        ({"bpm": 128}, {}, Fit(128.0)),
        ({"bpm": 87}, {"bpm": 174.0}, Fit(174.0)),
        ({"bpm": 180}, {"bpm": 80.0}, Fit(90.0)),
        ({"bpm": 120, "key": "C"}, {}, Fit(120.0)),
        ({"bpm": 120, "key": "Bm"}, {}, Fit(120.0, 2)),
        ({"bpm": 120, "key": "Em"}, {}, Fit(120.0, -5)),
        ({"bpm": 120, "key": "Bm"}, {"key": None}, Fit(120.0)),
        ({"bpm": 99, "key": "Bm"}, {"kind": "oneshot"}, Fit(None)),
    ],
)
def test_a_clip_is_heard_at_the_nearest_of_the_projects_tempos_and_in_its_key(
    project, clip, expected
):
    assert fit_to({**LOOP, **clip}, session(**project).view(100.0)) == expected


def test_the_bars_are_known_while_the_project_plays_and_says_where_it_is():
    playing = session(bpm=120, playing=True, position=5.0, meter="3/4")
    assert grid_of(playing.view(100.0), 7.0) == {
        "line_s": pytest.approx(6.0),
        "bar_s": pytest.approx(1.5),
    }
    assert grid_of(playing.view(100.5), 7.5) == {
        "line_s": pytest.approx(7.5),
        "bar_s": pytest.approx(1.5),
    }
    assert grid_of(playing.view(130.0), 7.0) is None, "too long ago: it may have jumped"
    assert grid_of(session(bpm=120, playing=False, position=5.0).view(100.0), 7.0) is None
    assert grid_of(session(bpm=120, playing=True).view(100.0), 7.0) is None


def test_the_bars_go_by_the_tempo_of_who_plays_though_another_is_pinned():
    playing = session(bpm=120, playing=True, position=0.0)
    playing.pin("bpm", 140)
    assert grid_of(playing.view(100.0), 0.0) == {"line_s": 0.0, "bar_s": pytest.approx(2.0)}
    assert fit_to(LOOP, playing.view(100.0)).bpm == 120


class DeviceThatPlays:
    """The child with the sound device, as far as the audition knows it: what it is asked, and whether it was ended."""

    def __init__(self, played_s):
        self.pid, self.asked, self._played_s = None, [], played_s
        self.follow_takes_s = 0.0

    async def ask(self, function, task, on_progress, deadline_s):
        self.pid = 1
        name = function.partition(":")[2]
        self.asked.append(name)
        if name == "follow":
            await asyncio.sleep(self.follow_takes_s)
            return {"clip": ""}
        return {
            "in_s": 0.0,
            "heard_s": 0.0,
            "seconds": None if task.get("loops") else self._played_s,
            "on_bar": True,
            "device": "d",
            "latency_ms": 1,
        }

    async def end(self):
        self.asked.append("end")
        self.pid = None


class Clips:
    def find(self, what):
        kind = {"a": "loop", "b": "track", "c": "loop"}[what]
        return {
            **LOOP,
            "id": what,
            "kind": kind,
            "path": f"/x/{what}.wav",
            "key": None,
            "bars": 4,
            "report": {},
        }


def test_a_corrected_clip_is_stretched_from_the_tempo_that_its_user_named(tmp_path):
    async def run():
        project = Session()
        project.hear("max", {"bpm": 120.0}, time.monotonic())
        audition = Audition(
            Clips(), project, lambda event: None, cache=tmp_path, device=None, level=-18.0,
            idle_s=0.1, believed=lambda record: {**record, "bpm": 90.0, "bars": 3},
        )  # fmt: skip
        audition._child, asked = DeviceThatPlays(played_s=1.0), []

        class Fitter(DeviceThatPlays):
            async def ask(self, function, task, on_progress, deadline_s):
                asked.append(task)
                return {"path": "/x/fitted.wav", "lufs": -14.0, "true_peak_db": -1.0}

        audition._fitter = Fitter(1.0)
        audition.take(events.Audition(Origin("osc"), "a"))
        async with asyncio.timeout(10):
            while not asked:
                await asyncio.sleep(0.01)
        await audition.end()
        return asked[0]

    task = asyncio.run(run())
    assert (task["from_bpm"], task["bpm"], task["bars"]) == (90.0, 120.0, 3)


def auditioned(tmp_path, monkeypatch, live):
    """What the device was asked while `live(hear, place, device)` ran; a comparison comes after 0.2 s."""
    monkeypatch.setattr("daemon.audition.audition._COMPARE_S", 0.2)

    async def run():
        project = Session()
        project.hear("max", {"bpm": 120.0, "playing": True, "position": 0.0}, time.monotonic())
        device, told = DeviceThatPlays(played_s=3600.0), []
        audition = Audition(
            Clips(), project, told.append, cache=tmp_path, device=None, level=-18.0, idle_s=0.1
        )
        audition._child = device

        async def hear(clip):
            before = len(told)
            audition.take(events.Audition(Origin("osc"), clip))
            async with asyncio.timeout(10):
                while len(told) == before:
                    await asyncio.sleep(0.01)
            assert isinstance(told[-1], Told), told[-1]

        def place(position):
            project.hear("max", {"position": position}, time.monotonic())
            audition.follow()

        await live(hear, place, device)
        asked = list(device.asked)
        await audition.end()
        return asked

    return asyncio.run(run())


def test_a_track_chosen_while_a_loop_was_about_to_be_compared_is_heard_to_its_end(
    tmp_path, monkeypatch
):
    async def live(hear, place, device):
        await hear("a")
        place(1.0)
        await hear("b")
        await asyncio.sleep(0.6)

    assert auditioned(tmp_path, monkeypatch, live) == ["play", "play"]


def test_a_loop_chosen_while_another_was_being_compared_is_followed(tmp_path, monkeypatch):
    async def live(hear, place, device):
        device.follow_takes_s = 0.3
        await hear("a")
        place(1.0)
        while "follow" not in device.asked:
            await asyncio.sleep(0.01)
        await hear("c")
        place(2.0)
        await asyncio.sleep(0.4)

    assert auditioned(tmp_path, monkeypatch, live) == ["play", "follow", "play", "follow"]


def test_a_device_that_plays_the_loop_no_more_is_let_go(tmp_path, monkeypatch):
    async def live(hear, place, device):
        await hear("a")
        place(1.0)
        await asyncio.sleep(0.6)

    assert auditioned(tmp_path, monkeypatch, live) == ["play", "follow", "close", "end"]
