"""Adapters of a local model (LoRA, Hu et al. 2021): their weights added to the model's own.

An adapter is one safetensors file with matrices A and B for some of the model's layers, named as
peft names them, and a head in its metadata. Several add up, each by its strength.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.errors import EngineError

#: The entry of a file's metadata that holds the head.
HEAD = "sidecrate"
_A, _B = ".lora_A.weight", ".lora_B.weight"


@dataclass(frozen=True)
class Adapter:
    """A file, and how much of it is added: 0 is the model as it was, 1 the adapter as taught."""

    file: Path
    strength: float


def read_adapter_head(file: Path) -> dict[str, Any]:
    """What an adapter's file says of itself. EngineError where it is none."""
    try:
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            if not 0 < length < 100 << 20:
                raise ValueError("it has no head")
            header = json.loads(opened.read(length))
        return dict(json.loads(header["__metadata__"][HEAD]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"{file} is no adapter of `sidecrate train` ({error})", "model") from None


class Merged:
    """Adapters merged into a model's own layers; the layers as they were are kept beside."""

    def __init__(self, module: Any) -> None:
        self._module = module
        self._own: dict[str, Any] = {}
        self._now: tuple[Adapter, ...] = ()

    def use(self, adapters: Sequence[Adapter]) -> None:
        """Have exactly these. EngineError where one is damaged, or of another model."""
        wanted = tuple(one for one in adapters if one.strength)
        if wanted == self._now:
            return
        import torch

        with torch.no_grad():
            for name, own in self._own.items():
                self._module.get_parameter(name).copy_(own)
            self._now = ()
            for adapter in wanted:
                self._add(adapter)
        self._now = wanted

    def _add(self, adapter: Adapter) -> None:
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        head = read_adapter_head(adapter.file)
        try:
            weights = load_file(adapter.file)
        except (OSError, SafetensorError) as error:
            raise EngineError(
                f"{adapter.file} is damaged ({error}); train it anew", "model"
            ) from None
        scale = adapter.strength * float(head["alpha"]) / float(head["rank"])
        for name in [key.removesuffix(_A) for key in weights if key.endswith(_A)]:
            a, b = weights[name + _A].float(), weights[name + _B].float()
            try:
                weight = self._module.get_parameter(f"{name}.weight")
            except AttributeError:
                weight = None
            if weight is None or weight.shape != (b.shape[0], a.shape[1]):
                raise EngineError(
                    f"{adapter.file} was taught to another model than the one that is here: its"
                    f" layer {name} does not fit",
                    "model",
                )
            self._own.setdefault(f"{name}.weight", weight.detach().clone())
            weight += (scale * (b @ a)).to(weight)
