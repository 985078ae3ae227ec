"""How long a box is waited for, by a line that only plays one."""

from types import SimpleNamespace

import pytest

from daemon.engines.remote import line as remote_line
from daemon.engines.remote import run
from daemon.engines.replicate import client
from daemon.errors import EngineError


class Line:
    """A box that takes a task up, and says each second that it waits its turn."""

    def __init__(self, clock):
        self.box, self.dropped, self._clock = SimpleNamespace(name="attic", host="attic"), [], clock

    def json(self, method, path, **call):
        if method == "DELETE":
            self.dropped.append(path)
        return {}

    def events(self, task):
        while self._clock.s < 10_000:
            self._clock.s += 1
            yield {"state": "waiting"}
        raise AssertionError("it is heard for ever")


def test_a_task_that_never_has_its_turn_is_given_up_after_its_time_and_taken_back(monkeypatch):
    clock = SimpleNamespace(s=0.0)
    monkeypatch.setattr(run.time, "monotonic", lambda: clock.s)
    line, patience = Line(clock), run.Patience(120.0)
    with pytest.raises(EngineError, match="attic was not done within 2 minutes") as caught:
        run.bring(line, {"id": "t1"}, {}, None, lambda *_: None, patience)
    assert caught.value.code == "deadline" and clock.s < 130
    assert line.dropped == ["/v1/tasks/t1"]


@pytest.mark.parametrize(
    ("said", "box_s", "service_s"),
    [("3", 3.0, 3.0), ("-5", 0.5, 0.0), ("1e9", 60.0, 300.0), ("nan", None, None),
     ("Wed, 21 Oct", None, None), ("", None, None)],
)  # fmt: skip
def test_a_pause_that_somebody_asks_for_is_one(said, box_s, service_s):
    assert remote_line._wait_of(said) == box_s
    assert client._wait_of({}, "", said) == service_s
