"""What a host is told of the tools: little, and derived from the table of verbs."""

import json

import pytest

from bridge.verbs import VERBS
from daemon.mcp.shapes import MOST_BYTES, clip_shape, job_shape
from daemon.mcp.tools import tool_table

#: 3,000 tokens are about 10,300 bytes of this list: it holds 3.44 bytes a token (o200k_base).
MOST_LIST_BYTES = 10_000


def described(tool):
    """A tool as a host is told of it."""
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    # imported here alone: each process of the tests would wait for it
    from daemon.mcp.server import _tool

    return _tool(tool)


def test_the_list_of_tools_is_short_and_has_every_verb_once():
    tools = tool_table()
    listed = [
        described(one).model_dump(by_alias=True, exclude_none=True, mode="json")
        for one in tools.values()
    ]
    assert len(tools) == 12
    assert len(json.dumps(listed)) < MOST_LIST_BYTES
    ordered = [verb for one in tools.values() for verb in one.verbs]
    assert sorted(ordered) == sorted(VERBS)


def test_annotations_say_what_reads_destroys_and_costs():
    listed = {one.name: described(one) for one in tool_table().values()}
    assert [
        name for name, one in listed.items() if one.annotations and one.annotations.read_only_hint
    ] == ["find"]
    assert [
        name for name, one in listed.items() if one.annotations and one.annotations.destructive_hint
    ] == ["trash"]
    paid = [name for name, one in listed.items() if (one.meta or {}).get("sidecrate/costsMoney")]
    assert paid == ["make", "again"] and all(
        "max_price" in listed[name].input_schema["properties"] for name in paid
    )


def test_a_clip_never_takes_a_kilobyte():
    row = {"id": "k3f9", "prompt": "x" * 4000, "path": "/" + "p" * 400, "tags": ["t" * 100] * 50}
    record = {"report": {"said": ["why " * 100] * 20, "warnings": []}, "stems": ["/a/b.wav"] * 12}
    shape = clip_shape(row, record, ("path", "tags", "stems", "prompt", "notes"))
    assert len(json.dumps(shape).encode()) < MOST_BYTES
    assert shape["path"] == row["path"] and "notes" in shape["left_out"]


def test_a_job_says_why_it_failed(tmp_path):
    class Job:
        id, state, ended, error_text, progress, stage = "j1", "failed", True, "too short", 0.4, "x"

    assert job_shape(Job, []) == {"job": "j1", "state": "failed", "error": "too short"}
