"""The one loaded model: kept warm between takes, unloaded for another or when memory is short."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from daemon.children.inside import find_function
from daemon.engines.local.adapters import Adapter, Merged
from daemon.engines.local.machine import memory_gb
from daemon.engines.local.model import Device, Load, Model
from daemon.engines.local.needs import is_half, memory_needed_gb
from daemon.errors import EngineError

log = logging.getLogger(__name__)

LOADERS = {
    "musicgen": "daemon.engines.local.musicgen:load",
    "musicgen_melody": "daemon.engines.local.musicgen:load_melody",
    "stable_audio": "daemon.engines.local.stable_audio:load",
    "ace_step": "daemon.engines.local.ace_step:load",
}
#: Share of free memory under which an idle model is unloaded.
_SHORT_SHARE = 0.08
#: Interval of the check of free memory.
_LOOK_EVERY_S = 5.0


class Warm:
    """Holds at most one model. Its `lock` gives the model to one caller at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._key: tuple[Any, ...] | None = None
        self._model: Model | None = None
        self._merged: Merged | None = None
        self._watch: threading.Thread | None = None

    @property
    def loaded(self) -> str | None:
        """The loaded model's folder."""
        return str(self._key[0]) if self._key else None

    def bring(self, spec: Mapping[str, Any], folder: Path, device: Device) -> Model:
        """The model of a folder, loaded if needed. Call with `lock` held. EngineError on fault."""
        key = (folder, spec["family"], device, _newest(folder))
        if self._key == key and self._model is not None:
            return self._model
        self.put_away()
        check_memory(spec, device)
        try:
            load: Load = find_function(LOADERS[spec["family"]])
            model = load(folder, device)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RuntimeError,
            ImportError,
        ) as error:
            if is_memory_fault(error):
                raise out_of_memory(spec, device) from None
            log.exception("the model in %s could not be loaded", folder)
            text = (
                f"the model in {folder} cannot be loaded ({_first_line(error)}); download it"
                " again, or update the libraries"
            )
            raise EngineError(text, "model") from None
        self._key = key
        self._model = model
        self._merged = Merged(model.tuned)
        if self._watch is None:
            self._watch = threading.Thread(target=self._look, name="memory", daemon=True)
            self._watch.start()
        return model

    def adapt(self, adapters: Sequence[Adapter]) -> None:
        """Have exactly these adapters in the model that was brought. Call with `lock` held."""
        assert self._merged is not None
        self._merged.use(adapters)

    def put_away(self) -> None:
        """Unload the model and release its memory."""
        if self._model is None:
            return
        self._key = self._model = self._merged = None
        gc.collect()
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        elif torch.backends.mps.is_available():
            torch.mps.empty_cache()

    def _look(self) -> None:
        while True:
            threading.Event().wait(_LOOK_EVERY_S)
            self.look_at_memory()

    def look_at_memory(self) -> None:
        """Unload the model where memory is short and nobody uses it."""
        memory = memory_gb()
        if (
            memory is None
            or memory[0] >= _SHORT_SHARE * memory[1]
            or not self.lock.acquire(blocking=False)
        ):
            return
        try:
            if self._model is not None:
                log.warning(
                    "memory is short (%.1f GB free): the model is unloaded until its next take",
                    memory[0],
                )
                self.put_away()
        finally:
            self.lock.release()


def find_device(spec: Mapping[str, Any]) -> Device:
    """The device for a model. EngineError where the config's device does not exist."""
    import torch

    asked = spec["service"].get("device", "auto")
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if asked == "auto":
        asked = next(name for name, found in there.items() if found)
    elif not there[asked]:
        found = ", ".join(name for name, is_there in there.items() if is_there)
        raise EngineError(
            f"local.device is {asked}, which torch does not find here: it finds {found}",
            "engine_not_ready",
        )
    return Device(asked, is_half(spec, asked))


def check_memory(spec: Mapping[str, Any], device: Device) -> None:
    """EngineError where a model does not fit into the free memory."""
    import torch

    needed = memory_needed_gb(spec, device.name)
    if device.name == "cuda":
        free: float | None = torch.cuda.mem_get_info()[0] / 1e9
    else:
        memory = memory_gb()
        free = memory[0] if memory else None
    if free is not None and free < needed:
        where = "the graphics card" if device.name == "cuda" else "this machine"
        text = (
            f"{spec['name']} needs about {needed:.1f} GB of memory and {where} has {free:.1f} free"
        )
        raise EngineError(f"{text}; close other programs, or take a smaller model", "memory")


def use_all_cores() -> None:
    """Use all cores: children work on one core each, which is too slow for a model on the CPU."""
    import torch

    torch.set_num_threads(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )


def is_memory_fault(error: BaseException) -> bool:
    import torch

    words = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in words
        or "can't allocate memory" in words
    )


def out_of_memory(spec: Mapping[str, Any], device: Device) -> EngineError:
    needed = memory_needed_gb(spec, device.name)
    text = (
        f"{spec['name']} ran out of memory (it needs about {needed:.1f} GB); close other programs,"
        " ask for less, or take a"
    )
    return EngineError(f"{text} smaller model", "memory")


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


def _newest(folder: Path) -> int:
    """When a file of the folder was last changed, so that a new download is loaded again."""

    return max((path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()), default=0)
