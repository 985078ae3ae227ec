"""The optional reader of what libsndfile does not know: m4a, aac, caf, wma, webm and other video.

The program `ffmpeg` decodes the first sound of a file into a WAV of 32-bit floats. It may take the
file for these kinds alone, and read files alone. A playlist named `beat.m4a` must not make it read
others, or ask the network.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from daemon.errors import AudioError

#: A file's first bytes, from a place on, and what the file is then called.
_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "MP4 or QuickTime (m4a, mp4, mov)"),
    (4, b"moov", "QuickTime (mov)"),
    (4, b"mdat", "QuickTime (mov)"),
    (4, b"wide", "QuickTime (mov)"),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM"),
    (0, b"OggS", "Ogg"),
    (0, b"caff", "Core Audio (caf)"),
    (0, b"\xff\xf1", "AAC"),
    (0, b"\xff\xf9", "AAC"),
    (0, b"0&\xb2u", "Windows Media (wma, wmv)"),
    (8, b"AVI ", "AVI"),
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "Monkey's Audio (ape)"),
    (0, b"#!AMR", "AMR"),
    (0, b"FLV", "Flash video"),
    (0, b"\x0bw", "AC-3"),
    (0, b"TTA1", "True Audio"),
    (0, b"\0\0\1\xba", "MPEG video"),
    (0, b"RIFF", "WAV"),
    (0, b"FORM", "AIFF"),
)
#: ffmpeg's names of those kinds.
_DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,caf,aac,asf,avi,wv,ape,amr,flv,live_flv,ac3,eac3,tta,"
    "mpeg,mpegts,wav,aiff,w64"
)
#: Longest run: it decodes hundreds of times faster than the sound plays.
_TIMEOUT_S = 120.0
#: Bytes of a file's beginning that tell its kind.
_HEAD_BYTES = 16


def ffmpeg_program() -> str | None:
    """The path of ffmpeg; None where it is not installed."""
    return shutil.which("ffmpeg")


def foreign_kind(path: Path) -> str | None:
    """The kind of a file that ffmpeg may read, by its first bytes; None for any other."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for at, begins, kind in _BEGINNINGS:
        if head[at : at + len(begins)] == begins:
            return kind
    return None


@contextlib.contextmanager
def decoded(path: Path, program: str, most_s: float) -> Iterator[tuple[Path, list[str]]]:
    """(a WAV with the first `most_s` seconds of a file's sound, notes), for the block.

    AudioError where ffmpeg finds no sound in it.
    """
    with tempfile.TemporaryDirectory(prefix="sidecrate-") as folder:
        made = Path(folder) / "decoded.wav"
        command = [
            program, "-nostdin", "-hide_banner", "-v", "error",
            "-protocol_whitelist", "file", "-format_whitelist", _DEMUXERS,
            "-i", f"file:{path}", "-map", "0:a:0", "-t", f"{most_s:.3f}",
            "-c:a", "pcm_f32le", "-f", "wav", "-rf64", "auto", str(made),
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            raise AudioError(
                f"{path.name} could not be decoded by ffmpeg in {_TIMEOUT_S:.0f} s;"
                " save it as WAV or FLAC"
            ) from None
        except OSError as error:
            raise AudioError(
                f"{path.name} could not be decoded: {program} does not run"
                f" ({error.strerror or error})"
            ) from None
        said = done.stderr.decode("utf-8", "replace").strip()
        # a damaged end gives an error and what came before it
        if not made.exists() or made.stat().st_size <= _HEAD_BYTES:
            no_sound = "matches no streams" in said
            why = "it holds no sound" if no_sound else "ffmpeg cannot read it either"
            raise AudioError(f"{path.name} cannot be read as audio ({why}): export it again")
        yield made, ["the file is damaged: ffmpeg read what it could"] if said else []
