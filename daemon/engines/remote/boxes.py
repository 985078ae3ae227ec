"""The boxes that this machine is paired with: a private file for each, in the state folder.

A file holds the box's address, certificate and token, and the engines that it last offered. It is
no setting: it is made by pairing, and is worth nothing on another machine.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bridge.files.whole import write_whole
from daemon.brief import Brief
from daemon.engines.contract import EngineInfo
from daemon.engines.in_folder import EnginesInFolder
from daemon.engines.probing import Probe
from daemon.errors import EngineError
from daemon.home.places import Places

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
#: Timeout of one take in seconds, with the time that a box which is off is waited for.
TIMEOUT_S = 3600.0
#: Timeout of the question whether a box is on.
_KNOCK_S = 0.3


@dataclass(frozen=True)
class Box:
    """One machine that we are paired with."""

    name: str
    address: str
    """https://host:port"""
    certificate: str
    """PEM; nothing else is believed at that address."""
    token: str
    slots: int = 1
    """Takes that it makes at once."""
    version: str = ""
    engines: tuple[Mapping[str, Any], ...] = ()
    """As its hello describes them."""
    verbs: tuple[str, ...] = ()
    """What else it does, by the verbs' names."""

    @property
    def place(self) -> str:
        """Where clips wait for it in the queue."""
        return f"server box {self.name}"

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc


_probes: dict[str, Probe[bool]] = {}
_addresses: dict[str, str] = {}
"""Of the config, by box: a machine that has moved needs no new pairing."""


def place_boxes(addresses: Mapping[str, str]) -> None:
    """Use these addresses instead of those of the pairing, in this process."""
    _addresses.clear()
    _addresses.update(addresses)
    _offered.forget()


def boxes_folder() -> Path:
    """Where the boxes that are paired with this machine are kept."""
    return Places.find().state / "boxes"


def check_name(name: str) -> str:
    """EngineError where a box cannot be called that."""
    if not _NAME.fullmatch(name):
        raise EngineError(
            f"a box cannot be called {name!r}: take up to 31 small letters, digits and dashes, as"
            " in studio-pc",
            "bad_request",
        )
    return name


def save_box(box: Box, folder: Path) -> None:
    """Keep a box; the file is for this user alone."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{check_name(box.name)}.json", json.dumps(asdict(box)), private=True)


def load_box(name: str, folder: Path | None = None, *, address: str = "") -> Box:
    """EngineError where no box is called that, or its file is damaged.

    address: the one of the config, where a child is told it.
    """
    path = (folder or boxes_folder()) / f"{check_name(name)}.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        box = Box(**{**said, **{held: tuple(said.get(held, ())) for held in ("engines", "verbs")}})
        moved = address or _addresses.get(name)
        return replace(box, address=moved) if moved else box
    except FileNotFoundError:
        text = f"there is no box {name!r}; `sidecrate boxes` lists them"
    except (OSError, ValueError, TypeError, KeyError) as error:
        text = f"what is known of the box {name!r} cannot be read ({error}); pair it anew"
    raise EngineError(text, "unknown_box")


def load_boxes(folder: Path | None = None) -> list[Box]:
    """Every box by name; a damaged file is passed over."""
    found = []
    for path in sorted((folder or boxes_folder()).glob("*.json")):
        with contextlib.suppress(EngineError):
            found.append(load_box(path.stem, path.parent))
    return found


def forget_box(name: str, folder: Path) -> None:
    """EngineError where no box is called that."""
    load_box(name, folder)
    (folder / f"{name}.json").unlink()


def remote_engines() -> list[EngineInfo]:
    """The engines of all boxes, each as `box:engine`."""
    return _offered.infos(boxes_folder())


def _read(folder: Path) -> list[EngineInfo]:
    found = [_described(box, said) for box in load_boxes(folder) for said in box.engines]
    return [info for info in found if info is not None]


_offered = EnginesInFolder(_read)


def _described(box: Box, said: Mapping[str, Any]) -> EngineInfo | None:
    """An engine of a box; None for one that this version cannot read."""
    try:
        return EngineInfo(
            name=f"{box.name}:{said['name']}",
            title=f"{said['title']}, on {box.name}",
            maker="daemon.engines.remote.run:make",
            kinds=tuple(said["kinds"]),
            license=str(said["license"]),
            commercial=bool(said["commercial"]),
            model=str(said["model"]),
            version=str(said["version"]),
            max_seconds=float(said["max_seconds"]),
            channels=int(said["channels"]),
            bpm_range=(float(said["bpm_range"][0]), float(said["bpm_range"][1])),
            conditioning=tuple(one for one in said["conditioning"] if one != "kit"),
            honours=dict(said["honours"]),
            runs="server",
            place=box.place,
            places_there=max(1, box.slots),
            spec={
                "box": box.name,
                "engine": said["name"],
                "license": said["license"],
                "address": box.address,
            },
            deadline_of=_deadline_s,
            needs=partial(why_not, box),
            here=partial(_here, box),
        )
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _deadline_s(brief: Brief) -> float:
    return TIMEOUT_S


def why_not(box: Box) -> str | None:
    """Why a box cannot be asked now, or None."""
    probe = _probes.setdefault(box.address, Probe(partial(_is_on, box)))
    if probe.found():
        return None
    return f"the box {box.name} does not answer at {box.host}; start `sidecrate worker` there"


def _here(box: Box) -> str:
    return f"on {box.name} at {box.host}, Sidecrate {box.version}"


def _is_on(box: Box) -> bool:
    """Whether something listens there; who it is, the child that talks to it finds out."""
    parts = urlsplit(box.address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 443), _KNOCK_S).close()
    except OSError:
        return False
    return True
