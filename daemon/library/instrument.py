"""An instrument added to a clip: a request for a loop that plays along.

What the job makes lies on top of the clip as a step.
"""

from __future__ import annotations

from typing import Any

from bridge.request import kind_word
from daemon.errors import LibraryError
from daemon.record import ClipRecord

#: Under the clip, for a part is made as loud as a whole loop.
LEVEL_DB = -6.0


def instrument_request(record: ClipRecord, what: str) -> dict[str, Any]:
    """The request for `what` ("strings", "a warm pad") in the clip's own tempo, meter, key and
    chords.

    LibraryError code `bad_request` where the clip has no tempo.
    """
    if record["kind"] not in ("loop", "track") or not record.get("bpm"):
        raise LibraryError(
            f"nothing can play along with a {kind_word(record['kind'])} without a tempo;"
            " say its tempo with `fit` first",
            "bad_request",
        )
    if not what.strip():
        raise LibraryError('say what is to play, as in "strings"', "bad_request")
    request = {
        "prompt": f"only {what.strip()}", "kind": "loop", "bpm": record["bpm"],
        "meter": record.get("meter") or "4/4", "reference": record["path"], "use": "accompany",
    }  # fmt: skip
    if record.get("key"):
        request["key"] = record["key"]
    if record["kind"] == "loop" and record.get("bars"):
        request["bars"] = record["bars"]
    return request


def layer_step(clip: str, db: float = LEVEL_DB) -> dict[str, Any]:
    """The step that lays a clip on top."""
    return {"do": "layer", "clip": clip, "db": db}
