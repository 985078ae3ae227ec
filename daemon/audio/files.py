"""Reading audio files: any format that libsndfile knows, as float32 with one or two channels."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import numpy as np
import soundfile

from daemon.errors import AudioError

#: Sample rates in Hz: from telephone quality to the fastest converters.
MIN_RATE = 8000
MAX_RATE = 192000
#: Longer passages are refused: a conform holds several copies of its audio in memory.
MAX_SECONDS = 1200.0
READABLE = "WAV, FLAC, OGG, MP3 or AIFF"


def read_audio(
    path: str | PathLike[str], start_s: float = 0.0, end_s: float | None = None
) -> tuple[np.ndarray, int]:
    """The passage of a file from `start_s` to `end_s`: (float32 (frames, channels), rate in Hz).

    One or two channels: 5.1 is folded to stereo, any other number is averaged to mono. AudioError
    where the file is missing, no audio, broken, empty, at a rate outside 8-192 kHz, or holds NaN.
    """
    file = Path(path)
    if not file.is_file():
        raise AudioError(f"{file} is not there, or is no file: give the path of a {READABLE} file")
    if file.stat().st_size == 0:
        raise AudioError(f"{file.name} is empty (0 bytes): export it again")
    try:
        with soundfile.SoundFile(file) as source:
            audio, rate = _passage(source, file.name, start_s, end_s), source.samplerate
    except (soundfile.LibsndfileError, TypeError) as fault:
        raise AudioError(
            f"{file.name} cannot be read as audio ({_reason(fault)}): it takes {READABLE}"
        ) from None
    except OSError as fault:
        raise AudioError(f"{file.name} cannot be opened: {fault.strerror or fault}") from None
    if not np.isfinite(audio).all():
        raise AudioError(
            f"{file.name} holds samples that are no numbers (NaN or infinite): export it again"
        )
    return fold_channels(audio), rate


def fold_channels(audio: np.ndarray) -> np.ndarray:
    """Float32 (frames, any channels) -> one or two channels.

    5.1 is folded after ITU-R BS.775, scaled so that it cannot clip.
    """
    channels = audio.shape[1]
    if channels <= 2:
        return audio
    if channels == 6:
        left, right, centre, _, back_left, back_right = audio.T
        half = np.float32(np.sqrt(0.5))
        stereo = np.stack(
            [left + half * (centre + back_left), right + half * (centre + back_right)], axis=1
        )
        return (stereo / (1 + 2 * half)).astype(np.float32)
    folded: np.ndarray = audio.mean(axis=1, keepdims=True, dtype=np.float32)
    return folded


def _passage(
    source: soundfile.SoundFile, name: str, start_s: float, end_s: float | None
) -> np.ndarray:
    rate = source.samplerate
    if not MIN_RATE <= rate <= MAX_RATE:
        raise AudioError(
            f"{name} has a sample rate of {rate} Hz: it takes {MIN_RATE} to {MAX_RATE} Hz"
        )
    length_s = source.frames / rate
    stop_s = length_s if end_s is None else min(end_s, length_s)
    if source.frames <= 0:
        raise AudioError(f"{name} holds no audio (0 frames): export it again")
    if not 0 <= start_s < stop_s:
        raise AudioError(
            f"{name} is {length_s:.2f} s long: start and end must lie inside it, start first"
        )
    if stop_s - start_s > MAX_SECONDS:
        raise AudioError(
            f"{name} is {length_s / 60:.0f} minutes long: at most {MAX_SECONDS / 60:.0f} are taken;"
            " give a start and an end"
        )
    start = round(start_s * rate)
    if start:
        source.seek(start)
    audio: np.ndarray = source.read(round(stop_s * rate) - start, dtype="float32", always_2d=True)
    if not len(audio):
        raise AudioError(
            f"{name} is broken: its header promises {length_s:.2f} s, but nothing can be decoded;"
            " export it again"
        )
    return audio


def _reason(fault: Exception) -> str:
    return str(getattr(fault, "error_string", "") or "unknown format").rstrip(". ").lower()
