"""Export of versions: WAV, FLAC, MP3, OGG, AIFF, stems as a zip, notes as MIDI.

A file is written whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bridge.files.whole import beside
from daemon.audio.files import read_audio
from daemon.audio.resample import resample, resample_loop
from daemon.audio.wav import write_clip
from daemon.crate.names import clip_name, slug
from daemon.errors import DISK_ERRORS, LibraryError
from daemon.library.notes import notes_of_version
from daemon.library.render import Tell, render_version
from daemon.library.steps import shape_after
from daemon.record import ClipRecord, as_record, without

#: libsndfile's Vorbis and MP3 encoders overflow their stack on one long write.
_BLOCK_FRAMES = 65536
#: Sample rates in Hz that libsndfile's MP3 encoder accepts.
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
#: Highest sample rate in Hz for the other containers.
_MOST_FLAC_RATE = 192000


@dataclass(frozen=True)
class Format:
    ending: str
    container: str = ""
    subtype: str = ""
    quality: float | None = None
    """libsndfile's compression level: 0 is the best that a lossy coder gives."""


FORMATS: dict[str, Format] = {
    "wav16": Format(".wav", subtype="PCM_16"),
    "wav24": Format(".wav", subtype="PCM_24"),
    "wav32f": Format(".wav", subtype="FLOAT"),
    "flac": Format(".flac", "FLAC", "PCM_24"),
    "mp3": Format(".mp3", "MP3", "MPEG_LAYER_III", 0.1),
    "ogg": Format(".ogg", "OGG", "VORBIS", 0.3),
    "aiff": Format(".aiff", "AIFF", "PCM_24"),
    "stems": Format(".zip"),
    "midi": Format(".mid"),
}


def export_clip(task: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """{version, format, target, force} -> {path}.

    A target that is a folder gets the clip's own name.

    LibraryError where the target exists (without `force`), cannot be written, or the clip has
    nothing of the format.
    """
    kind = FORMATS[task["format"]]
    if task["format"] == "midi":
        notes, record = notes_of_version(task["version"]), as_record(task["version"]["record"])
        shape = shape_after(record, task["version"]["steps"])
        changed: ClipRecord = {**record, "bpm": shape.bpm, "key": shape.key}
        target = target_of(task["target"], f"{clip_name(changed)}.mid", task["force"])
        with whole(target, task["force"]) as part:
            part.write_bytes(notes)
        return {"path": str(target)}
    record = render_version(task["version"], tell)
    target = target_of(
        task["target"],
        clip_name(record) + ("_stems.zip" if task["format"] == "stems" else kind.ending),
        task["force"],
    )
    tell(0.85, "exporting", task["format"])
    with whole(target, task["force"]) as part:
        if task["format"] == "stems":
            _zip_stems(record, part)
        else:
            write_as(record, task["format"], part)
    return {"path": str(target)}


def write_as(record: ClipRecord, name: str, path: Path) -> None:
    """The sound of a clip or version as one of FORMATS, with the record's facts as tags."""
    kind = FORMATS[name]
    audio, rate = read_audio(record["path"])
    if kind.ending == ".wav":
        plain = without(record, "path", "stems", "midi")
        write_clip(path, audio, rate, plain, kind.subtype)
        return
    audio, rate = _at_a_rate_of(kind, audio, rate, record["kind"] == "loop")
    if kind.subtype.startswith("PCM"):
        audio = np.clip(audio, -1, 1 - 2**-23)
    with soundfile.SoundFile(
        path,
        "w",
        rate,
        audio.shape[1],
        format=kind.container,
        subtype=kind.subtype,
        compression_level=kind.quality,
    ) as file:
        for tag, value in _tags(record).items():
            with contextlib.suppress(soundfile.LibsndfileError, RuntimeError, AttributeError):
                setattr(file, tag, value)  # not every container has every tag
        for first in range(0, len(audio), _BLOCK_FRAMES):
            file.write(audio[first : first + _BLOCK_FRAMES])


def _at_a_rate_of(
    kind: Format, audio: np.ndarray, rate: int, loops: bool
) -> tuple[np.ndarray, int]:
    """The sound at a sample rate that the encoder accepts; a loop's length is rounded to whole
    frames.
    """
    if kind.container == "MP3" and rate not in _MP3_RATES:
        wanted = 48000 if rate > 48000 else min(_MP3_RATES, key=lambda one: abs(one - rate))
    else:
        wanted = min(rate, _MOST_FLAC_RATE)
    if wanted == rate:
        return audio, rate
    if loops:
        return resample_loop(audio, rate, wanted, round(len(audio) * wanted / rate)), wanted
    return resample(audio, rate, wanted), wanted


def _tags(record: ClipRecord) -> dict[str, str]:
    facts = [
        f"{record['bpm']:g} bpm" if record.get("bpm") else "",
        str(record.get("key") or ""),
        str(record.get("prompt") or ""),
    ]
    said = {
        "title": record.get("words") or record.get("id"),
        "artist": "Sidecrate",
        "genre": record.get("genre"),
        "comment": ", ".join(fact for fact in facts if fact)[:500],
        "license": record.get("license"),
    }
    return {name: str(value) for name, value in said.items() if value}


def _zip_stems(record: ClipRecord, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for stem in record["stems"]:
            archive.write(stem, f"{clip_name(record)}/{Path(stem).name}")


def target_of(said: str, name: str, force: bool) -> Path:
    """The file to write: `said`, or `name` in the folder `said`."""
    target = Path(said)
    if target.is_dir():
        target = target / name
    if target.exists() and not force:
        raise LibraryError(
            f"{target} is there already; take another name, or --force to write over it", "exists"
        )
    return target


@contextlib.contextmanager
def whole(target: Path, force: bool) -> Iterator[Path]:
    """A path to write to.

    It becomes `target` when the block has ended well; else nothing of it is left.

    LibraryError where another program has written `target` meanwhile; with `force` it is
    overwritten.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # soundfile takes the container from a file's ending
        with beside(target, ending=target.suffix, new=not force) as part:
            yield part
    except OSError as error:
        # a folder that cannot be made because a file has its name says the same
        if isinstance(error, FileExistsError) and os.path.lexists(target):
            text = f"{target} has come to be there meanwhile; take another name"
            raise LibraryError(text, "exists") from None
        why = "disk" if error.errno in DISK_ERRORS else "export"
        raise LibraryError(
            f"{target} could not be written ({error.strerror}); free space or choose another place",
            why,
        ) from None
    except soundfile.LibsndfileError as error:
        why = error.error_string
        raise LibraryError(
            f"{target} could not be written ({why}); free space or choose another place"
        ) from None


def pack_name(collection: str) -> str:
    return slug(collection, 60)
