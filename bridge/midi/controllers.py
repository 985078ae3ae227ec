"""Ready-made maps of controllers, one YAML file each: their pads' notes, and what each does.

title    the device
port     a part of its port's name
pads     notes that get the config's presets, in order
pad      fields that are added to each pad's mapping
map      further mappings, as in the config
lights   as in the config
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "controllers"


@dataclass(frozen=True)
class Controller:
    """A controller's ready-made map; the fields are those of its file."""

    title: str
    port: str
    pads: tuple[int, ...]
    map: tuple[Mapping[str, Any], ...]
    pad: Mapping[str, Any] = field(default_factory=dict)
    lights: Mapping[str, int] = field(default_factory=dict)

    def mappings(
        self, presets: Iterable[str], own: Iterable[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Its mappings for these presets, without controls that the user's own mappings use."""
        taken = {
            (trigger, entry[trigger])
            for entry in own
            for trigger in ("note", "cc", "program")
            if trigger in entry
        }
        made: list[dict[str, Any]] = [
            {"note": note, **self.pad, "do": f"preset {name}"}
            for note, name in zip(self.pads, presets, strict=False)
        ]
        made += [dict(entry) for entry in self.map]
        kinds = (
            (next(trigger for trigger in ("note", "cc", "program") if trigger in entry), entry)
            for entry in made
        )
        return [
            {**entry, "port": self.port}
            for kind, entry in kinds
            if (kind, entry[kind]) not in taken
        ]


def controller_names() -> list[str]:
    """The names of the ready-made maps, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


@cache
def load_controller(name: str) -> Controller:
    """A ready-made map by its name. ValueError names the existing ones."""
    if name not in controller_names():
        raise ValueError(f"the ready-made maps are {', '.join(controller_names())}")
    read = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in read.items()
    }
    return Controller(**values)
