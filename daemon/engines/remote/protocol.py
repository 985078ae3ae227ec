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

#: Another number is another protocol: both sides say so, and nothing is made.
PROTOCOL = 1
PORT = 9143
#: Of a file that goes to a worker or comes from it.
MOST_FILE_BYTES = 1 << 30
#: Of a task: a Brief with a plan and lyrics.
MOST_TASK_BYTES = 4 << 20
#: Files of one take: the sound, its notes, its record, and a stem for each part.
MOST_FILES = 64
#: Bytes in one half of a code: a piece of the certificate's hash, and what only the worker knows.
_HALF_BYTES = 5
HASH = re.compile(r"[0-9a-f]{64}")
TASK = re.compile(r"[0-9a-f]{32}")
#: Names of files in a take's folder.
FILE_NAME = re.compile(r"(take|stem-[a-z0-9_-]{1,40})\.(wav|mid|json)")
#: Fields of a Brief that name files of the machine that sends it; none of them leaves it.
PATHS: Mapping[str, Any] = {
    "reference": None,
    "other": None,
    "kit": None,
    "kit_files": (),
    "fonts": (),
    "corrected": {},
    "other_corrected": {},
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
    sent = {**asdict(brief.amended(engines=(engine,), **PATHS)), "said": (), "decided": {}}
    body = {"engine": engine, "seed": seed, "brief": sent, "reference": reference}
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return {**body, "id": digest[:32], "protocol": PROTOCOL}
