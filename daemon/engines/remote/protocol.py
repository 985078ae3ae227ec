"""What daemon and worker say to each other: docs/worker.md. Data and pure checks only."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from daemon.brief import Brief
from daemon.verbs.registry import daemon_verb

#: Another number is another protocol: both sides say so, and nothing is made.
PROTOCOL = 1
PORT = 9143
#: Of a file that goes to a worker or comes from it.
MOST_FILE_BYTES = 1 << 30
#: Of a task: a Brief with a plan and lyrics.
MOST_TASK_BYTES = 4 << 20
#: Files of one task: a take with a stem for each part, or the sounds of a kit.
MOST_FILES = 400
#: Bytes in one half of a code: a piece of the certificate's hash, and what only the worker knows.
_HALF_BYTES = 5
HASH = re.compile(r"[0-9a-f]{64}")
TASK = re.compile(r"[0-9a-f]{32}")
#: Names of files in a take's folder.
FILE_NAME = re.compile(r"(take|stem-[a-z0-9_-]{1,40}|result-\d{1,3})\.(wav|au|mid|json|png)")
#: Verbs that a worker does beside takes: each works on a sound, and gives sound or notes.
VERBS = ("split", "transcribe", "master")
#: A verb's sounds, by the Brief's fields that name them.
SOURCES = ("reference", "other")
#: Endings that a sound keeps on its way; it has no other part of its name there.
ENDINGS = (".wav", ".aif", ".aiff", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".au", ".caf")
#: Fields of a Brief that name files of the machine that sends it; none of them leaves it.
PATHS: Mapping[str, Any] = {
    "reference": None,
    "other": None,
    "kit": None,
    "kit_files": (),
    "fonts": (),
    "corrected": {},
    "other_corrected": {},
    "beside_source": {},
    "master_like": "",
}


def code_of(certificate: bytes, secret: bytes) -> str:
    """The code that a user types: it names the certificate, and proves who has read it."""
    both = hashlib.sha256(certificate).digest()[:_HALF_BYTES] + secret[:_HALF_BYTES]
    text = base64.b32encode(both).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def halves_of(code: str) -> tuple[bytes, bytes] | None:
    """A code's piece of the certificate's hash, and its secret; None where it is no code."""
    text = re.sub(r"[\s-]", "", code).upper()
    try:
        both = base64.b32decode(text)
    except ValueError:
        return None
    return (both[:_HALF_BYTES], both[_HALF_BYTES:]) if len(both) == 2 * _HALF_BYTES else None


def is_of(certificate: bytes, piece: bytes) -> bool:
    """Whether a certificate is the one that a code names."""
    return hashlib.sha256(certificate).digest().startswith(piece)


def task_of(brief: Brief, engine: str, seed: int, reference: str | None) -> dict[str, Any]:
    """A take as a task. Equal ones have equal ids, so none is made twice by a repeated call."""
    sent = _sent(brief.amended(engines=(engine,), **PATHS))
    return _with_id({"engine": engine, "seed": seed, "brief": sent, "reference": reference})


def verb_task_of(
    brief: Brief, request: Mapping[str, Any], sources: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """A verb's work as a task. sources: {"sha256", "ending"} by the Brief's field.

    What its user said of the sound goes with it: a tempo, a first beat, a key.
    """
    said = {name: getattr(brief, name) for name in ("corrected", "other_corrected")}
    sent = _sent(brief.amended(**PATHS, engines=("file",)).amended(**said))
    row = daemon_verb(brief.do).row
    plain = row.takes.keys() - {*PATHS, *row.paths}
    values = {name: raw for name, raw in request.items() if name in plain}
    return _with_id({"brief": sent, "request": values, "sources": sources})


def _sent(brief: Brief) -> dict[str, Any]:
    return {**asdict(brief), "said": (), "decided": {}}


def _with_id(body: dict[str, Any]) -> dict[str, Any]:
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return {**body, "id": digest[:32], "protocol": PROTOCOL}
