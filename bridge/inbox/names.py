"""What a name in the inbox says: which files are prompts or audio, which are not for us, and the names of claims."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path, PurePath

TEXT_SUFFIXES = frozenset({".txt", ".md", ".prompt"})
AUDIO_SUFFIXES = frozenset(
    {
        ".wav",
        ".wave",
        ".w64",
        ".rf64",
        ".bwf",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".mp3",
        ".aif",
        ".aiff",
        ".aifc",
    }
)

#: Unfinished downloads and what DAWs and systems leave beside a file.
_IGNORED_SUFFIXES = frozenset(
    {".tmp", ".part", ".partial", ".crdownload", ".download", ".asd", ".reapeaks"}
)
_IGNORED_NAMES = frozenset({"desktop.ini", "thumbs.db", "icon\r", "working", "done", "failed"})

_PLAIN_TEXT = "save it as plain text (.txt, UTF-8) and drop it again"
_PLAIN_AUDIO = "save it as WAV, FLAC, OGG, MP3 or AIFF and drop it again"
_ADVICE: dict[str, str] = {
    **dict.fromkeys(
        (".rtf", ".rtfd", ".doc", ".docx", ".odt", ".pages", ".pdf", ".htm", ".html"), _PLAIN_TEXT
    ),
    **dict.fromkeys(
        (".m4a", ".aac", ".mp4", ".mov", ".wma", ".alac", ".webm", ".amr", ".rx2", ".rex"),
        _PLAIN_AUDIO,
    ),
    **dict.fromkeys((".lnk", ".url", ".webloc"), "that is a shortcut; drop the file itself"),
    **dict.fromkeys(
        (".mid", ".midi"),
        "the inbox takes prompts (.txt, .md, .prompt) and audio files, not MIDI files",
    ),
    **dict.fromkeys((".zip", ".7z", ".rar", ".gz"), "unpack it and drop the files in it"),
}

_CLAIM_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_CLAIMED = re.compile(rf"^([tap][{_CLAIM_LETTERS}]{{7}})-(.+)$", re.DOTALL)
_MAX_NAME_BYTES = 180


def is_ignored(name: str) -> bool:
    """Whether a name is never looked at: hidden files, backups and half-written downloads."""
    lower = name.lower()
    return (
        lower[:1] in (".", "~", "#")
        or lower.endswith("~")
        or lower in _IGNORED_NAMES
        or _suffix(lower) in _IGNORED_SUFFIXES
    )


def is_text(name: str) -> bool:
    return _suffix(name) in TEXT_SUFFIXES


def is_audio(name: str) -> bool:
    return _suffix(name) in AUDIO_SUFFIXES


def wrong_kind(name: str) -> str | None:
    """For a known kind of file that we cannot read: what to do instead. None for any other."""
    advice = _ADVICE.get(_suffix(name))
    return None if advice is None else f"{_suffix(name)} files cannot be read here: {advice}"


def stem(name: str) -> str:
    """What a text and an audio file that belong together have in common: the name without suffix and upper case."""
    return os.path.splitext(name)[0].casefold()


def new_claim(letter: str) -> str:
    """A word that no other claim has. It begins with t (text), a (audio alone) or p (a text with its audio)."""
    return letter + "".join(secrets.choice(_CLAIM_LETTERS) for _ in range(7))


def claimed_name(claim: str, name: str) -> str:
    """The file's name in working/. It is stored and sent as JSON, so it holds no odd characters and is never too long."""
    plain = "".join(c if c.isprintable() else "_" for c in name)
    base, suffix = PurePath(plain).stem, PurePath(plain).suffix
    while len((base + suffix).encode()) > _MAX_NAME_BYTES and base:
        base = base[:-1]
    return f"{claim}-{base}{suffix}"


def split_claimed(working_name: str) -> tuple[str, str] | None:
    """(claim, name) of a file in working/; None for one that we did not put there."""
    match = _CLAIMED.match(working_name)
    return (match[1], match[2]) if match else None


def numbered(name: str, k: int) -> str:
    """`beat.txt`, then `beat-2.txt`, `beat-3.txt`... for k = 1, 2, 3."""
    path = PurePath(name)
    return name if k == 1 else f"{path.stem}-{k}{path.suffix}"


def _suffix(name: str) -> str:
    # no PurePath: it enters each name into Python's table of words, which grows with thousands of files and never shrinks
    return os.path.splitext(name)[1].lower()


def user_name(path: Path) -> str:
    """A file's name as its user gave it: without the word under which the inbox has claimed it."""
    return path.name.partition("-")[2] if path.parent.name == "working" else path.name


def where_it_is_now(path: str) -> str:
    """The path of a file that the inbox has put away since: from `working/<claim>-<name>` to `done/<name>`."""
    there = Path(path)
    put_away = there.parent.parent / "done" / there.name.partition("-")[2]
    return (
        str(put_away)
        if not there.exists() and there.parent.name == "working" and put_away.exists()
        else path
    )
