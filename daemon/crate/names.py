"""A clip's file name in the crate, and the folder of its kind."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Literal

from anyascii import anyascii

from bridge.music import Key
from daemon.record import ClipRecord

KIND_FOLDERS = {
    "loop": "Loops",
    "oneshot": "One-shots",
    "track": "Tracks",
    "midi": "MIDI",
    "sfx": "FX",
    "vocal": "Vocals",
    "video": "Videos",
}
#: The ending of a clip's own file, where it is no WAV.
_ENDINGS = {"midi": ".mid", "video": ".mp4"}
#: A clip's picture among its finished files, and the folder of pictures in the crate.
PICTURE = "clip.png"
PICTURES = "Pictures"
#: Letters of a name's words: `plain` has a-z alone, `unicode` those of the prompt's own script.
Letters = Literal["plain", "unicode"]
#: Characters of a name's words, and bytes of them: a file's whole name may have 255.
_MOST_WORDS = 40
_MOST_BYTES = 120
#: A name is not shortened below this many characters of its words.
_LEAST_WORDS = 8
#: Devices of Windows, which no file or folder may be called by, with any ending.
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)


def ending_of(kind: str) -> str:
    """The ending of a clip's own file: `.wav`, of notes `.mid`, of a video `.mp4`."""
    return _ENDINGS.get(kind, ".wav")


def clip_name(record: ClipRecord, letters: Letters = "plain", most: int = _MOST_WORDS) -> str:
    """`dusty-boom-bap_90bpm_Am_k3f9`: unique by the id, without an ending.

    most: characters of the words in it.
    """
    words = str(record.get("words") or record.get("prompt") or record["kind"])
    parts = [slug(words, most, letters)]
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


def clip_name_within(record: ClipRecord, letters: Letters, most: int) -> str:
    """A clip's name of at most `most` characters, as far as its words can be shortened."""
    name = clip_name(record, letters)
    if len(name) <= most:
        return name
    words = len(name.partition("_")[0])
    return clip_name(record, letters, max(_LEAST_WORDS, words - (len(name) - most)))


def slug(words: str, most: int = _MOST_WORDS, letters: Letters = "plain") -> str:
    """`words` made safe for a file's or folder's name on every system."""
    if letters == "unicode":
        kept = unicodedata.normalize("NFC", words).lower().replace("♯", "#")
        joined = re.sub(r"[^\w#]+|_+", "-", kept).strip("-")
        while len(joined.encode()) > _MOST_BYTES:
            joined = joined[:-1]
        joined = joined or slug(words, most)
    else:
        joined = re.sub(r"[^a-z0-9#]+", "-", spelled_plainly(words).lower()).strip("-")
    if len(joined) > most:
        joined = joined[: most + 1].rsplit("-", 1)[0][:most].strip("-")
    # a folder of the layout is a slug alone
    return f"{joined}-" if is_reserved(joined) else joined or "clip"


def is_reserved(name: str) -> bool:
    """Whether Windows lets no file or folder have this name, as `con` or `Aux.old`."""
    return name.partition(".")[0].strip().lower() in _RESERVED


def spelled_plainly(words: str) -> str:
    """Words of any script in plain letters: `重い鼓` -> `Zhongi-Gu`, `Größe` -> `Grosse`."""
    return re.sub(r"[^\x00-\x7f]+", _spelled, unicodedata.normalize("NFC", words))


def _spelled(match: re.Match[str]) -> str:
    # a soft sign or a glottal stop is an apostrophe there, which would part its word
    plain = "".join(
        re.sub("['`]", "", anyascii(sign)) if sign.isalpha() else anyascii(sign)
        for sign in match[0]
    )
    # signs that are a syllable or a word begin with a capital: there the letters are parted
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", plain)
