"""Path of the documentation: the wheel contains it, a checkout has it beside the code."""

from __future__ import annotations

from pathlib import Path

from daemon.errors import ConfigError

#: The name by which pages are known in error texts and at `sidecrate open`.
DOCS = "docs"
_CODE = Path(__file__).parents[1]


def docs_folder() -> Path:
    """The folder of pages. ConfigError where neither wheel nor checkout has it."""
    for place in (_CODE / DOCS, _CODE.parent / DOCS):
        if place.is_dir():
            return place
    raise ConfigError(f"the pages of documentation are not in {_CODE}; install Sidecrate anew")


def docs_path(name: str) -> Path:
    """The path of `docs` or `docs/local.md`. ConfigError with the pages that there are."""
    folder = docs_folder()
    pages = sorted(path.name for path in folder.glob("*.md"))
    page = name.removeprefix(DOCS).strip("/")
    if not page:
        return folder
    if page not in pages:
        raise ConfigError(f"{name} is no page; there are {', '.join(pages)}")
    return folder / page


def see_docs(page: str) -> str:
    """The end of an error text: which page says more, and the command that opens it."""
    return f"see {DOCS}/{page} (`sidecrate open {DOCS}/{page}`)"
