"""Free sound fonts by name: brought at the user's word alone, their hash pinned here.

They come from Debian's archive, which keeps each file's licence beside it and never changes a file.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge.files.whole import beside
from daemon.errors import ServiceError

_POOL = "https://deb.debian.org/debian/pool/main/"
#: Seconds without an answer, and bytes read at once.
_TIMEOUT_S = 30
_BLOCK = 1 << 18
#: Head of an archive of `ar`, and of each file in it.
_AR_MAGIC, _AR_HEAD = b"!<arch>\n", 60


@dataclass(frozen=True)
class FreeFont:
    """One font that can be got."""

    name: str
    title: str
    licence: str
    url: str
    sha256: str
    bytes: int
    member: str
    """Its path within the package."""
    copyright: str
    """Its licence's path within the package."""

    @property
    def file(self) -> str:
        return Path(self.member).name


FREE: dict[str, FreeFont] = {
    font.name: font
    for font in (
        FreeFont(
            "fluidr3mono", "FluidR3 Mono GM: all instruments of General MIDI, clear and even",
            "MIT", _POOL + "f/fluidr3mono-gm-soundfont/fluidr3mono-gm-soundfont_2.315-7_all.deb",
            "4098301bf29f4253c2f5799a844f42dd4aa733d91a210071ad16d7757dea51d6", 18_726_092,
            "usr/share/fluidr3mono-gm-soundfont/FluidR3Mono_GM.sf3",
            "usr/share/doc/fluidr3mono-gm-soundfont/copyright",
        ),
        FreeFont(
            "timgm6mb", "TimGM6mb: all instruments of General MIDI in six megabytes",
            "GPL-2.0", _POOL + "t/timgm6mb-soundfont/timgm6mb-soundfont_1.3-5_all.deb",
            "034abdfb296d9353433513dad5dbdcab46425ee6008fc02fe7039b46e75edc54", 5_426_644,
            "usr/share/sounds/sf2/TimGM6mb.sf2", "usr/share/doc/timgm6mb-soundfont/copyright",
        ),
    )
}  # fmt: skip

#: Share of the download that is done, 0-1.
Told = Callable[[float], None]


def get(font: FreeFont, folder: Path, told: Told) -> Path:
    """Download a font into a folder and return its path; its licence lies beside it.

    It appears whole, and only where its hash is the pinned one. ServiceError with what to do.
    """
    target = folder / font.file
    package = b"".join(_download(font, told))
    found = hashlib.sha256(package).hexdigest()
    if found != font.sha256:
        raise ServiceError(
            f"{font.url} is not the file that was expected (sha256 {found}); nothing was kept",
            "download",
        )
    files = _unpacked(package, (font.member, font.copyright))
    folder.mkdir(parents=True, exist_ok=True)
    about = {"name": font.name, "licence": font.licence, "url": font.url, "sha256": font.sha256}
    for path, data in (
        (target.with_suffix(".txt"), files[font.copyright]),
        (target.with_suffix(".json"), json.dumps(about, indent=1).encode()),
        (target, files[font.member]),
    ):
        with beside(path) as part:
            part.write_bytes(data)
    return target


def _download(font: FreeFont, told: Told) -> Iterator[bytes]:
    done = 0
    try:
        with urllib.request.urlopen(font.url, timeout=_TIMEOUT_S) as answer:
            while block := answer.read(_BLOCK):
                done += len(block)
                if done > font.bytes:
                    break
                told(done / font.bytes)
                yield block
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise ServiceError(
            f"{font.url} cannot be fetched ({reason}); try again with a connection, or name a font "
            "of your own under sounds: fonts: in the config",
            "download",
        ) from None


def _unpacked(package: bytes, members: tuple[str, ...]) -> dict[str, bytes]:
    """Files of a Debian package, by their paths in it."""
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(_data_of(package)), mode="r:*") as archive:
        for entry in archive:
            name = entry.name.removeprefix("./")
            if name in members and (file := archive.extractfile(entry)) is not None:
                files[name] = file.read()
    if missing := [name for name in members if name not in files]:
        raise ServiceError(f"the package holds no {missing[0]}; nothing was kept", "download")
    return files


def _data_of(package: bytes) -> bytes:
    """The archive `data.tar.*` within a package."""
    at = len(_AR_MAGIC)
    while package[: len(_AR_MAGIC)] == _AR_MAGIC and at + _AR_HEAD <= len(package):
        head = package[at : at + _AR_HEAD]
        size = int(head[48:58])
        if head[:16].startswith(b"data.tar"):
            return package[at + _AR_HEAD : at + _AR_HEAD + size]
        at += _AR_HEAD + size + size % 2
    raise ServiceError("the download is no Debian package; nothing was kept", "download")
