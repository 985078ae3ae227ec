"""`sidecrate models get NAME`: the terms, the user's yes, the download."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import typer

from daemon.client.follow import progress_bar
from daemon.errors import ModelError

if TYPE_CHECKING:
    from daemon.models.table import Model


def bring_model(name: str | None, *, yes: bool, as_json: bool, sha256: str | None = None) -> None:
    """Show what a model is and its licence, ask once, and bring it. ModelError says why not."""
    from daemon.models.get import get_model
    from daemon.models.store import files_of, is_here
    from daemon.models.table import MODELS, find_model

    if name is None:
        raise ModelError(f"say which: sidecrate models get {' | '.join(MODELS)}", "unknown_model")
    model = find_model(name)
    if is_here(name):
        try:
            files_of(name)
        except ModelError as fault:
            print(fault.text, file=sys.stderr)
        else:
            print(json.dumps(net_row(model)) if as_json else f"{name} is here already")
            return
    model = _held(model, sha256)
    if not yes:
        print("\n".join(net_lines(net_row(model))), file=sys.stderr)
        if not sys.stdin.isatty():
            raise ModelError(f"say yes to it: sidecrate models get {name} --yes", "bad_request")
        if not typer.confirm("Bring it?"):
            raise typer.Exit(1)
    with progress_bar(as_json) as bar:
        folder = get_model(model, bar)
    print(json.dumps(net_row(model)) if as_json else f"{name} is in {folder}")


def _held(model: Model, sha256: str | None) -> Model:
    """The model, with the hash that its user states where none is known here."""
    from daemon.models.table import FromHub

    if not model.needs_hash:
        if sha256 is not None:
            raise ModelError(
                f"--sha256: {model.name} is held to a hash that is known here; leave it out",
                "bad_request",
            )
        return model
    (file,) = model.files
    assert isinstance(model.source, FromHub)
    page = f"https://huggingface.co/{model.source.repository}/blob/main/{file.name}"
    if sha256 is None:
        raise ModelError(
            f"the hash of {model.name} is not known here: {page} states it as SHA256;"
            f" sidecrate models get {model.name} --sha256 HASH",
            "bad_request",
        )
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256.strip()):
        raise ModelError(
            f"--sha256: {sha256} is no SHA-256, which has 64 digits of 0-9 and a-f; {page} has it",
            "bad_request",
        )
    return model.held_to(sha256.strip().lower())


def net_row(model: Model) -> dict[str, Any]:
    """A net's use and terms, and whether it is here."""
    from daemon.models.store import folder_of, how_to_get, is_here

    here = is_here(model.name)
    return {
        "name": model.name,
        "title": model.title,
        "use": model.use,
        "license": model.licence,
        "size_mb": model.size_mb,
        "extra": model.extra,
        "ready": here,
        "why": None if here else how_to_get(model),
        "folder": str(folder_of(model)) if here else None,
        "download": f"sidecrate models get {model.name}"
        + (" --sha256 HASH" if model.needs_hash else ""),
    }


def net_lines(row: dict[str, Any]) -> list[str]:
    """A net for people."""
    state = "ready" if row["ready"] else f"not here; {row['download']}"
    return [
        f"{row['name']:<34} {state}",
        f"  {row['title']}: {row['use']}; {row['size_mb']} MB of disk,"
        f" {row['license']}; runs with the extra sidecrate[{row['extra']}]",
    ]
