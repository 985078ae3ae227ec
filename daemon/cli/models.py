"""`sidecrate models`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.request import kind_word
from daemon.cli.bring_model import bring_model, net_lines, net_row
from daemon.cli.home import look_closer
from daemon.home.places import Places

if TYPE_CHECKING:
    from daemon.engines.contract import EngineInfo


def models(
    name: Annotated[
        str | None,
        typer.Argument(
            help="One model alone, as its engine is named, and all that is known of it;"
            " or `get`, to bring one; `list`, or nothing: all."
        ),
    ] = None,
    net: Annotated[str | None, typer.Argument(help="With `get`: which.")] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Look closer, in a process of its own: "
            "load the libraries, find the device and room.",
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With `get`: its licence is accepted; do not ask.")
    ] = False,
    sha256: Annotated[
        str | None,
        typer.Option(
            help="With `get`: the SHA-256 that its file's page states, where none is known here."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, for programs.")
    ] = False,
) -> None:
    """Models that run on this machine: their needs, their folders, how to get them.

    Downloads nothing but by `sidecrate models get NAME`: nets for `split`, `transcribe`,
    `continue` and `infill`, held to a known hash.
    """
    if name == "list":
        name = None
    if name == "get":
        bring_model(net, yes=yes, as_json=as_json, sha256=sha256)
        return
    from daemon.engines.registry import engine_info, engines
    from daemon.errors import EngineError
    from daemon.models.table import MODELS
    from daemon.settings.load import load_config
    from daemon.settings.schema import use

    use(load_config(Places.find().config_file))
    local = [info for info in engines() if info.runs == "local" and "family" in info.spec]
    nets = list(MODELS.values())
    if name in MODELS:
        local, nets = [], [MODELS[name]]
    elif name is not None:
        nets = []
        info = engine_info(name)
        if info not in local:
            raise EngineError(
                f"{name} does not run on this machine; `sidecrate models` lists those that do",
                "unknown_engine",
            )
        local = [info]
    for info in local:
        row = model_row(info)
        if check and row["ready"]:
            row["why"] = look_closer(info)
            row["ready"] = row["why"] is None
        print(json.dumps(row) if as_json else "\n".join(model_lines(row, whole=name is not None)))
    for net_model in nets:
        own = net_row(net_model)
        print(json.dumps(own) if as_json else "\n".join(net_lines(own)))


def model_row(info: EngineInfo) -> dict[str, Any]:
    """A model's title, needs and terms, and whether it is ready here."""
    from daemon.engines.local import needs, ready
    from daemon.engines.local.folders import find_folder, places_of, size_gb
    from daemon.engines.local.machine import likely_device

    spec = info.spec
    device = likely_device(spec["service"].get("device", "auto"))
    folder = find_folder(spec)
    why = info.needs()
    return {
        "name": info.name,
        "title": info.title,
        "repo": spec["repo"],
        "ready": why is None,
        "why": why,
        "folder": str(folder) if folder else None,
        "looked_in": [str(place) for place in places_of(spec)],
        "on_disk_gb": round(size_gb(folder), 2) if folder else None,
        "device": device,
        "half": needs.is_half(spec, device),
        "needs_memory_gb": round(needs.memory_needed_gb(spec, device), 1),
        "needs_disk_gb": round(needs.disk_needed_gb(spec), 1),
        "seconds_per_second": round(needs.work_s(spec, 10.0, device) / 10, 1),
        "license": info.license,
        "commercial": info.commercial,
        "gated": spec["gated"],
        "kinds": list(info.kinds),
        "max_seconds": info.max_seconds,
        "channels": info.channels,
        "conditioning": list(info.conditioning),
        "download": ready.download_command(spec) if spec["repo"] else None,
    }


def model_lines(row: Mapping[str, Any], *, whole: bool) -> list[str]:
    """A model for people: two lines, or everything where `whole`."""
    bits = 16 if row["half"] else 32
    sale = "may be sold" if row["commercial"] else "not for commercial use"
    state = "ready" if row["ready"] else f"not ready: {row['why']}"
    lines = [
        f"{row['name']:<34} {state}",
        f"  {row['title']}; about {row['needs_memory_gb']:g} GB of memory in {bits} bits"
        f" on {row['device']}, {row['needs_disk_gb']:g} GB of disk,"
        f" {row['seconds_per_second']:g} s of work per s of audio; {row['license']}: {sale}",
    ]
    if not whole:
        return lines
    kinds = ", ".join(map(kind_word, row["kinds"]))
    inputs = ", ".join(("words", *row["conditioning"]))
    lines.append(f"  makes {kinds} of at most {row['max_seconds']:g} s; listens to {inputs}")
    if row["folder"]:
        lines.append(f"  lies in {row['folder']} ({row['on_disk_gb']:g} GB)")
    lines += [
        f"  {'found' if place == row['folder'] else 'looked'} in {place}"
        for place in row["looked_in"]
    ]
    if row["download"]:
        page = f"https://huggingface.co/{row['repo']}"
        first = f"accept its licence at {page}, run `hf auth login`, then: "
        lines.append(f"  to download: {first if row['gated'] else ''}{row['download']}")
    return lines
