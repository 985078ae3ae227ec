"""Where DAWs keep what is theirs: the folders that our files go into."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs

from daemon.errors import ServiceError


def documents() -> Path:
    """The user's documents, wherever the system (OneDrive, say) has moved them."""
    return Path(platformdirs.user_documents_dir())


def ableton_library(chosen: Path | None) -> Path:
    """Live's User Library. ServiceError when it is not there."""
    usual = (
        (Path.home() / "Music" if sys.platform == "darwin" else documents())
        / "Ableton"
        / "User Library"
    )
    folder = chosen or usual
    if not folder.is_dir():
        raise ServiceError(
            f"there is no Live User Library at {folder}; see Live's Preferences > Library,"
            " and name it: `sidecrate install ableton --user-data-dir FOLDER`",
            "no_folder",
        )
    return folder


def fl_user_data(chosen: Path | None) -> Path:
    """FL Studio's user data folder. ServiceError when it is not there."""
    base = chosen or documents()
    for folder in (base / "Image-Line" / "FL Studio", base / "FL Studio", base):
        if (folder / "Settings").is_dir():
            return folder
    raise ServiceError(
        f"there is no FL Studio user data below {base}; see FL's Options > File settings,"
        " and name it: `sidecrate install fl-studio --user-data-dir FOLDER`",
        "no_folder",
    )


def reaper_resources(chosen: Path | None) -> Path:
    """REAPER's resource folder. ServiceError when it is not there."""
    usual = Path(platformdirs.user_config_dir("REAPER", appauthor=False, roaming=True))
    folder = chosen or usual
    if not folder.is_dir():
        raise ServiceError(
            f"there is no REAPER resource folder at {folder};"
            " see Options > Show REAPER resource path, and name it:"
            " `sidecrate install reaper --user-data-dir FOLDER`",
            "no_folder",
        )
    return folder


def ardour_config(chosen: Path | None) -> Path:
    """The newest Ardour's folder of settings. ServiceError when none is there."""
    if chosen is not None and chosen.is_dir():
        return chosen
    base = Path(platformdirs.user_config_dir(roaming=True))
    usual = Path.home() / "Library" / "Preferences" if sys.platform == "darwin" else base
    found = [one for one in usual.glob("[Aa]rdour*") if one.name[6:].isdigit()]
    if chosen is None and found:
        return max(found, key=lambda one: int(one.name[6:]))
    where = chosen or usual / "ardour8"
    raise ServiceError(
        f"there are no settings of Ardour at {where}; start Ardour once,"
        " or name their folder: `sidecrate install ardour --user-data-dir FOLDER`",
        "no_folder",
    )
