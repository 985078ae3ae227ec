"""Entries of `sounds.fonts`: a file, or a role and its file, as in `drums=~/Kits/Jazz.sfz`."""

from __future__ import annotations

from pathlib import Path

#: What a file may be named for.
ROLES = (
    "drums", "bass", "piano", "keys", "organ", "guitar", "strings", "winds", "brass", "mallets",
    "choir",
)  # fmt: skip
#: Endings of SoundFonts, and of instruments in SFZ, which say no General MIDI number.
SOUNDFONTS = (".sf2", ".sf3")
SFZ = ".sfz"


def of_role(entry: str) -> tuple[str, Path]:
    """(role, file) of an entry; the role is empty where it names none."""
    role, sign, file = entry.partition("=")
    if sign and role.strip().lower() in ROLES:
        return role.strip().lower(), Path(file.strip()).expanduser()
    return "", Path(entry).expanduser()
