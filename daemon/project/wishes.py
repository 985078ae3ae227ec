"""The project's file: YAML, checked whole, with every fault named by its line. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bridge.errors import Fault, RequestError
from bridge.request import FIELDS, Field, local_path, number, plain_text, whole
from bridge.verbs import find_verb
from daemon.errors import ConfigError
from daemon.verbs.registry import draw_in_verbs
from daemon.video import PROJECT_FILE

#: The file's name in the project's folder.
FILE = PROJECT_FILE

#: Keys of their own; the others are fields of `make` and of `video`, under their names there.
_OWN = {
    "pieces": Field(
        "pieces", whole(1, 100), "a whole number from 1 to 100", "3", "How many pieces.", "5"
    ),
    "seconds": Field(
        "seconds", number(4, 600), "a length from 4 to 600 seconds", "60",
        "Length of each piece.", "90",
    ),
    "pictures": Field(
        "pictures", local_path, "the path of a folder of pictures and videos, or of one",
        "drawn covers", "Pictures of the clips.", "holiday",
    ),
}  # fmt: skip
#: Fields of `make` that a project may name.
_OF_MAKE = ("prompt", "bpm", "key", "meter", "bars", "engine", "genre", "seed", "negative")
#: Keys of `images`, of pictures by a model.
_OF_IMAGES = {
    "painter": Field(
        "painter", plain_text,
        "flux-schnell, one of replicate.painters, or the folder of a diffusers model",
        "drawn covers", "Who paints the pictures.", "flux-schnell",
    ),
    "prompt": Field(
        "prompt", lambda raw: _texts_of(raw, "|"), "words, or a list of them", "the pieces' prompt",
        "What is painted; several take turns.", "neon city | wet street",
    ),
    "modifiers": Field(
        "modifiers", lambda raw: _texts_of(raw, ","), "words with commas, or a list of them",
        "none", "Words to add, chosen by the seed.", "film grain, fog",
    ),
    "each": Field(
        "each", whole(1, 20), "a whole number from 1 to 20", "2", "Modifiers of one picture.", "3"
    ),
    "negative": Field(
        "negative", plain_text, "words", "none", "What is not to be in them.", "text, faces"
    ),
    "steps": Field(
        "steps", whole(1, 200), "a whole number from 1 to 200", "as the model usually takes",
        "Steps of a model on this machine.", "20",
    ),
    "move": Field(
        "move", plain_text, "wan-i2v, or the folder of a diffusers model", "nobody",
        "Who makes a film of each picture; that is the step video then.", "wan-i2v",
    ),
}  # fmt: skip
_OF_VIDEO = ("size", "style", "fps", "cut", "text", "codec")


@dataclass(frozen=True)
class Painting:
    """Pictures by a model; without a painter covers are drawn."""

    painter: str = ""
    prompts: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    each: int = 2
    negative: str = ""
    steps: int = 0
    move: str = ""


@dataclass(frozen=True)
class Wishes:
    """What a project is to make."""

    prompt: str
    pieces: int
    seconds: float
    seed: int
    make: Mapping[str, Any]
    """Further fields of `make`."""
    video: Mapping[str, Any]
    """Fields of `video`; None of them is needed."""
    pictures: str | None
    painting: Painting = Painting()


def fields() -> dict[str, Field]:
    """Every key that may stand in the file, by name; `video` holds those of a film."""
    return {**{name: FIELDS[name] for name in _OF_MAKE}, **_OWN}


def image_fields() -> dict[str, Field]:
    return _OF_IMAGES


def _texts_of(raw: object, by: str) -> list[str]:
    """The texts of a list, or of one text that `by` parts."""
    rows = raw if isinstance(raw, list) else plain_text(raw).split(by)
    return [" ".join(plain_text(row).split()) for row in rows]


def film_fields() -> dict[str, Field]:
    draw_in_verbs()
    takes = find_verb("video").takes
    return {name: takes[name] for name in _OF_VIDEO}


def read_wishes(text: str, name: str) -> Wishes:
    """The wishes of a file's text. ConfigError holds all faults, a line each."""
    faults: list[str] = []
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}, line {line}: this is no YAML ({error.problem})") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: this is no YAML ({error})") from None
    if not isinstance(tree, yaml.MappingNode):
        raise ConfigError(f"{name}: it holds no keys; for example: prompt: dusty boom bap")
    values = _mapping(tree, fields(), name, faults, {"video": film_fields, "images": image_fields})
    if "prompt" not in values:
        faults.append(f"{name}: prompt is missing; for example: prompt: dusty boom bap, 88 bpm")
    images = values.get("images", {})
    if images.keys() - {"move"} and "painter" not in images:
        faults.append(f"{name}: images needs a painter; for example: painter: flux-schnell")
    if faults:
        raise ConfigError("\n".join(faults))
    make = {key: values[key] for key in _OF_MAKE if key in values and key not in ("prompt", "seed")}
    return Wishes(
        prompt=values["prompt"], pieces=values.get("pieces", 3),
        seconds=values.get("seconds", 60.0), seed=values.get("seed", 1), make=make,
        video=values.get("video", {}), pictures=values.get("pictures"),
        painting=_painting(values.get("images", {})),
    )  # fmt: skip


def _painting(values: Mapping[str, Any]) -> Painting:
    given = dict(values)
    rows = {name: tuple(given.pop(name, ())) for name in ("prompt", "modifiers")}
    return Painting(prompts=rows["prompt"], modifiers=rows["modifiers"], **given)


def _mapping(
    tree: yaml.MappingNode, takes: Mapping[str, Field], name: str, faults: list[str],
    inner: Mapping[str, Callable[[], dict[str, Field]]],
) -> dict[str, Any]:  # fmt: skip
    """The checked values of a mapping; what is not allowed is added to `faults`."""
    values: dict[str, Any] = {}
    seen: set[str] = set()
    loader = yaml.SafeLoader("")
    for key_node, node in tree.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in seen:
            faults.append(f"{name}, line {line}: {key} stands there twice")
            continue
        seen.add(key)
        if key in inner:
            if isinstance(node, yaml.MappingNode):
                values[key] = _mapping(node, inner[key](), name, faults, {})
            else:
                faults.append(f"{name}, line {line}: {key} holds keys: {', '.join(inner[key]())}")
        elif key not in takes:
            near = difflib.get_close_matches(key, [*takes, *inner], n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join([*takes, *inner])}"
            faults.append(f"{name}, line {line}: {key} is not a key of a project; {hint}")
        else:
            is_ratio = isinstance(node, yaml.ScalarNode) and ":" in node.value
            # YAML reads 9:16 as a number to base 60, and a size means what stands there
            raw = node.value if is_ratio else loader.construct_object(node, deep=True)
            try:
                values[key] = takes[key].check(raw)
            except RequestError as error:
                faults += [f"{name}, line {line}: {one}" for one in _texts(error)]
    return values


def _texts(error: RequestError) -> list[str]:
    given: list[Fault] = list(getattr(error, "faults", ()))
    return [fault.text for fault in given] or [error.text]


def example(prompt: str, pieces: int, seconds: float) -> str:
    """A new project's file, with what may be changed in it."""
    quoted = yaml.safe_dump(prompt, allow_unicode=True, width=10_000).splitlines()[0]
    return f"""# What this project makes. `sidecrate project run` makes what is missing.
prompt: {quoted}
pieces: {pieces}
seconds: {seconds:g}
seed: 1
# bpm: 90
# key: Am
# engine: embedded
# pictures: /path/of/your/pictures
# images:
#   painter: flux-schnell
#   prompt: neon city | wet street
#   modifiers: film grain, fog, 35 mm
video:
  size: "9:16"
  # style: kaleidoscope
"""
