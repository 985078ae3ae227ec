"""Which wheels there are of what Sidecrate needs, for each Python and system; pip is asked, and nothing is installed.

`python tools/wheels.py` asks about each package of pyproject.toml and constraints.txt once, which takes some minutes.
It prints a Markdown table of what is missing. Exit status 1 where a requirement has no wheel at all.
"another version" says that the pinned version has none, and another one that pyproject.toml allows has.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

HOUSE = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
#: The newest glibc that a wheel may ask for: Ubuntu 22.04's.
GLIBC_MINOR = 35
#: The newest macOS that a wheel may ask for.
MACOS = 14
#: A wheel in a line of pip's account, and the Pythons that it names.
_LINK = re.compile(
    r"/([^/\s#]+\.whl)(?:#\S+)?(?: \(from [^)]*\))?(?: \(requires-python:([^)]*)\))?"
)


@dataclass(frozen=True)
class System:
    """A kind of computer: its tags of wheels, and what markers see there."""

    name: str
    tags: tuple[str, ...]
    sys_platform: str
    machine: str
    platform_system: str


def _linux(machine: str) -> tuple[str, ...]:
    newer = (f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC_MINOR, 4, -1))
    return (*newer, f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"manylinux1_{machine}")


def _macos(machine: str) -> tuple[str, ...]:
    return tuple(mac_platforms((MACOS, 0), machine))


SYSTEMS = (
    System("Linux x86-64", _linux("x86_64"), "linux", "x86_64", "Linux"),
    System("Linux arm64", _linux("aarch64"), "linux", "aarch64", "Linux"),
    System("Windows x86-64", ("win_amd64",), "win32", "AMD64", "Windows"),
    System("Windows arm64", ("win_arm64",), "win32", "ARM64", "Windows"),
    System("macOS arm64", _macos("arm64"), "darwin", "arm64", "Darwin"),
    System("macOS Intel", _macos("x86_64"), "darwin", "x86_64", "Darwin"),
)


@dataclass(frozen=True)
class Wheel:
    """A wheel of the registry: its version, its tags and the Pythons that it is for."""

    version: Version
    tags: frozenset[Tag]
    pythons: SpecifierSet

    def runs_on(self, system: System, python: str) -> bool:
        return python in self.pythons and not self.tags.isdisjoint(_tags(system, python))


@cache
def _tags(system: System, python: str) -> frozenset[Tag]:
    """What pip would install there, on the ordinary interpreter with its lock."""
    version = tuple(map(int, python.split(".")))
    short = "cp" + python.replace(".", "")
    pure = compatible_tags(version, short, system.tags)
    return frozenset([*cpython_tags(version, [short], system.tags), *pure])


@dataclass(frozen=True)
class Need:
    """A requirement and who has it: the project itself, an extra, or another package ('brought along')."""

    requirement: Requirement
    by: str

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    def is_for(self, system: System, python: str) -> bool:
        """Whether its marker asks for it there. pip would ask for the Python and the system that run it."""
        if self.requirement.marker is None:
            return True
        return self.requirement.marker.evaluate(
            {
                "python_version": python,
                "python_full_version": f"{python}.0",
                "sys_platform": system.sys_platform,
                "platform_machine": system.machine,
                "platform_system": system.platform_system,
                "os_name": "nt" if system.sys_platform == "win32" else "posix",
                "extra": "",
            }
        )


def needs() -> tuple[list[Need], dict[str, Need]]:
    """Everything that is needed, each once for whom names it first, and the pinned versions by name."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    found = [Need(Requirement(text), by) for by, texts in groups.items() for text in texts]
    lines = (HOUSE / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Need(Requirement(line), "pin") for line in lines if line and not line.startswith("#")]
    named = {need.name for need in found}
    found += [Need(Requirement(pin.name), "brought along") for pin in pins if pin.name not in named]
    return found, {pin.name: pin for pin in pins}


def wheels_of(name: str) -> list[Wheel]:
    """All wheels of a package that the registry lists, by pip's own account of the links that it finds.

    One call tells of every system: pip names the wheels that it skips too. RuntimeError where pip fails.
    """
    # the registry alone answers, not what this computer's settings add to it
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    command = [sys.executable, "-m", "pip", "--isolated", "-vv", "index", "versions", name, "--pre"]
    ran = subprocess.run(
        command, capture_output=True, text=True, env={**quiet, "PIP_CONFIG_FILE": os.devnull}
    )
    found = {}
    for line in (ran.stdout + ran.stderr).splitlines():
        if (link := _LINK.search(line)) is None:
            continue
        with suppress(InvalidWheelFilename):
            _, version, _, tags = parse_wheel_filename(unquote(link[1]))
            found[link[1]] = Wheel(version, tags, _pythons(html.unescape(link[2] or "")))
    if "Fetched page" not in ran.stdout + ran.stderr:
        raise RuntimeError(f"pip cannot list {name}: {ran.stderr.strip()[-300:]}")
    return list(found.values())


def _pythons(text: str) -> SpecifierSet:
    """As pip does, what cannot be read shuts nobody out."""
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return SpecifierSet()


def look() -> dict[tuple[str, str], dict[str, str]]:
    """For each (package, system) that lacks something: the Pythons, and 'none' or 'another version'."""
    wanted, pins = needs()
    lacking: dict[tuple[str, str], dict[str, str]] = {}
    for name in sorted({need.name for need in wanted}):
        wheels = wheels_of(name)
        for system in SYSTEMS:
            for python in PYTHONS:
                asked = [
                    need for need in wanted if need.name == name and need.is_for(system, python)
                ]
                if asked and (said := _lack(asked[0], pins.get(name), wheels, system, python)):
                    lacking.setdefault((name, system.name), {})[python] = said
        print(f"{name}: {len(wheels)} wheels", file=sys.stderr, flush=True)
    return lacking


def _lack(need: Need, pin: Need | None, wheels: list[Wheel], system: System, python: str) -> str:
    """'none', 'another version', or nothing where a wheel of the wanted version is there."""
    fit = [wheel.version for wheel in wheels if wheel.runs_on(system, python)]
    allowed = [v for v in fit if need.requirement.specifier.contains(v, prereleases=True)]
    if pin is None or not pin.is_for(system, python):
        return "" if allowed else "none"
    if any(pin.requirement.specifier.contains(version, prereleases=True) for version in allowed):
        return ""
    return "another version" if allowed else "none"


def table(lacking: dict[tuple[str, str], dict[str, str]], by: dict[str, str]) -> str:
    """The packages that lack a wheel somewhere, as a Markdown table: which Pythons lack it on which system."""
    lines = ["| package | for | " + " | ".join(system.name for system in SYSTEMS) + " |"]
    lines.append("| --- | --- |" + " --- |" * len(SYSTEMS))
    for name in sorted({name for name, _ in lacking}):
        cells = [_cell(lacking.get((name, system.name), {})) for system in SYSTEMS]
        lines.append(f"| {name} | {by[name] or 'Sidecrate'} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(said: dict[str, str]) -> str:
    parts = []
    for kind in ("none", "another version"):
        pythons = [python for python, what in said.items() if what == kind]
        if pythons:
            which = "every Python" if len(pythons) == len(PYTHONS) else ", ".join(pythons)
            parts.append(f"{kind}: {which}")
    return "; ".join(parts) or "ok"


def main() -> int:
    lacking = look()
    by = {need.name: need.by for need in reversed(needs()[0])}
    print(table(lacking, by) if lacking else "every wheel is there")
    return 1 if any("none" in said.values() for said in lacking.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
