"""Tiny checkpoints, and a home whose config names them as engines."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from daemon.engines.local.ready import LIBRARIES
from daemon.engines.registry import configure
from daemon.home.places import Places
from daemon.settings.load import load_config
from daemon.settings.schema import use
from tests.conftest import skip_or_fail
from tests.daemon.engines.local.tiny import build

#: Engine -> family, and how its tiny checkpoint is built.
TINY = {
    "local-tiny": ("musicgen", {}),
    "local-tiny-stereo": ("musicgen", {"channels": 2}),
    "local-tiny-melody": ("musicgen_melody", {}),
    "local-tiny-sounds": ("stable_audio", {}),
    "local-tiny-songs": ("ace_step", {}),
}


def need_libraries(family: str) -> None:
    missing = [name for name in LIBRARIES[family] if find_spec(name) is None]
    if missing:
        skip_or_fail(f"{missing[0]} is not installed: make setup-local")


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory) -> Callable[[str], Path]:
    """The folder of an engine's tiny checkpoint, built when first asked for."""
    base = tmp_path_factory.mktemp("tiny")

    def folder(engine: str) -> Path:
        family, how = TINY[engine]
        need_libraries(family)
        import torch

        # threads that share such small sums spend ten times as long in waiting for one another
        torch.set_num_threads(1)
        return base / engine if (base / engine).is_dir() else build(family, base / engine, **how)

    return folder


def config_of(folders: dict[str, Path], more: str = "") -> str:
    """A config.yaml with engines for folders."""
    lines = ["local:", "  device: cpu", *([f"  {more}"] if more else []), "  models:"]
    for engine, folder in folders.items():
        family, how = TINY[engine]
        steps = ", options: {steps: 3}" if family in ("stable_audio", "ace_step") else ""
        lines.append(
            f"    {engine}: {{family: {family}, folder: '{folder}', license: CC0-1.0, parameters_m: 1, kinds: [loop, track, sfx],"
            f" channels: {how.get('channels', 2 if steps else 1)}{steps}}}"
        )
    return "\n".join(lines) + "\n"


@pytest.fixture
def tiny_home(tiny_folder, no_home_of_the_user, monkeypatch) -> Iterator[Callable[..., Path]]:
    """Have a home whose config names tiny engines; their folder, or another one in its place."""

    def make(engine: str, folder: Path | None = None, more: str = "") -> Path:
        folder = folder or tiny_folder(engine)
        config = Path(os.environ["SIDECRATE_HOME"]) / "config.yaml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(config_of({engine: folder}, more), encoding="utf-8")
        use(load_config(Places.find().config_file))
        return folder

    # it would take all cores again
    monkeypatch.setattr("daemon.engines.local.run.use_all_cores", lambda: None)
    yield make
    configure([])
