"""`sidecrate plugins`: the user's own effects, for `sidecrate edit CLIP plugin NAME`."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from daemon.cli.library import open_library, with_versions
from daemon.home.places import Places
from daemon.library.plugins import HOW_TO_INSTALL, find_plugins, plugin_folders


def plugins(
    name: Annotated[
        str | None, typer.Argument(help="One plugin: its parameters, as the plugin itself says.")
    ] = None,
    of_several: Annotated[
        str, typer.Option("--name", help="Which of several plugins in one file.", metavar="NAME")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, for programs.")
    ] = False,
) -> None:
    """VST3 and Audio Unit effects that edits may use: `sidecrate edit CLIP plugin NAME`."""
    from daemon.settings.load import load_config

    if name is None:
        named = load_config(Places.find().config_file).plugins.folders
        for found, path in find_plugins(plugin_folders(named)).items():
            print(json.dumps({"name": found, "path": str(path)}) if as_json else f"{found}  {path}")
        if find_spec("pedalboard") is None:
            print(HOW_TO_INSTALL, file=sys.stderr)
            raise typer.Exit(1)
        return
    with open_library() as library:
        plugin = with_versions(library, lambda versions: versions.plugin(name, of_several))
    if as_json:
        print(json.dumps(plugin))
        return
    print(f"{plugin['name']} by {plugin['maker']}")
    for one in plugin["parameters"]:
        unit = f" {one['unit']}" if one["unit"] else ""
        print(f"  {one['name']} = {one['value']}{unit}  ({one['range']})")
