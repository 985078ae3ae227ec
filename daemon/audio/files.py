"""Reading audio files as float32 with one or two channels: what libsndfile knows, and what ffmpeg.

`ReadSound.notes` tells what a file promises and does not hold, and what had to be changed in it.
"""

from __future__ import annotations

import contextlib
import math
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from bridge.inbox.names import is_midi, wrong_kind
from bridge.request import NOT_UTF8
from bridge.text import shorten
from daemon.audio.channels import (
    MOST_CHANNELS,
    mixed_down,
    mixing_note,
    named_places,
    stereo_faults,
    usual_places,
)
from daemon.audio.ffmpeg import decoded, ffmpeg_program, foreign_kind
from daemon.audio.flac_sum import FlacSum, flac_sum
from daemon.audio.mended import SplicedFile, mended_file
from daemon.audio.mp4_length import stated_frames
from daemon.audio.peak import sample_peak
from daemon.audio.promises import look_at_mp3, look_at_ogg
from daemon.audio.riff import Container, read_chunk, read_container
from daemon.errors import AudioError

#: Sample rates in Hz: from telephone quality to the fastest converters.
MIN_RATE = 8000
MAX_RATE = 192000
#: Longer passages are refused: a conform holds several copies of its audio in memory.
MAX_SECONDS = 1200.0
#: Shorter files hold no sound: a millisecond is one period of 1 kHz.
MIN_SECONDS = 0.001
READABLE = "WAV, FLAC, OGG, MP3 or AIFF"
_UNREADABLE = "cannot be read as audio"
_NOTES = "these are notes, and a sound is needed: `sidecrate render` makes one of them"
#: A file may hold this much less than it promises: decoders drop part of a last block.
_MISSING_S = 0.05
#: Samples beyond this are no sound: not even 32-bit integers stored as floats reach it.
_MOST_LEVEL = 2.0**32
#: From here on a length is libsndfile's word for one that it does not know.
_UNKNOWN_FRAMES = 2**62
#: Frames read at once; more channels than two are mixed down block by block.
_BLOCK_FRAMES = 1 << 16
#: Frames of a block of most FLAC files. Its decoder gives nothing of a read that meets a fault.
_FLAC_FRAMES = 4096
#: Most frames that a codec may add at the end of a sound: two blocks of HE-AAC.
_MOST_PADDING = 4096
#: The file number of a process's error output.
_STDERR = 2
#: The code of WAVE_FORMAT_EXTENSIBLE, and where its mask of places stands in the `fmt ` chunk.
_EXTENSIBLE = 0xFFFE
_MASK_AT = 20


@dataclass(frozen=True)
class ReadSound:
    """A file's sound: float32 (frames, 1 or 2 channels), its rate in Hz, notes for its user."""

    audio: np.ndarray
    sample_rate: int
    notes: tuple[str, ...] = ()


def read_audio(
    path: str | PathLike[str], start_s: float = 0.0, end_s: float | None = None
) -> tuple[np.ndarray, int]:
    """`read_sound` without its notes: (float32 (frames, channels), rate in Hz)."""
    sound = read_sound(path, start_s, end_s)
    return sound.audio, sound.sample_rate


def read_sound(
    path: str | PathLike[str], start_s: float = 0.0, end_s: float | None = None
) -> ReadSound:
    """The passage of a file from `start_s` to `end_s`.

    More channels than two are mixed down by their places. A file cut short gives what is there,
    and a note. AudioError where the file is missing, no audio, damaged, shorter than a
    millisecond, at a rate outside 8-192 kHz, or holds NaN.
    """
    file = Path(path)
    if not file.is_file():
        raise AudioError(f"{file} is not there, or is no file: give the path of a {READABLE} file")
    try:
        str(file).encode()
    except UnicodeEncodeError:
        raise AudioError(f"{shorten(file.name)}: {NOT_UTF8}") from None
    try:
        if file.stat().st_size == 0:
            raise AudioError(f"{file.name} is empty (0 bytes): export it again")
        try:
            return _read(file, file.name, start_s, end_s)
        except (soundfile.LibsndfileError, TypeError) as fault:
            kind = foreign_kind(file)
            if kind is None:
                advice = _NOTES if is_midi(file.name) else wrong_kind(file.name)
                why = f"({_reason(fault)}): it takes {READABLE}"
                text = f"{file.name}: {advice}" if advice else f"{file.name} {_UNREADABLE} {why}"
                raise AudioError(text) from None
        return _by_ffmpeg(file, kind, start_s, end_s)
    except OSError as fault:
        raise AudioError(f"{file.name} cannot be opened: {fault.strerror or fault}") from None


def _by_ffmpeg(file: Path, kind: str, start_s: float, end_s: float | None) -> ReadSound:
    program = ffmpeg_program()
    if program is None:
        raise AudioError(
            f"{file.name} is {kind}: install ffmpeg, and it is read; or save it as {READABLE}",
            "no_ffmpeg",
        )
    most_s = MAX_SECONDS + 1 if end_s is None else max(0.0, end_s) + 1
    with decoded(file, program, start_s + most_s) as (made, notes):
        try:
            sound = _read(made, file.name, start_s, end_s)
        except soundfile.LibsndfileError as fault:
            raise AudioError(
                f"{file.name} {_UNREADABLE} ({_reason(fault)}): it takes {READABLE}"
            ) from None
    audio = sound.audio
    with file.open("rb") as opened:
        stated = stated_frames(opened, sound.sample_rate)
    if stated is not None:
        over = len(audio) - max(1, stated - round(start_s * sound.sample_rate))
        # more than the rest of a block is no padding, and stays
        audio = audio[:-over] if 0 < over <= _MOST_PADDING else audio
    return replace(sound, audio=audio, notes=(*notes, *sound.notes))


def _read(file: Path, name: str, start_s: float, end_s: float | None) -> ReadSound:
    with file.open("rb") as opened:
        container = read_container(opened)
        mask = 0 if container is None else _mask(opened, container)
        with _source(opened, file, name, container) as (source, promised_s, notes):
            places = _places(source, name, mask, notes)
            own_sum = flac_sum(opened) if source.format == "FLAC" and not start_s else None
            audio = _passage(source, name, start_s, end_s, places, own_sum)
            rate = source.samplerate
            there_s = start_s + len(audio) / rate
            if own_sum is not None and len(audio) == source.frames and own_sum.differs:
                notes.append(
                    "its samples do not fit the MD5 sum in its header: it may be damaged; listen"
                )
            if promised_s is None and source.frames < _UNKNOWN_FRAMES:
                promised_s = source.frames / rate
        if promised_s is not None and end_s is not None:
            promised_s = min(promised_s, end_s)
        if promised_s is not None and promised_s - there_s > _MISSING_S:
            notes.insert(
                0,
                f"the file is cut short or damaged: {promised_s:.2f} s are promised,"
                f" {there_s:.2f} s could be read",
            )
    if not np.isfinite(audio).all():
        raise AudioError(
            f"{name} holds samples that are no numbers (NaN or infinite): export it again"
        )
    if sample_peak(audio) > _MOST_LEVEL:
        raise AudioError(f"{name} holds samples far beyond any level: export it again")
    return ReadSound(audio, rate, (*notes, *stereo_faults(audio)))


@contextlib.contextmanager
def _source(
    opened: BinaryIO, file: Path, name: str, container: Container | None
) -> Iterator[tuple[soundfile.SoundFile, float | None, list[str]]]:
    """(the open sound, the seconds promised where the decoder does not know them, notes)."""
    promised_s: float | None = None
    notes: list[str] = []
    given: Path | SplicedFile = file
    quiet: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    if container is not None:
        mended = mended_file(opened, container, name)
        if mended is not None:
            given, promised_s = mended.file, mended.promised_s
            notes += mended.notes
    else:
        promised_s = _checked_stream(opened, notes)
        quiet = _without_chatter()
    with quiet, soundfile.SoundFile(given) as source:
        yield source, promised_s, notes


@contextlib.contextmanager
def _without_chatter() -> Iterator[None]:
    """Without what libmpg123 writes to the terminal of a damaged file: our own notes say it."""
    try:
        terminal = os.dup(_STDERR)
    except OSError:
        yield  # nobody listens there
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    finally:
        os.dup2(terminal, _STDERR)
        os.close(terminal)
        os.close(nowhere)


def _checked_stream(opened: BinaryIO, notes: list[str]) -> float | None:
    """Adds what the marks of an MP3 or Ogg tell to `notes`.

    Returns the seconds that an MP3's tag promises, where bytes are missing.
    """
    ogg = look_at_ogg(opened)
    if ogg is not None:
        if ogg.is_short:
            notes.append("the file ends without the mark of its end: it seems to be cut short")
        if ogg.pieces > 1:
            notes.append(f"the file holds {ogg.pieces} pieces in a row: the first was read")
        return None
    mp3 = look_at_mp3(opened)
    if mp3 is None or not mp3.is_short:
        return None
    if mp3.promised_s is None:
        notes.append("the file ends within a frame: it seems to be cut short")
    return mp3.promised_s


def _mask(opened: BinaryIO, container: Container) -> int:
    """The bits of the channels' places in an extensible WAV; 0 where it names none."""
    head = container.find(b"fmt ")
    payload = read_chunk(opened, head, _MASK_AT + 4) if head is not None else b""
    if len(payload) < _MASK_AT + 4 or struct.unpack_from("<H", payload)[0] != _EXTENSIBLE:
        return 0
    return int(struct.unpack_from("<I", payload, _MASK_AT)[0])


def _places(
    source: soundfile.SoundFile, name: str, mask: int, notes: list[str]
) -> tuple[str, ...] | None:
    """The places of more than two channels, told in `notes`; None where there is nothing to mix."""
    channels = source.channels
    if channels <= 2:
        return None
    named = named_places(channels, mask)
    places = named or usual_places(channels, vorbis=source.format == "OGG")
    if places is None:
        raise AudioError(
            f"{name} has {channels} channels: it takes 1 to {MOST_CHANNELS},"
            " or those that its header names; mix it down to stereo"
        )
    notes.append(mixing_note(places, named=named is not None))
    return places


def _passage(
    source: soundfile.SoundFile,
    name: str,
    start_s: float,
    end_s: float | None,
    places: tuple[str, ...] | None,
    own_sum: FlacSum | None,
) -> np.ndarray:
    rate = source.samplerate
    if not MIN_RATE <= rate <= MAX_RATE:
        raise AudioError(
            f"{name} has a sample rate of {rate} Hz: it takes {MIN_RATE} to {MAX_RATE} Hz"
        )
    # a stream that was written through a pipe does not know its own length
    is_known = source.frames < _UNKNOWN_FRAMES
    length_s = source.frames / rate if is_known else MAX_SECONDS
    stop_s = length_s if end_s is None else min(end_s, length_s)
    if source.frames <= 0:
        raise AudioError(f"{name} holds no audio (0 frames): export it again")
    if not 0 <= start_s < stop_s:
        raise AudioError(
            f"{name} is {length_s:.2f} s long: start and end must lie inside it, start first"
        )
    if stop_s - start_s > MAX_SECONDS:
        minutes, seconds = divmod(math.ceil(length_s), 60)
        long = f"{minutes}:{seconds:02d}" if seconds else str(minutes)
        raise AudioError(
            f"{name} is {long} minutes long: at most {MAX_SECONDS / 60:.0f} are taken;"
            " give a start and an end (reference_start and reference_end)"
        )
    if length_s < MIN_SECONDS:
        raise AudioError(
            f"{name} is {1000 * length_s:.2f} ms long ({source.frames} frames):"
            f" it takes {1000 * MIN_SECONDS:g} ms and more; that is too short for a sound"
        )
    start = round(start_s * rate)
    if start:
        source.seek(start)
    audio = _blocks(source, name, round(stop_s * rate) - start, places, own_sum)
    if not len(audio):
        raise AudioError(
            f"{name} is broken: its header promises {length_s:.2f} s, but nothing can be decoded;"
            " export it again"
        )
    return audio


def _blocks(
    source: soundfile.SoundFile,
    name: str,
    frames: int,
    places: tuple[str, ...] | None,
    own_sum: FlacSum | None,
) -> np.ndarray:
    """Up to `frames` frames, mixed down as they come: as many as can be decoded.

    All are added to `own_sum`, as they were decoded.
    """
    channels = 2 if places else source.channels
    audio = np.empty((frames, channels), np.float32)
    size = _FLAC_FRAMES if source.format == "FLAC" else _BLOCK_FRAMES
    done = 0
    while done < frames:
        try:
            block = source.read(min(size, frames - done), "float32", always_2d=True)
        except soundfile.LibsndfileError as fault:
            if not done:
                raise
            _check_end(source, name, done, fault)
            break
        if not len(block):
            break
        if own_sum is not None:
            own_sum.add(block)
        audio[done : done + len(block)] = mixed_down(block, places) if places else block
        done += len(block)
    return audio[:done]


def _check_end(
    source: soundfile.SoundFile, name: str, done: int, fault: soundfile.LibsndfileError
) -> None:
    """AudioError where a file is damaged in its middle: its last frame can be decoded."""
    if not isinstance(source.name, (str, Path)):
        return
    with (
        contextlib.suppress(soundfile.LibsndfileError),
        soundfile.SoundFile(source.name) as anew,
    ):
        anew.seek(max(0, anew.frames - 1))
        is_whole = len(anew.read(1)) > 0
        at_s = done / source.samplerate
        if is_whole:
            raise AudioError(
                f"{name} is damaged from {at_s:.2f} s on ({_reason(fault)}): export it again"
            )


def _reason(fault: Exception) -> str:
    said = str(getattr(fault, "error_string", "") or "unknown format").rstrip(". ").lower()
    # libsndfile's words for an MP3 without a frame; the file is there, as was seen before
    if "does not exist" in said:
        return "nothing in it is sound"
    return said.removeprefix("error : ")
