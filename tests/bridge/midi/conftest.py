from __future__ import annotations

import queue

import pytest

from bridge.events import Order


@pytest.fixture
def frequent_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.midi.door.POLL_S", 0.3)


@pytest.fixture
def orders() -> queue.Queue[Order]:
    return queue.Queue()
