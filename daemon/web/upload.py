"""An upload: streamed to a part file, checked, and removed if it is no sound file."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePath

from starlette.requests import ClientDisconnect, Request

from bridge.files.whole import replace_patiently
from bridge.inbox.names import FFMPEG_SUFFIXES
from daemon.errors import LibraryError
from daemon.home.page_address import web_folder
from daemon.home.places import Places
from daemon.home.room import check_space

#: Magic numbers of the accepted kinds.
_BEGINS: dict[str, tuple[re.Pattern[bytes], ...]] = {
    ".wav": (re.compile(rb"(?:RIFF|RF64|RIFX)....WAVE", re.DOTALL),),
    ".flac": (re.compile(rb"fLaC|ID3"),),
    ".ogg": (re.compile(rb"OggS"),),
    ".mp3": (re.compile(rb"ID3|\xff[\xe2-\xff]"),),
    ".aiff": (re.compile(rb"FORM....AIF[FC]", re.DOTALL),),
}
_BEGINS[".aif"] = _BEGINS[".aifc"] = _BEGINS[".aiff"]
_BEGINS[".oga"] = _BEGINS[".opus"] = _BEGINS[".ogg"]
_BEGINS[".mid"] = _BEGINS[".midi"] = (re.compile(rb"MThd"),)
_BEGINS[".w64"] = (re.compile(rb"riff\x2e\x91\xcf\x11"),)
# what ffmpeg reads is recognised by it: its kinds have no beginning in common
_BEGINS |= dict.fromkeys(FFMPEG_SUFFIXES, (re.compile(b""),))
#: The longest magic number.
_LOOKED_AT_BYTES = 12


@asynccontextmanager
async def receive(request: Request, name: str, places: Places) -> AsyncIterator[Path]:
    """The body as a file under its own name, for the block.

    LibraryError code `no_audio` where it is none of the accepted kinds, sound or MIDI.
    """
    plain = PurePath(name.replace("\\", "/")).name
    ending = PurePath(plain).suffix.lower()
    if ending not in _BEGINS:
        raise LibraryError(
            f"{plain!r:.80} is no file that can be read; it takes {', '.join(_BEGINS)}", "no_audio"
        )
    stem = re.sub(r"[^\w#.-]+", " ", PurePath(plain).stem).strip(" .")[:80] or "file"
    folder = web_folder(places) / "uploads" / secrets.token_hex(16)
    folder.mkdir(parents=True, mode=0o700)
    check_space(folder)
    path = folder / f"{stem}{ending}"
    part = folder / "part"
    try:
        await _write(request, part, plain, ending)
        replace_patiently(part, path)
        yield path
    except OSError as error:
        raise LibraryError(
            f"{plain!r:.80} could not be stored ({error.strerror}); free some disk space", "disk"
        ) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _write(request: Request, part: Path, name: str, ending: str) -> None:
    begin = b""
    try:
        with part.open("wb") as file:
            async for chunk in request.stream():
                if len(begin) < _LOOKED_AT_BYTES:
                    begin = (begin + chunk)[:_LOOKED_AT_BYTES]
                    if len(begin) == _LOOKED_AT_BYTES:
                        _look(begin, name, ending)
                file.write(chunk)
    except ClientDisconnect:
        raise LibraryError(
            f"{name!r:.80} broke off before its end; send it again", "bad_request"
        ) from None
    _look(begin, name, ending)


def _look(begin: bytes, name: str, ending: str) -> None:
    if not any(pattern.match(begin) for pattern in _BEGINS[ending]):
        raise LibraryError(
            f"{name!r:.80} does not begin as a {ending} file does; export it again", "no_audio"
        )


def sweep_uploads(places: Places) -> None:
    """At the start, remove uploads that a kill has left."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(places.state / "web" / "uploads")
