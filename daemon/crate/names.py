"""A clip's file name in the crate, and the folder of its kind."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from bridge.music import Key
from daemon.record import ClipRecord

KIND_FOLDERS = {
    "loop": "Loops",
    "oneshot": "One-shots",
    "track": "Tracks",
    "midi": "MIDI",
    "sfx": "FX",
    "vocal": "Vocals",
}


def clip_name(record: ClipRecord) -> str:
    """`dusty-boom-bap_90bpm_Am_k3f9`: ASCII, unique by the id, without an ending."""
    parts = [slug(str(record.get("words") or record.get("prompt") or record["kind"]))]
    if record["kind"] == "oneshot":
        if record.get("note_name"):
            parts.append(str(record["note_name"]))
    elif record["kind"] != "sfx":
        if bpm := record.get("bpm"):
            parts.append(f"{round(float(bpm), 2):g}bpm")
        if record.get("key"):
            parts.append(Key.parse(str(record["key"])).short)
    return "_".join([*parts, str(record["id"])])


def stem_name(clip: str, part: str) -> str:
    """A stem's file: its clip's name, so that pools and tracks tell them apart, then its part."""
    return f"{clip}_{part}.wav"


def part_of_stem(path: Path) -> str:
    """The part of a stem's file. Older ones, and those of a version, are named by the part alone.

    A stem of the crate lies in a folder that has its clip's name.
    """
    return path.stem.removeprefix(f"{path.parent.name}_")


def slug(words: str, most: int = 40) -> str:
    """`words` made safe for a file name on every system."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    joined = re.sub(r"[^a-z0-9#]+", "-", plain.lower()).strip("-")
    if len(joined) > most:
        joined = joined[: most + 1].rsplit("-", 1)[0][:most].strip("-")
    return joined or "clip"
