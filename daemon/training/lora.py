"""Tuning a large local model on a user's sounds by LoRA (Hu et al. 2021), with peft.

Each step's crop and noise come of the seed and the step's number, and all state is written down
each minute: a run that was killed goes on as if nothing had been. Checkpoints are safetensors.
"""

from __future__ import annotations

import io
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bridge.files.whole import write_whole
from daemon.engines.local.adapters import HEAD
from daemon.engines.local.model import Asked, Model
from daemon.engines.mine.store import preview_file
from daemon.errors import EngineError
from daemon.home.room import check_space
from daemon.training.base import STEPS
from daemon.verbs.tell import Tell

#: Layers that learn: the projections of attention, by their names in all three families.
_LAYERS = ["q_proj", "k_proj", "v_proj", "out_proj", "to_q", "to_k", "to_v", "to_out.0"]
#: s of work after which the state is written down.
_WRITE_EVERY_S = 45.0
#: Sounds to hear on the way.
_PREVIEWS = 4
_PREVIEW_S = 4.0
_CLIP_NORM = 1.0
#: Steps over which the loss that is told is a mean.
_TOLD = 50


@dataclass(frozen=True)
class Plan:
    """What is taught. rank and alpha: of the adapter; a step hears `batch` crops."""

    steps: int = STEPS
    rank: int = 16
    alpha: int = 16
    rate: float = 1e-4
    batch: int = 1
    seed: int = 1


@dataclass(frozen=True)
class Example:
    """audio: float32 (frames, channels) at the model's rate and width."""

    caption: str
    audio: np.ndarray
    bpm: float | None = None
    key: str | None = None


class Family(Protocol):
    """How a family is taught: a model's own loss on one example."""

    def encoded(self, model: Model, example: Example) -> Mapping[str, Any]:
        """What of an example is reckoned once: CPU tensors by name."""
        ...

    def loss(self, model: Model, encoded: Mapping[str, Any], generator: Any) -> Any:
        """A tensor of one number. generator: the torch generator that the noise is drawn from."""
        ...


def tune(
    model: Model,
    family: Family,
    examples: Sequence[Example],
    plan: Plan,
    folder: Path,
    about: Mapping[str, Any],
    file: Path,
    tell: Tell,
) -> list[float]:
    """Teach an adapter, write it to `file`, and return the mean loss of each tenth of the steps.

    folder: where a killed run is found again; it goes when all is done. EngineError where the disk
    is full, peft is missing, or the loss is no number.
    """
    import torch
    from peft import LoraConfig, inject_adapter_in_model

    check_space(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tell(0.0, "reckoning your sounds")
    encoded = [family.encoded(model, one) for one in examples]
    model.tuned.requires_grad_(False)
    torch.manual_seed(plan.seed)
    config = LoraConfig(
        r=plan.rank, lora_alpha=plan.alpha, target_modules=_LAYERS, init_lora_weights=True
    )
    inject_adapter_in_model(config, model.tuned)
    weights = {name: one for name, one in model.tuned.named_parameters() if ".lora_" in name}
    if not weights:
        raise EngineError("this model has no layer that an adapter can be added to", "model")
    for one in weights.values():
        one.data = one.data.float()
        one.requires_grad_(True)
    optimiser = torch.optim.AdamW(list(weights.values()), lr=plan.rate, weight_decay=0.01)
    state = _State(folder, {**asdict(plan), "data": str(about.get("hash", ""))})
    done, losses = state.load(weights, optimiser)
    previews = {round(plan.steps * (n + 1) / _PREVIEWS) for n in range(_PREVIEWS)}
    began, first, written = time.monotonic(), done, time.monotonic()
    for step in range(done, plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * min(1.0, (step + 1) / 20) * (1 - 0.9 * step / plan.steps)
        generator = torch.Generator("cpu").manual_seed(plan.seed * 1_000_003 + step)
        optimiser.zero_grad()
        total = 0.0
        for _ in range(plan.batch):
            at = int(torch.randint(len(encoded), (1,), generator=generator))
            loss = family.loss(model, encoded[at], generator) / plan.batch
            loss.backward()
            total += float(loss.detach())
        if not np.isfinite(total):
            raise EngineError(
                f"the loss is no number at step {step + 1}; set local.half to off", "model"
            )
        torch.nn.utils.clip_grad_norm_(list(weights.values()), _CLIP_NORM)
        optimiser.step()
        losses.append(total)
        pace = (time.monotonic() - began) / (step + 1 - first)
        recent = float(np.mean(losses[-_TOLD:]))
        left = _duration(pace * (plan.steps - step - 1))
        tell(
            (step + 1) / plan.steps,
            f"step {step + 1} of {plan.steps}, loss {recent:.3f}, {left} left",
        )
        if step + 1 in previews or time.monotonic() - written > _WRITE_EVERY_S:
            state.save(weights, optimiser, step + 1, losses)
            written = time.monotonic()
        if step + 1 in previews:
            _preview(model, examples, preview_file(file))
    _write(weights, plan, {**about, "losses": _tenths(losses)}, file)
    shutil.rmtree(folder, ignore_errors=True)
    return _tenths(losses)


class _State:
    """Weights, the optimiser's moments and the losses of a run, in two files written whole."""

    def __init__(self, folder: Path, plan: Mapping[str, Any]) -> None:
        self._folder = folder
        self._plan = dict(plan)

    def save(
        self, weights: Mapping[str, Any], optimiser: Any, done: int, losses: list[float]
    ) -> None:
        import torch
        from safetensors.torch import save

        tensors = {}
        for name, one in weights.items():
            held = optimiser.state.get(one, {})
            tensors[name] = one.detach().cpu().contiguous()
            for moment in ("exp_avg", "exp_avg_sq"):
                if moment in held:
                    tensors[f"{moment}:{name}"] = held[moment].cpu().contiguous()
        said = {"done": done, "plan": self._plan, "losses": losses}
        tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
        data = save(tensors, metadata={HEAD: json.dumps({**said, "losses": []})})
        try:
            write_whole(self._folder / "state.safetensors", data)
        except OSError as error:
            raise EngineError(
                f"the checkpoint could not be written ({error.strerror}); what was written before"
                " stays: make room, and start it again",
                "disk",
            ) from None

    def load(self, weights: Mapping[str, Any], optimiser: Any) -> tuple[int, list[float]]:
        """(steps done, their losses); fills weights and optimiser. (0, []) without a state.

        A state of another data set or plan is left: the run begins anew.
        """
        import torch
        from safetensors import SafetensorError, safe_open

        path = self._folder / "state.safetensors"
        if not path.is_file():
            return 0, []
        try:
            with safe_open(path, "pt") as file:
                said = json.loads(file.metadata()[HEAD])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, ValueError, KeyError, TypeError, SafetensorError):
            return 0, []
        if said["plan"] != self._plan or set(weights) - set(tensors):
            return 0, []
        for name, one in weights.items():
            one.data.copy_(tensors[name])
            if f"exp_avg:{name}" in tensors:
                optimiser.state[one] = {
                    "step": torch.tensor(float(said["done"])),
                    **{
                        moment: tensors[f"{moment}:{name}"].to(one)
                        for moment in ("exp_avg", "exp_avg_sq")
                    },
                }
        return int(said["done"]), [float(one) for one in tensors["losses"]]


def _write(weights: Mapping[str, Any], plan: Plan, about: Mapping[str, Any], file: Path) -> None:
    """The adapter's own file: matrices by their layer, as peft names them, and the head."""
    from safetensors.torch import save

    tensors = {
        name.replace(".lora_A.default.weight", ".lora_A.weight")
        .replace(".lora_B.default.weight", ".lora_B.weight"): one.detach().cpu().contiguous()
        for name, one in weights.items()
    }  # fmt: skip
    head = {**about, "rank": plan.rank, "alpha": plan.alpha, "steps": plan.steps}
    write_whole(file, save(tensors, metadata={HEAD: json.dumps(head)}))


def _preview(model: Model, examples: Sequence[Example], path: Path) -> None:
    """A sound as the model makes it now, to hear how far it is. Its failing stops nothing."""
    import soundfile
    import torch

    one = examples[0]
    asked = Asked(one.caption, _PREVIEW_S, 1, bpm=one.bpm, key=one.key, options={})
    try:
        with torch.no_grad():
            audio = model.generate(asked, lambda share: None)
        file = io.BytesIO()
        soundfile.write(
            file, np.clip(audio, -1, 1), model.sample_rate, format="WAV", subtype="PCM_24"
        )
        write_whole(path, file.getvalue())
    except (RuntimeError, OSError, ValueError):
        path.unlink(missing_ok=True)


def _tenths(losses: Sequence[float]) -> list[float]:
    parts = np.array_split(np.array(losses), min(10, len(losses)) or 1)
    return [round(float(part.mean()), 4) for part in parts if len(part)]


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def blended(heads: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The base that several adapters share. EngineError where they have different ones."""
    bases = {str(head["base"]) for head in heads}
    if len(bases) != 1:
        raise EngineError(
            f"these were taught to different models ({', '.join(sorted(bases))}); only adapters of"
            " one can be blended",
            "bad_request",
        )
    return heads[0]
