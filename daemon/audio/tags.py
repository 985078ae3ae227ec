"""What players and DJ programs read of a clip: title, artist, genre, tempo, key, licence.

One table of facts, written as ID3 (WAV, AIFF, MP3) and as Vorbis comments (FLAC, Ogg). Sources: the
ID3v2.3 standard of 1999, Xiph's Vorbis I specification (5), and the names that Mixxx, Traktor and
Serato look for.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

from bridge.music import Key
from daemon.record import ClipRecord

ARTIST = "Sidecrate"
#: The program that a Vorbis comment's header names.
VENDOR = b"Sidecrate"
#: Longest comment: some devices show all of it.
_MOST_COMMENT = 500


def facts_of(record: ClipRecord) -> dict[str, str]:
    """A clip's facts as text, those that it has: title, artist, genre, comment, license, date, bpm,
    key.
    """
    bpm, key = record.get("bpm"), record.get("key")
    told = [f"{bpm:g} bpm" if bpm else "", str(key or ""), str(record.get("prompt") or "")]
    facts: dict[str, Any] = {
        "title": record.get("words") or record.get("id"),
        "artist": ARTIST,
        "genre": record.get("genre"),
        "comment": ", ".join(one for one in told if one)[:_MOST_COMMENT],
        "license": record.get("license"),
        "date": created(record).strftime("%Y-%m-%d"),
        "bpm": f"{round(float(bpm), 3):.7g}" if bpm else "",
        "key": key_tag(str(key)) if key else "",
    }
    return {name: str(value).replace("\0", " ") for name, value in facts.items() if value}


def key_tag(key: str) -> str:
    """A key as DJ programs write it, at most three letters: other modes by their third."""
    found = Key.parse(key)
    return found.spelled + ("m" if found.is_minor else "")


def created(record: ClipRecord) -> datetime:
    """When a clip was asked for: in seconds since 1970, or as ISO 8601; else now."""
    said = record.get("created")
    if isinstance(said, (int, float)):
        return datetime.fromtimestamp(said, UTC)
    try:
        return datetime.fromisoformat(str(said)) if said else datetime.now(UTC)
    except ValueError:
        return datetime.now(UTC)


def id3_tag(record: ClipRecord) -> bytes:
    """A whole ID3v2.3 tag."""
    facts = facts_of(record)
    frames = [
        _text_frame(name, facts[fact])
        for name, fact in (
            ("TIT2", "title"), ("TPE1", "artist"), ("TCON", "genre"), ("TBPM", "bpm"),
            ("TKEY", "key"), ("TCOP", "license"),
        )
        if fact in facts
    ]  # fmt: skip
    frames.append(_text_frame("TYER", facts["date"][:4]))
    if "comment" in facts:
        frames.append(_frame("COMM", *_encoded(facts["comment"], described="", language=b"eng")))
    if "license" in facts:
        frames.append(_frame("TXXX", *_encoded(facts["license"], described="LICENSE")))
    body = b"".join(frames)
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body


def _text_frame(name: str, text: str) -> bytes:
    return _frame(name, *_encoded(text))


def _frame(name: str, *parts: bytes) -> bytes:
    payload = b"".join(parts)
    return name.encode() + struct.pack(">IH", len(payload), 0) + payload


def _encoded(text: str, *, described: str | None = None, language: bytes = b"") -> list[bytes]:
    """(the encoding, the language, the description, the text): Latin-1 where that holds it."""
    try:
        plain = text.encode("latin-1")
    except UnicodeEncodeError:
        head = b"" if described is None else described.encode("utf-16") + b"\0\0"
        return [b"\1", language, head, text.encode("utf-16")]
    return [b"\0", language, b"" if described is None else described.encode() + b"\0", plain]


def vorbis_comments(record: ClipRecord, frames: int) -> bytes:
    """A Vorbis comment header's fields, without the framing bit; `frames`: of a loop's whole."""
    facts = facts_of(record)
    names = {
        "title": "TITLE", "artist": "ARTIST", "genre": "GENRE", "comment": "COMMENT",
        "license": "LICENSE", "date": "DATE", "bpm": "BPM", "key": "INITIALKEY",
    }  # fmt: skip
    said = [f"{names[fact]}={value}" for fact, value in facts.items()]
    said.append("ENCODER=Sidecrate")
    if record.get("kind") == "loop":
        said += ["LOOPSTART=0", f"LOOPLENGTH={frames}"]
    fields = [one.encode("utf-8") for one in said]
    return (
        struct.pack("<I", len(VENDOR)) + VENDOR + struct.pack("<I", len(fields))
        + b"".join(struct.pack("<I", len(field)) + field for field in fields)
    )  # fmt: skip
