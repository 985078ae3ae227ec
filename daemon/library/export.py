"""Export of versions: WAV, FLAC, MP3, OGG, AIFF, stems as a zip, notes as MIDI.

A file is written whole or not at all.
"""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bridge.files.whole import Written, beside, over_or_beside
from bridge.music import Meter, loop_frames
from daemon.audio.aiff import write_aiff
from daemon.audio.files import read_audio
from daemon.audio.loudness import amplify, safe_gain, turned_down
from daemon.audio.resample import resample, resample_loop
from daemon.audio.retag import retag_flac, retag_mp3, retag_ogg
from daemon.audio.tags import id3_tag, vorbis_comments
from daemon.audio.wav import wav_pieces, write_clip
from daemon.crate.names import clip_name, part_of_stem, slug, stem_name
from daemon.crate.neighbours import is_folder_name, stale_neighbours
from daemon.errors import DISK_ERRORS, LibraryError
from daemon.library.notes import notes_of_version
from daemon.library.render import render_version
from daemon.library.steps import shape_after
from daemon.record import ClipRecord, as_record, without
from daemon.verbs.tell import TellStage

#: libsndfile's Vorbis and MP3 encoders overflow their stack on one long write.
_BLOCK_FRAMES = 65536
#: What a lossy coder may lift a peak by when it codes a sound a second time.
_LOSSY_ROOM_DB = 0.05
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


def export_clip(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{version, format, target, force} -> {path, said}; `said`: notes for the user.

    A target that is a folder, or ends as one, gets the clip's own name.

    LibraryError where the target exists (without `force`), cannot be written, or the clip has
    nothing of the format.
    """
    kind = FORMATS[task["format"]]
    if task["format"] == "midi":
        notes, record = notes_of_version(task["version"]), as_record(task["version"]["record"])
        shape = shape_after(record, task["version"]["steps"])
        changed: ClipRecord = {**record, "bpm": shape.bpm, "key": shape.key}
        target = target_of(task["target"], f"{clip_name(changed)}.mid", task["force"])
        with whole(target, task["force"]) as placing:
            placing.part.write_bytes(notes)
        return {"path": str(placing.path), "said": placing.said}
    record = render_version(task["version"], tell)
    target = target_of(
        task["target"],
        clip_name(record) + ("_stems.zip" if task["format"] == "stems" else kind.ending),
        task["force"],
    )
    tell(0.85, "exporting", task["format"])
    said: list[str] = []
    with whole(target, task["force"]) as placing:
        if task["format"] == "stems":
            _zip_stems(record, placing.part)
        else:
            said = write_as(record, task["format"], placing.part)
    return {"path": str(placing.path), "said": [*said, *placing.said]}


def write_as(record: ClipRecord, name: str, path: Path) -> list[str]:
    """The sound of a clip or version as one of FORMATS, with the record's facts as tags.

    What is over full scale is turned down: every format is played through converters that clip.
    Returns notes for the user.
    """
    kind = FORMATS[name]
    audio, rate = read_audio(record["path"])
    audio, rate = _at_a_rate_of(kind, audio, rate, record)
    down_db = safe_gain(audio)
    if down_db:
        audio = amplify(audio, down_db)
    plain = without(record, "path", "stems", "midi")
    plain |= {"sample_rate": rate, "frames": len(audio)}
    if kind.ending == ".wav":
        write_clip(path, audio, rate, plain, kind.subtype)
    elif kind.ending == ".aiff":
        write_aiff(path, audio, rate, plain)
    else:
        down_db += _encode(kind, audio, rate, plain, path)
    return [turned_down(down_db)] if down_db else []


def _encode(kind: Format, audio: np.ndarray, rate: int, record: ClipRecord, path: Path) -> float:
    """Write a coded file: the coder's own, then a copy of it with our tags.

    A lossy coder lifts peaks: where one is then over full scale, the sound is turned down and coded
    once more. Returns by how many decibels, 0 or less.
    """
    frames, channels = audio.shape
    down_db = 0.0
    with tempfile.TemporaryDirectory(prefix="sidecrate-") as scratch:
        coded = Path(scratch) / f"coded{kind.ending}"
        _code(kind, audio, rate, coded)
        over = _peak_of(coded) if kind.quality is not None else 0.0
        if over > 1:
            down_db = -20 * math.log10(over) - _LOSSY_ROOM_DB
            _code(kind, amplify(audio, down_db), rate, coded)
        with coded.open("rb") as source, path.open("xb") as target:
            if kind.container == "FLAC":
                before, after = wav_pieces(record, frames, channels, rate, kind.subtype)
                pieces = [*before, *after] if before[0] else []
                retag_flac(source, target, vorbis_comments(record, frames), pieces)
            elif kind.container == "OGG":
                retag_ogg(source, target, vorbis_comments(record, frames))
            else:
                retag_mp3(source, target, id3_tag(record))
    return down_db


def _code(kind: Format, audio: np.ndarray, rate: int, path: Path) -> None:
    with soundfile.SoundFile(
        path,
        "w",
        rate,
        audio.shape[1],
        format=kind.container,
        subtype=kind.subtype,
        compression_level=kind.quality,
    ) as file:
        for first in range(0, len(audio), _BLOCK_FRAMES):
            file.write(audio[first : first + _BLOCK_FRAMES])


def _peak_of(path: Path) -> float:
    """The highest sample of a coded file."""
    blocks = soundfile.blocks(path, _BLOCK_FRAMES, dtype="float32")
    return max((float(np.abs(block).max()) for block in blocks), default=0.0)


def _at_a_rate_of(
    kind: Format, audio: np.ndarray, rate: int, record: ClipRecord
) -> tuple[np.ndarray, int]:
    """The sound at a sample rate that the encoder accepts; a loop is as long as its bars there."""
    if kind.container == "MP3" and rate not in _MP3_RATES:
        wanted = 48000 if rate > 48000 else min(_MP3_RATES, key=lambda one: abs(one - rate))
    else:
        wanted = min(rate, _MOST_FLAC_RATE)
    if wanted == rate:
        return audio, rate
    if record["kind"] == "loop":
        frames = _frames_at(record, len(audio), rate, wanted)
        return resample_loop(audio, rate, wanted, frames), wanted
    return resample(audio, rate, wanted), wanted


def _frames_at(record: ClipRecord, frames: int, rate: int, wanted: int) -> int:
    """A loop's frames at another rate, by its bars: its own are rounded, and would be once more."""
    bars, bpm = record.get("bars"), record.get("bpm")
    if bars and bpm:
        meter = Meter.parse(record.get("meter") or "4/4")
        if loop_frames(bars, meter, bpm, rate) == frames:
            return loop_frames(bars, meter, bpm, wanted)
    return round(frames * wanted / rate)


def _zip_stems(record: ClipRecord, path: Path) -> None:
    name = clip_name(record)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for stem in map(Path, record["stems"]):
            archive.write(stem, f"{name}/{stem_name(name, part_of_stem(stem))}")


def target_of(said: str, name: str, force: bool) -> Path:
    """The file to write: `said`, or `name` in the folder `said`.

    A folder is one that is there, or a path that ends in a slash.
    """
    target = Path(said)
    if target.is_dir() or is_folder_name(said):
        target = target / name
    if target.exists() and not force:
        raise LibraryError(
            f"{target} is there already; take another name, or --force to write over it", "exists"
        )
    return target


@contextlib.contextmanager
def _new(target: Path) -> Iterator[Written]:
    with beside(target, ending=target.suffix, new=True) as part:
        yield Written(part, target)


def _over(target: Path) -> contextlib.AbstractContextManager[Written]:
    return over_or_beside(target, ending=target.suffix)


@dataclass
class Placing:
    """A file on its way: the path to write to, then where it is, and notes for the user."""

    part: Path
    path: Path
    said: list[str] = field(default_factory=list)


@contextlib.contextmanager
def whole(target: Path, force: bool) -> Iterator[Placing]:
    """A path to write to.

    It becomes `target` when the block has ended well; else nothing of it is left. With `force` a
    file that is there is overwritten. Where a DAW holds that open, the new one is put beside it.

    LibraryError where another program has written `target` meanwhile, without `force`.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        was_there = target.exists()
        # soundfile takes the container from a file's ending
        with _over(target) if force else _new(target) as written:
            placing = Placing(written.part, target)
            yield placing
        placing.path = written.target
        if placing.path != target:
            placing.said.append(f"{target.name} is open in another program: this is beside it")
        elif was_there:
            placing.said += stale_neighbours(target)
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
