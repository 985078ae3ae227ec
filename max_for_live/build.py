"""Builds the device from its text: `python -m max_for_live.build` writes `built/`.

The bytes are the same each time.

Sidecrate.amxd      to ship: frozen, with its script inside
Sidecrate-dev.amxd  for work on it in Max: the script lies beside it
Sidecrate.maxpat    the patcher alone
Sidecrate.js        the script, joined from source/
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from max_for_live.container import (
    FROZEN,
    PLAIN_WITH_FILES,
    Part,
    device_part,
    freeze,
    pack,
    patcher_bytes,
)
from max_for_live.device import BOXES, HEIGHT, LINES, SCRIPT, WIDTH, Box

HERE = Path(__file__).parent
BUILT = HERE / "built"
SOURCES = ("words.js", "core.js", "clips.js", "live.js", "place.js", "sound.js", "main.js")
NAME = "Sidecrate"
#: One date for all builds, in seconds since 1904: 2026-01-01.
MADE = 3_850_070_400
#: Live's number for an audio effect: "aaaa" as big-endian bytes.
_AUDIO_EFFECT_TYPE = 1_633_771_873
#: Raster of the boxes in the patcher, in pixels, and boxes a column.
_COLUMN = 210
_ROW = 30
_ROWS = 20


def script() -> bytes:
    """The script's parts as the one file that a frozen device carries."""
    parts = [(HERE / "source" / name).read_text(encoding="utf-8") for name in SOURCES]
    head = (
        f"// {NAME} for Ableton Live. Made from max_for_live/source by max_for_live/build.py.\n\n"
    )
    return (head + "\n".join(parts)).encode("utf-8")


def patcher() -> dict[str, Any]:
    """The patcher, as Max reads it."""
    ids = {box.id: f"obj-{n + 1}" for n, box in enumerate(BOXES)}
    lines = [
        {"patchline": {"source": [ids[source], outlet], "destination": [ids[target], inlet]}}
        for source, outlet, target, inlet in LINES
    ]
    return {
        "patcher": {
            "fileversion": 1,
            "appversion": {
                "major": 8,
                "minor": 5,
                "revision": 0,
                "architecture": "x64",
                "modernui": 1,
            },
            "classnamespace": "box",
            "rect": [80, 100, 1100, 760],
            "openrect": [0, 0, WIDTH, HEIGHT],
            "openinpresentation": 1,
            "default_fontsize": 10.0,
            "default_fontface": 0,
            "default_fontname": "Arial Bold",
            "gridsize": [8.0, 8.0],
            "devicewidth": float(WIDTH),
            "description": "Type what you want to hear; it comes as a clip in time and in key.",
            "boxes": [{"box": _box(box, ids[box.id], n)} for n, box in enumerate(BOXES)],
            "lines": lines,
            "parameters": _parameters(ids),
            "dependency_cache": [{"name": SCRIPT, "type": "TEXT", "implicit": 1}],
            "latency": 0,
            "minimum_live_version": "",
            "minimum_max_version": "",
            "platform_compatibility": 0,
            "project": _project(),
            "autosave": 0,
        }
    }


def _box(box: Box, id_: str, n: int) -> dict[str, Any]:
    x = 20 + n // _ROWS * _COLUMN
    y = 20 + n % _ROWS * _ROW
    width, height = (box.shown[2], box.shown[3]) if box.shown else (190, 22)
    found: dict[str, Any] = {
        "id": id_,
        "maxclass": box.maxclass,
        "numinlets": box.inlets,
        "numoutlets": box.outlets,
        "outlettype": _outlet_types(box),
        "patching_rect": [x, y, width, height],
    }
    if box.text:
        found["text"] = box.text
    if box.shown:
        found |= {"presentation": 1, "presentation_rect": list(box.shown)}
    return found | box.more


def _outlet_types(box: Box) -> list[str]:
    word = box.text.split(" ")[0] if box.maxclass == "newobj" else ""
    signal = word.endswith("~") and word not in ("buffer~", "dspstate~")
    return ["signal" if signal else ""] * box.outlets


def _parameters(ids: dict[str, str]) -> dict[str, Any]:
    named = [box for box in BOXES if box.more.get("parameter_enable")]
    rows: dict[str, Any] = {
        ids[box.id]: [box.more["varname"], box.more["varname"], 0] for box in named
    }
    bank = [box.more["varname"] for box in named if box.maxclass == "live.text"]
    names = (bank + ["-"] * 8)[:8]
    return rows | {
        "parameterbanks": {"0": {"index": 0, "name": NAME, "parameters": names}},
        "inherited_shortname": 1,
    }


def _project() -> dict[str, Any]:
    return {
        "version": 1,
        "creationdate": MADE,
        "modificationdate": MADE,
        "viewrect": [0.0, 0.0, 300.0, 500.0],
        "autoorganize": 1,
        "hideprojectwindow": 1,
        "showdependencies": 1,
        "autolocalize": 0,
        "contents": {"patchers": {}},
        "layout": {},
        "searchpath": {},
        "detailsvisible": 0,
        "amxdtype": _AUDIO_EFFECT_TYPE,
        "readonly": 0,
        "devpathtype": 0,
        "devpath": ".",
        "sortmode": 0,
        "viewmode": 0,
        "includepackages": 0,
    }


def build() -> dict[str, bytes]:
    """Every built file by its name."""
    text = json.dumps(patcher(), indent="\t", ensure_ascii=True)
    code = script()
    device = patcher_bytes(text)
    frozen = freeze([device_part(f"{NAME}.amxd", device, MADE), Part(SCRIPT, code, made=MADE)])
    return {
        f"{NAME}.amxd": pack(frozen, FROZEN),
        f"{NAME}-dev.amxd": pack(device, PLAIN_WITH_FILES),
        f"{NAME}.maxpat": text.encode("utf-8") + b"\n",
        SCRIPT: code,
    }


def write() -> None:
    """Write every built file into `built/`."""
    BUILT.mkdir(exist_ok=True)
    for name, data in build().items():
        (BUILT / name).write_bytes(data)


if __name__ == "__main__":
    write()
