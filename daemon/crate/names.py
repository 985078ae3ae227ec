"""A clip's file name in the crate, and the folder of its kind."""

from __future__ import annotations

import re
import unicodedata

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


def slug(words: str, most: int = 40) -> str:
    """`words` made safe for a file name on every system."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    joined = re.sub(r"[^a-z0-9#]+", "-", plain.lower()).strip("-")
    if len(joined) > most:
        joined = joined[: most + 1].rsplit("-", 1)[0][:most].strip("-")
    return joined or "clip"
