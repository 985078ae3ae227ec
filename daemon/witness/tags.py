"""Statements in tags: tempo and key in ID3, Vorbis comments, MP4 and the WAV's own list."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from bridge.music import Key
from daemon.witness.statement import Statement, Weight

log = logging.getLogger(__name__)

#: Names under which tempo stands in tags, as tinytag gives them.
_TEMPO = ("bpm", "tempo", "tbpm")
#: The same of the key.
_KEY = ("initial_key", "key", "tkey", "initialkey")
#: ID3's word for what has no key.
_OFF_KEY = "o"


def tag_statements(path: Path) -> list[Statement]:
    """The tags' statements; none where the file has no tags or none that can be read."""
    from tinytag import TinyTag, TinyTagException

    try:
        tag = TinyTag.get(str(path), duration=False)
    except (TinyTagException, OSError) as error:
        # a foreign file may break any reader, and its sound may be fine all the same
        log.debug("the tags of %s cannot be read: %s", path.name, error)
        return []
    said = {name.lower(): values for name, values in tag.other.items() if values}
    bpm = next((said[name][0] for name in _TEMPO if name in said), "")
    key = next((said[name][0] for name in _KEY if name in said), "")
    one = Statement("its tag", Weight.TAG, bpm=read_tempo(str(bpm)), key=read_key(str(key)))
    return [one] if one.words else []


def read_tempo(text: str) -> float | None:
    """`90`, `90.00`, `90,5 bpm`; None for anything else."""
    match = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(?:bpm)?\s*", text, re.IGNORECASE)
    return float(match[1].replace(",", ".")) if match else None


def read_key(text: str) -> Key | None:
    """A key as programs for DJs write it: `Am`, `A minor`, `8A`, Open Key's `1m`; None else."""
    plain = text.strip().rstrip("\0")
    if not plain or plain.lower() == _OFF_KEY:
        return None
    open_key = re.fullmatch(r"(1[0-2]|[1-9])([dm])", plain)
    if open_key:
        # Open Key counts from C major and A minor, Camelot from B major and A flat minor
        number = (int(open_key[1]) + 6) % 12 + 1
        plain = f"{number}{'B' if open_key[2] == 'd' else 'A'}"
    try:
        return Key.parse(plain)
    except ValueError:
        return None
