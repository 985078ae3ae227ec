"""The lines that FL's hint panel shows."""

from bridge.events import (
    Accepted,
    Done,
    Failed,
    Finished,
    Origin,
    Progress,
    Refused,
    SessionChanged,
    Told,
)
from bridge.fl.hints import Hints

FL = Origin("fl")


def test_how_a_job_goes_is_told_in_its_own_words():
    hints = Hints()
    lines = [
        hints.of(Accepted(FL, "j1", 1, "dusty drums")),
        hints.of(Accepted(FL, "j2", 2, "bass")),
        hints.of(Progress(FL, "j1", 0.42, "conforming: warp")),
        hints.of(Done(FL, "j1", "c1", "C:\\Crate\\Loops\\dusty_90bpm.wav", {"n": 1, "of": 2})),
        hints.of(Done(FL, "j1", "c2", "/crate/Loops/bass_90bpm.wav", {"n": 1, "of": 1})),
        hints.of(Finished(FL, "j1", 1, 1, "silent")),
        hints.of(Failed(FL, "j2", "gate", "the take is silent\nask again")),
        hints.of(Failed(FL, "j2", "cancelled", "cancelled")),
        hints.of(Refused(FL, "bad_request", "bpm: 900 is not allowed")),
        hints.of(Told(FL, "keep", "c1")),
    ]
    assert [line.text for line in lines] == [
        "^iSidecrate: queued: dusty drums",
        "^iSidecrate: queued (2.): bass",
        "^iSidecrate: conforming 42%: dusty drums",
        "^cSidecrate: done (1 of 2): dusty_90bpm.wav",
        "^cSidecrate: done: bass_90bpm.wav",
        "^eSidecrate: 1 done, 1 failed: silent",
        "^eSidecrate: failed: the take is silent ask again",
        "^eSidecrate: cancelled",
        "^eSidecrate: bpm: 900 is not allowed",
        "^cSidecrate: kept: c1",
    ]
    assert lines[0].about == lines[2].about == "j1" and lines[3].about == ""


def test_what_nobody_needs_to_see_is_no_hint():
    hints = Hints()
    assert hints.of(Finished(FL, "j1", 1, 0)) is None
    assert hints.of(SessionChanged({})) is None
    assert hints.of(Told(FL, "report", "j1")) is None


def test_a_long_line_is_cut():
    assert len(Hints().of(Refused(FL, "x", "word " * 200)).text) < 200
