"""`again`: a clip's request with a new seed, or with one thing changed, from its record."""

from __future__ import annotations

from typing import Any

from bridge.errors import Fault, RequestError
from bridge.inbox.names import where_it_is_now
from bridge.request import Request, Value
from bridge.text import shorten
from daemon.record import Repeatable

#: Fields that all parts of a clip share, which must stay when one part changes.
_FIXED = ("bpm", "key", "meter", "bars", "seconds", "kind", "genre")


def repeat_request(record: Repeatable, changes: Request) -> tuple[str, Request, dict[str, Any]]:
    """(verb, request, what to amend in its Brief) of a clip's record and the changes.

    With `change` one part of the music is written anew: tempo, key and length are the clip's,
    whatever the session says now. A fitted file takes its next best cut. RequestError where the
    clip has no notes to change.
    """
    old = dict(record["request"])
    if "reference" in old:
        old["reference"] = where_it_is_now(str(old["reference"]))
    kept = {
        name: value for name, value in old.items() if name not in ("seed", "id", "choice", "change")
    }
    do = str(record.get("do") or ("fit" if record["engine"] == "file" else "make"))
    if do == "fit" and "choice" not in changes:
        kept["choice"] = min(int(old.get("choice", 1)) + 1, 16)
    if "change" not in changes:
        return do, changes.with_defaults(kept), {}
    fixed = [name for name in _FIXED if name in changes]
    if fixed:
        text = (
            f"{fixed[0]}: cannot be changed together with `change`, "
            "which keeps all but one part; leave one of them out"
        )
        raise RequestError(Fault(fixed[0], shorten(changes[fixed[0]]), text))
    if not record.get("plan"):
        what = shorten(changes["change"])
        text = f"change: {record['engine']} gave no notes in which one part could be changed"
        raise RequestError(Fault("change", what, text))
    own: dict[str, Value | None] = {
        "bpm": record.get("bpm"),
        "key": record.get("key"),
        "meter": record.get("meter"),
        "bars": record.get("bars"),
    }
    lengths = {name: value for name, value in own.items() if value}
    kept = {**kept, **lengths, "count": 1}
    return do, changes.with_defaults(kept), {"plan": record["plan"]}
