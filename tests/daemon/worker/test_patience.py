"""How long a box is waited for, by a line that only plays one."""

from types import SimpleNamespace

import pytest

from daemon.engines.remote import run
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
