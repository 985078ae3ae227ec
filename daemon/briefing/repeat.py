"""`again`: a clip's request with a new seed, or with one thing changed, from its record."""

from __future__ import annotations

from typing import Any

from bridge.errors import Fault, RequestError
from bridge.inbox.names import where_it_is_now
from bridge.request import Request, Value
from bridge.text import shorten
from daemon.parts import SWAP
from daemon.parts.places import place_in
from daemon.record import Repeatable
from daemon.verbs.registry import draw_in_verbs

#: Fields that all parts of a clip share, which must stay when one part changes.
_FIXED = ("bpm", "key", "meter", "bars", "seconds", "kind", "genre")


def repeat_request(record: Repeatable, changes: Request) -> tuple[str, Request, dict[str, Any]]:
    """(verb, request, what to amend in its Brief) of a clip's record and the changes.

    With `change` one part of the music is written anew: tempo, key and length are the clip's,
    whatever the session says now. Of a loop without notes it is taken out of the sound, and the
    musician writes another to the rest (`swap`). A fitted file takes its next best cut.
    RequestError where the clip has neither.
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
        return SWAP.row.name, _swapped(record, changes), {}
    own: dict[str, Value | None] = {
        "bpm": record.get("bpm"),
        "key": record.get("key"),
        "meter": record.get("meter"),
        "bars": record.get("bars"),
    }
    lengths = {name: value for name, value in own.items() if value}
    kept = {**kept, **lengths, "count": 1}
    return do, changes.with_defaults(kept), {"plan": record["plan"]}


def _swapped(record: Repeatable, changes: Request) -> Request:
    """The request that writes one part of a sound without notes anew."""
    what = str(changes["change"])
    clip = record.get("id")
    if clip is None or record.get("kind", "loop") == "midi" or place_in(what) is None:
        text = (
            f"change: {record['engine']} gave no notes in which one part could be changed;"
            " of a loop's sound drums, bass, chords or lead can be written anew"
        )
        raise RequestError(Fault("change", shorten(what), text))
    other = [name for name in changes.values if name not in SWAP.row.takes]
    if other:
        text = (
            f"{other[0]}: cannot be said together with `change` of a sound without notes;"
            f" there it takes {', '.join(SWAP.row.takes)}"
        )
        raise RequestError(Fault(other[0], shorten(changes[other[0]]), text))
    # the verb's row is registered when verbs are drawn in, which `again` alone does not need
    draw_in_verbs()
    return changes.with_values({"reference": str(clip)})
