"""The names of files in the inbox: prompts, audio, ignored ones, and those of claims."""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
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
        ".caf",
        ".au",
        ".snd",
    }
)
#: Sounds and videos that need the program ffmpeg; without it the answer says so.
FFMPEG_SUFFIXES = frozenset(
    {
        ".m4a",
        ".m4b",
        ".aac",
        ".alac",
        ".caf",
        ".wma",
        ".wv",
        ".amr",
        ".mka",
        ".mp4",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
    }
)

#: Unfinished downloads, and files that DAWs and systems put beside a user's.
_IGNORED_SUFFIXES = frozenset(
    {".tmp", ".part", ".partial", ".crdownload", ".download", ".asd", ".reapeaks"}
)
_IGNORED_NAMES = frozenset(
    {
        "desktop.ini",
        "thumbs.db",
        "icon\r",
        "@eadir",
        "lost+found",
        "$recycle.bin",
        "system volume information",
        "working",
        "done",
        "failed",
    }
)

_PLAIN_TEXT = "save it as plain text (.txt, UTF-8) and drop it again"
_PLAIN_AUDIO = "save it as WAV, FLAC, OGG, MP3 or AIFF and drop it again"
MIDI_SUFFIXES = frozenset({".mid", ".midi"})
_ADVICE: dict[str, str] = {
    **dict.fromkeys(
        (".rtf", ".rtfd", ".doc", ".docx", ".odt", ".pages", ".pdf", ".htm", ".html"), _PLAIN_TEXT
    ),
    **dict.fromkeys(
        (".rx2", ".rex"),
        _PLAIN_AUDIO,
    ),
    **dict.fromkeys((".lnk", ".url", ".webloc"), "that is a shortcut; drop the file itself"),
    **dict.fromkeys((".zip", ".7z", ".rar", ".gz"), "unpack it and drop the files in it"),
}

_ICLOUD = re.compile(r"\.(.+)\.icloud", re.DOTALL)
#: Without letters that are easily confused: l, o, 0 and 1.
_CLAIM_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_CLAIMED = re.compile(rf"^([tapf][{_CLAIM_LETTERS}]{{7}})-(.+)$", re.DOTALL)
#: File systems allow 255 bytes; a claim, a number and the answer's suffix come on top.
_MAX_NAME_BYTES = 180


def is_ignored(name: str) -> bool:
    """Whether a file is ignored: hidden files, backups and unfinished downloads."""
    lower = name.lower()
    return (
        lower[:1] in (".", "~", "#")
        or lower.endswith("~")
        or lower in _IGNORED_NAMES
        or _suffix(lower) in _IGNORED_SUFFIXES
    )


def is_text(name: str) -> bool:
    """Whether a name is a prompt's."""
    return _suffix(name) in TEXT_SUFFIXES


def is_audio(name: str) -> bool:
    """Whether a name is that of an audio file, or of a video with sound."""
    return _suffix(name) in AUDIO_SUFFIXES | FFMPEG_SUFFIXES


def wrong_kind(name: str) -> str | None:
    """Advice for a known kind of file that the inbox cannot read. None for any other."""
    advice = _ADVICE.get(_suffix(name))
    return None if advice is None else f"{_suffix(name)} files cannot be read here: {advice}"


def is_midi(name: str) -> bool:
    """Whether a name is a MIDI file's."""
    return _suffix(name) in MIDI_SUFFIXES


def is_source(name: str) -> bool:
    """Whether a name is that of a file that a verb can work on: a sound, or notes."""
    return is_audio(name) or is_midi(name)


def stem(name: str) -> str:
    """The name without suffix and upper case, which a text shares with its audio file.

    Accented letters are one whether they are written as one sign (NFC) or as two (NFD, as macOS and
    some sync tools do).
    """
    return same_name(os.path.splitext(name)[0]).casefold()


def same_name(name: str) -> str:
    """A name in one spelling of its accented letters."""
    return unicodedata.normalize("NFC", name)


def awaited_name(name: str) -> str:
    """The file that iCloud's placeholder `.name.wav.icloud` stands for; empty for any other."""
    match = _ICLOUD.fullmatch(name)
    return match[1] if match else ""


def new_claim(letter: str) -> str:
    """A unique word that begins with t (text), a (audio alone), p (a text with its audio) or f
    (a folder).
    """
    return letter + "".join(secrets.choice(_CLAIM_LETTERS) for _ in range(7))


def claimed_name(claim: str, name: str) -> str:
    """The file's name in working/: printable and not too long, since it travels as JSON."""
    plain = "".join(c if c.isprintable() else "_" for c in name)
    base = PurePath(plain).stem
    suffix = PurePath(plain).suffix
    while len((base + suffix).encode()) > _MAX_NAME_BYTES and base:
        base = base[:-1]
    return f"{claim}-{base}{suffix}"


def split_claimed(working_name: str) -> tuple[str, str] | None:
    """(claim, name) of a file in working/; None for a file that the inbox did not put there."""
    match = _CLAIMED.match(working_name)
    return (match[1], match[2]) if match else None


def numbered(name: str, k: int) -> str:
    """`beat.txt`, then `beat-2.txt`, `beat-3.txt`... for k = 1, 2, 3."""
    path = PurePath(name)
    return name if k == 1 else f"{path.stem}-{k}{path.suffix}"


def _suffix(name: str) -> str:
    # no PurePath: it interns each name, and with thousands of files that table never shrinks
    return os.path.splitext(name)[1].lower()


def user_name(path: Path) -> str:
    """A file's name as its user gave it, without the claim's prefix."""
    return path.name.partition("-")[2] if path.parent.name == "working" else path.name


def where_it_is_now(path: str) -> str:
    """The path of a file that the inbox may have moved to done/ since, alone or in its folder."""
    there = Path(path)
    if there.exists():
        return path
    for claimed in (there, *there.parents):
        if claimed.parent.name == "working":
            name = claimed.name.partition("-")[2]
            moved = claimed.parent.parent / "done" / name / there.relative_to(claimed)
            return str(moved) if moved.exists() else path
    return path
