"""Batches between the command line and the daemon: a file in the state folder, read once.

The command settles each row's Brief in its own process, for that takes a while; the order names
the file by its id alone, and the daemon stores all rows in one transaction.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.files.whole import write_whole
from bridge.request import MOST_CLIPS, Request
from daemon.brief import Brief
from daemon.errors import QueueError

_ID = re.compile(r"[0-9a-f]{16}")
_MOST_BYTES = 256 << 20


@dataclass(frozen=True)
class Row:
    """One clip of a batch."""

    own: str
    """Its request and its Brief, as JSON."""
    engine: str


@dataclass(frozen=True)
class Batch:
    """A batch as it was ordered."""

    name: str
    once: str
    """The same key is the same batch: it is stored once."""
    kind: str
    """What the first row asks for."""
    rows: tuple[Row, ...]


def own_text(request: Request, brief: Brief) -> str:
    """A row's JSON: what a Brief says beside its defaults."""
    said = {"request": dict(request.values), "brief": brief.beside_defaults()}
    return json.dumps(said, ensure_ascii=False, default=vars)


def write_batch(folder: Path, name: str, once: str, rows: Sequence[str]) -> str:
    """Write a batch, whole, for this user alone; its id."""
    folder.mkdir(parents=True, exist_ok=True)
    batch = secrets.token_hex(8)
    lines = [json.dumps({"name": name, "once": once}), *rows]
    write_whole(folder / f"{batch}.jsonl", "\n".join(lines), private=True)
    return batch


def read_batch(folder: Path, batch: str) -> Batch:
    """The batch of an id. QueueError where there is none, or it is none of ours."""
    path = folder / f"{batch}.jsonl"
    try:
        if not _ID.fullmatch(batch) or path.stat().st_size > _MOST_BYTES:
            raise FileNotFoundError
        with path.open(encoding="utf-8") as file:
            head = json.loads(next(file))
            rows = tuple(_row(line) for line in file)
        if not 0 < len(rows) <= MOST_CLIPS:
            raise ValueError(f"{len(rows)} rows")
        kind = str(json.loads(rows[0].own)["brief"].get("kind", "loop"))
        return Batch(str(head["name"]), str(head["once"]), kind, rows)
    except FileNotFoundError:
        text = f"there is no batch {batch[:20]!r}; `sidecrate batch FILE` orders one"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        text = f"{path} is no batch ({error}); order it anew with `sidecrate batch FILE`"
    raise QueueError(text, "unknown_batch")


def forget_batch(folder: Path, batch: str) -> None:
    """Remove the file of a batch that has been read."""
    if _ID.fullmatch(batch):
        (folder / f"{batch}.jsonl").unlink(missing_ok=True)


def _row(line: str) -> Row:
    said: dict[str, Any] = json.loads(line)
    brief = Brief.from_json(said["brief"])
    if not isinstance(said["request"], dict) or brief.clip_count != 1 or brief.do != "make":
        raise ValueError("a row is one clip to be made")
    if brief.steps_wanted():
        raise ValueError("a row asks no language model")
    return Row(line.strip(), sys.intern(brief.engines[0]))
