"""A model's folder: where it is, and whether its files are complete and safe to read.

Nothing heavy is imported and no code of a model is run. The places, in this order: the entry's own
`folder`; `<models folder>/<engine>` and `<models folder>/<repository's name>`; Hugging Face's
cache. Weights are read from safetensors only: a pickle (.bin, .pt, .ckpt) can run any code.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from daemon.home.places import Places

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
#: For each family: the file that names a model's kind, its field, and the value it must have.
_SAYS = {
    "musicgen": ("config.json", "model_type", "musicgen"),
    "musicgen_melody": ("config.json", "model_type", "musicgen_melody"),
    "stable_audio": ("model_index.json", "_class_name", "StableAudioPipeline"),
    "ace_step": ("model_index.json", "_class_name", "AceStepPipeline"),
}
_TOKENIZERS = ("tokenizer.json", "spiece.model", "vocab.json")
#: Folders of a pipeline that have no weights.
_WEIGHTLESS = (
    "tokenizer", "tokenizer_2", "tokenizer_3", "scheduler", "feature_extractor", "image_processor",
)  # fmt: skip
#: A larger safetensors header is a damaged file.
_MOST_HEADER_BYTES = 100 << 20


def models_folder(service: Mapping[str, Any]) -> Path:
    """The user's models: the config's `local.folder`, else `models` beside the state."""
    chosen = service.get("folder")
    return Path(chosen).expanduser() if chosen else Places.find().state / "models"


def cache_folder() -> Path:
    """Hugging Face's cache, where its own variables put it."""
    if hub := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(hub).expanduser()
    home = os.environ.get("HF_HOME")
    base = (
        Path(home).expanduser()
        if home
        else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "huggingface"
    )
    return base / "hub"


def places_of(spec: Mapping[str, Any]) -> list[Path]:
    """Every folder where a model may be, in order."""
    if spec["folder"]:
        return [Path(spec["folder"]).expanduser()]
    own = models_folder(spec["service"])
    # an engine with adapters is its base's
    places = [own / spec.get("base", spec["name"])]
    if spec["repo"]:
        places += [own / spec["repo"].split("/")[-1], _cached(spec["repo"])]
    return places


def _cached(repo: str) -> Path:
    """The cached snapshot of a repository's `main`; the repository's cache where there is none."""
    home = cache_folder() / f"models--{repo.replace('/', '--')}"
    try:
        return home / "snapshots" / (home / "refs" / "main").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return home


def find_folder(spec: Mapping[str, Any]) -> Path | None:
    """The first folder of `places_of` that exists."""
    return next((place for place in places_of(spec) if place.is_dir()), None)


def fault_of(folder: Path, family: str) -> str | None:
    """The fault of a model's folder, to follow `the model in FOLDER`; None where it is complete."""
    name, field, wanted = _SAYS[family]
    return _fault(folder, name, field, (wanted,), has_words=True)


def pipeline_fault(folder: Path, kinds: tuple[str, ...]) -> str | None:
    """As `fault_of`, of a pipeline of diffusers of one of `kinds`."""
    return _fault(folder, "model_index.json", "_class_name", kinds, has_words=False)


def _fault(
    folder: Path, name: str, field: str, kinds: tuple[str, ...], *, has_words: bool
) -> str | None:
    """has_words: whether it must have a tokenizer, whatever its index says."""
    try:
        said = json.loads((folder / name).read_text(encoding="utf-8"))
        kind = said.get(field)
    except OSError:
        return f"has no {name}: the download is not complete, or it is another kind of model"
    except (ValueError, AttributeError):
        return f"has a {name} that cannot be read: download it again"
    if kind not in kinds:
        wanted = kinds[0] if len(kinds) == 1 else f"one of {', '.join(kinds)}"
        return f"is a {kind or 'model of an unknown kind'}, not {'a ' * (len(kinds) == 1)}{wanted}"
    parts = [folder]
    if name == "model_index.json":
        if code := sorted(folder.rglob("*.py")):
            return (
                f"holds program code ({code[0].relative_to(folder)}), which is not run here: take"
                " it away, or another copy"
            )
        parts = [
            folder / part
            for part, of in said.items()
            if isinstance(of, list) and len(of) == 2 and of[0] is not None
        ]
    for part in parts:
        fault = _part_fault(part, "" if part == folder else f"{part.name}/")
        if fault:
            return fault
    tokenizer = folder if name == "config.json" else folder / "tokenizer"
    has_words = has_words or tokenizer in parts
    if has_words and not any((tokenizer / one).is_file() for one in _TOKENIZERS):
        return f"has no tokenizer ({', '.join(_TOKENIZERS)}): the download is not complete"
    return None


def _part_fault(part: Path, name: str) -> str | None:
    if not part.is_dir():
        return f"lacks its part {name}: the download is not complete"
    if part.name in _WEIGHTLESS:
        return None
    weights = [path for path in sorted(part.glob("*.safetensors")) if ".fp16." not in path.name]
    if not weights:
        pickles = sorted(path.name for path in part.iterdir() if path.suffix in PICKLES)
        if pickles:
            return (
                f"holds its weights as a pickle ({name}{pickles[0]}), which can run any code when"
                " it is read: only safetensors"
                " are read here; download those of the model, or have its makers convert it"
            )
        return f"holds no weights ({name}*.safetensors): the download is not complete"
    try:
        listed = {
            shard for index in part.glob("*.safetensors.index.json") for shard in _shards(index)
        }
    except ValueError:
        return f"has a list of its weights in {name} that cannot be read: download it again"
    if missing := sorted(listed - {path.name for path in weights}):
        return f"lacks {name}{missing[0]}: the download is not complete"
    return next(
        (
            f"has a file {name}{path.name} that {fault}"
            for path in weights
            if (fault := _file_fault(path))
        ),
        None,
    )


def _shards(index: Path) -> Iterator[str]:
    try:
        yield from json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None


def _file_fault(path: Path) -> str | None:
    """The fault of a safetensors file, or None.

    It has 8 bytes with the header's length, the header (JSON), and the data listed there.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = (
                json.loads(file.read(length))
                if 0 < length <= min(size, _MOST_HEADER_BYTES)
                else None
            )
        if not isinstance(header, dict):
            return "is no safetensors file: download it again"
        end = (
            8
            + length
            + max(
                (one["data_offsets"][1] for key, one in header.items() if key != "__metadata__"),
                default=0,
            )
        )
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    except (ValueError, KeyError, TypeError, IndexError):
        return "is no safetensors file: download it again"
    if size != end:
        how = "cut short" if size < end else "too long"
        return f"is {how} ({size} of {end} bytes): download it again"
    return None


def size_gb(folder: Path) -> float:
    """Size of a folder's files in GB, links followed."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9
