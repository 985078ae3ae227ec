"""`sidecrate --version --licences`: the licences of the installed packages, in short."""

from __future__ import annotations

import re
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from daemon.errors import ConfigError

PAGE = "LICENSES.md"
#: Prefixes of licences with duties for a distributor, the strictest first.
_DUTIES = ("AGPL", "GPL", "LGPL", "MPL")
_OWN = "Sidecrate's own code is MIT. For who installs and uses it, nothing follows."
_FREE = (
    "No package here is under the GPL. "
    "Who passes them on keeps their licences' texts, and lets what is LGPL or MPL be replaced."
)
_BOUND = (
    "Who passes it on together with {names} must keep to the GPL for the whole, "
    "with its source, or leave that out."
)


def licences_text() -> str:
    """A distributor's duties, and the packages behind them. ConfigError without the page."""
    page = _page()
    under = _installed(page.read_text(encoding="utf-8"))
    strict = {licence: names for licence, names in under.items() if licence.startswith(_DUTIES)}
    bound = [
        name
        for licence, names in strict.items()
        if licence.startswith(_DUTIES[:2])
        for name in names
    ]
    lines = [_OWN, _BOUND.format(names=", ".join(bound)) if bound else _FREE]
    lines += [
        f"{licence}: {', '.join(names)}"
        for licence, names in sorted(strict.items(), key=lambda one: _rank(one[0]))
    ]
    others = sum(map(len, under.values())) - sum(map(len, strict.values()))
    return "\n".join(
        [*lines, f"permissive: {others} more", f"Each package, and what to leave out: {page}"]
    )


def _installed(text: str) -> dict[str, list[str]]:
    """Licence -> installed packages of the page with their versions, without developers' own."""
    under: dict[str, list[str]] = defaultdict(list)
    for name, licence in rows(text):
        try:
            has = version(name)
        except PackageNotFoundError:
            continue
        under[licence].append(f"{name} {has}")
    return under


def _rank(licence: str) -> tuple[int, str]:
    place = next(n for n, word in enumerate(_DUTIES) if licence.startswith(word))
    return place, licence


def rows(text: str) -> list[tuple[str, str]]:
    """(package, licence) of the page's tables, without those of the extra `dev`."""
    text = text.partition("## The extra `dev`")[0]
    return re.findall(r"^\| (?!package )([\w.-]+) \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE)


def _page() -> Path:
    """The page as the wheel contains it, or the checkout's."""
    home = Path(str(files("daemon")))
    for place in (home / PAGE, home.parent / PAGE):
        if place.is_file():
            return place
    raise ConfigError(f"{PAGE} is not where it was installed ({home}); install Sidecrate anew")
