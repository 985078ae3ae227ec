"""Any JSON as a task is an order or a fault with its reason, and names no file but those that were sent."""

import dataclasses
import json

from hypothesis import given
from hypothesis import strategies as st

from daemon.brief import Brief
from daemon.engines.remote.protocol import PROTOCOL, VERBS, task_of, verb_task_of
from daemon.errors import ServiceError
from daemon.worker.orders import TakeOrder, id_of_task, read_order

SENT = "ab" * 32
TAKE = task_of(Brief("house loop", "house loop"), "embedded", 1, SENT)
SPLIT = verb_task_of(
    Brief("", "x", do="split"), {"into": "kit"}, {"reference": {"sha256": SENT, "ending": ".wav"}}
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["/etc/passwd", "../../x", SENT, "split", "embedded", "os:system", ".wav"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
PLACES = [
    *[(name,) for name in (*TAKE, *SPLIT)],
    *[("brief", one.name) for one in dataclasses.fields(Brief)],
    ("sources", "reference"), ("sources", "reference", "sha256"), ("sources", "reference", "ending"),
    ("request", "into"), ("request", "parts"), ("request", "like"), ("request", "reference"),
]  # fmt: skip


def changed(task, place, value):
    made = json.loads(json.dumps(task))
    inner = made
    for name in place[:-1]:
        inner = inner.get(name)
        if not isinstance(inner, dict):
            return made
    inner[place[-1]] = value
    return made


@given(
    st.sampled_from([TAKE, SPLIT]), st.lists(st.tuples(st.sampled_from(PLACES), VALUES), max_size=3)
)
def test_a_task_is_an_order_or_a_fault(tmp_path_factory, task, changes):
    sent = tmp_path_factory.getbasetemp() / SENT
    for place, value in changes:
        task = changed(task, place, value)
    try:
        id_of_task(task)
        order = read_order(task, lambda name: sent if name == SENT else None, ["embedded"], VERBS)
    except ServiceError as error:
        assert error.text and error.code in ("bad_task", "no_file", "protocol")
        return
    named = [order.brief.reference] if isinstance(order, TakeOrder) else []
    assert set(named) <= {str(sent), None} and task["protocol"] == PROTOCOL
    assert not (order.brief.other or order.brief.kit or order.brief.kit_files or order.brief.fonts)
    if not isinstance(order, TakeOrder):
        assert {path for path, _ in order.sources.values()} == {sent}
        assert not {"reference", "kit", "like"} & set(order.request)
