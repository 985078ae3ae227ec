"""The user's own VST3 and Audio Unit effects: where they may lie, and how a step names one.

Nothing is loaded here. Only what lies in the system's plugin folders, or in those of the config,
ever reaches `plugin_host.py`. A plugin is a program: a request must not choose which file is run as
one.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from daemon.errors import LibraryError
from daemon.home.extras import how_to_install

#: Depth of the search: makers have folders of their own, and deeper lies a bundle's inside.
_DEEPEST = 3
_PRESET = ".vstpreset"
PLUGIN_WORD = "plugin "
HOW_TO_INSTALL = (
    "plugins need the package pedalboard, which Sidecrate does not bring by itself:"
    f" {how_to_install('plugins')}"
)


def plugin_folders(named: Iterable[str]) -> list[Path]:
    """Plugin folders: the config's first, then this user's, then the machine's."""
    home = Path.home()
    if sys.platform == "darwin":
        roots = [home / "Library/Audio/Plug-Ins", Path("/Library/Audio/Plug-Ins")]
        own = [root / kind for root in roots for kind in ("VST3", "Components")]
    elif sys.platform == "win32":
        places = (("LOCALAPPDATA", "Programs/Common/VST3"), ("COMMONPROGRAMFILES", "VST3"))
        own = [Path(os.environ[name]) / inside for name, inside in places if name in os.environ]
    else:
        own = [home / ".vst3", Path("/usr/lib/vst3"), Path("/usr/local/lib/vst3")]
    return [*(Path(name).expanduser() for name in named), *own]


def preset_folders(named: Iterable[str]) -> list[Path]:
    """Preset folders: the config's plugin folders, then those where hosts keep presets."""
    home = Path.home()
    own = [home / ".vst3/presets", home / "Documents/VST3 Presets", home / "Library/Audio/Presets"]
    return [*(Path(name).expanduser() for name in named), *own]


def find_plugins(folders: Iterable[Path]) -> dict[str, Path]:
    """Name -> file or bundle, sorted by name. Of two with one name, the first folder's wins."""
    endings = (".vst3", ".component") if sys.platform == "darwin" else (".vst3",)
    found: dict[str, Path] = {}
    for folder in folders:
        for path in _inside(folder, endings, _DEEPEST):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items(), key=lambda one: one[0].lower()))


def _inside(folder: Path, endings: tuple[str, ...], deepest: int) -> list[Path]:
    """Files and bundles with one of the endings; the inside of a bundle is not searched."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    found = [path for path in entries if path.suffix.lower() in endings]
    if deepest > 1:
        for path in entries:
            if path not in found and path.is_dir():
                found += _inside(path, endings, deepest - 1)
    return found


def plugin_of(said: str, folders: Iterable[Path]) -> Path:
    """The plugin that a step names by name or path.

    LibraryError code `unknown_plugin` where none of the folders holds it.
    """
    found = find_plugins(folders := list(folders))
    by_name = {name.lower(): path for name, path in found.items()}
    for path in (
        by_name.get(said.lower()),
        *(path for path in found.values() if str(path) == str(Path(said).expanduser())),
    ):
        if path is not None:
            return path
    near = difflib.get_close_matches(said, found, n=1, cutoff=0.5)
    where = ", ".join(map(str, folders))
    listed = (
        f"`sidecrate plugins` lists what lies in {where}; plugins.folders in the config adds others"
    )
    hint = f"did you mean {near[0]}?" if near else listed
    raise LibraryError(f"there is no plugin {said!r:.100}; {hint}", "unknown_plugin")


def preset_of(said: str, folders: Iterable[Path]) -> Path:
    """A preset by its path. LibraryError where it resolves to no preset inside `folders`."""
    path = Path(said).expanduser()
    folders = list(folders)
    inside = [path] if path.is_absolute() else [folder / path for folder in folders]
    roots = [folder.resolve() for folder in folders]
    for one in inside:
        real = one.resolve()
        if (
            real.suffix.lower() == _PRESET
            and real.is_file()
            and any(real.is_relative_to(root) for root in roots)
        ):
            return real
    where = ", ".join(map(str, folders))
    raise LibraryError(
        f"preset: there is no {_PRESET} file {said!r:.100} in {where}", "bad_request"
    )


def read_parameters(said: str) -> dict[str, str]:
    """`mix=0.4; room size=0.7` -> {"mix": "0.4", "room size": "0.7"}.

    LibraryError where a part has no name or no value.
    """
    parts = [part.strip() for part in said.replace("\n", ";").split(";" if ";" in said else ",")]
    pairs = [part.partition("=") for part in parts if part]
    if not all(name.strip() and parted and value.strip() for name, parted, value in pairs):
        raise LibraryError(
            f"parameters: write them as in mix=0.4; size=0.7, not {said!r:.80}", "bad_request"
        )
    return {name.strip(): value.strip() for name, _, value in pairs}


def plugin_key(step: Mapping[str, Any]) -> str:
    """The key of a step in a task's `plugins`."""
    return f"{step['path']}\n{step['preset']}"


def step_words(step: Mapping[str, Any]) -> str:
    """Progress words of a step. A plugin's hold its name, so that a crash can name it."""
    return f"{PLUGIN_WORD}{Path(step['path']).stem}" if step["do"] == "plugin" else str(step["do"])


def settled(step: Mapping[str, Any], named: Iterable[str]) -> dict[str, Any]:
    """A `plugin` step resolved for the worker: {file, preset, stamp}.

    `stamp` changes when the files of the plugin or the preset change.
    """
    named = list(named)
    file = plugin_of(step["path"], plugin_folders(named))
    preset = preset_of(step["preset"], preset_folders(named)) if step["preset"] else None
    return {
        "file": str(file),
        "preset": str(preset) if preset else "",
        "stamp": [_newest(file), _newest(preset) if preset else 0],
    }


def _newest(path: Path) -> int:
    """Time of the last change of a file, or of anything in a bundle."""
    return max(one.stat().st_mtime_ns for one in (path, *path.rglob("*")) if one.exists())
