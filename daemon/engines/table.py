"""The engines as rows for people and programs, and as the table of docs/engines.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from daemon.engines.contract import EngineInfo
from daemon.engines.facets import facet_table
from daemon.engines.registry import broken, engines

#: Marks around the tables; `python -m daemon.engines.table docs/engines.md` makes them anew.
BEGIN = "<!-- engines: made from the registry -->"
END = "<!-- /engines -->"
FACETS_BEGIN = "<!-- facets: made from the registry -->"
FACETS_END = "<!-- /facets -->"


def engine_rows(
    *, all_of_them: bool = False, closer: Callable[[EngineInfo], str | None] | None = None
) -> list[dict[str, Any]]:
    """Each engine's description, whether it is ready, and why not.

    all_of_them: also those for tests only. closer: the full check of an engine that looks ready
    and has one; it returns why the engine is not ready, or None.
    """
    rows = []
    for info in engines():
        if info.for_tests and not all_of_them:
            continue
        why = info.needs()
        if why is None and closer is not None and info.check:
            why = closer(info)
        ready = "ready" if why is None else f"not ready: {why}"
        about = [
            info.title,
            ", ".join(info.kinds),
            price_words(info),
            licence_words(info),
            *limit_words(info),
            *([info.here()] if why is None and info.here() else []),
        ]
        estimate_usd = info.price.estimate_usd(1) if info.price else 0.0
        rows.append(
            {
                "name": info.name,
                "title": info.title,
                "kinds": list(info.kinds),
                "license": info.license,
                "commercial": info.commercial,
                "model": info.model,
                "version": info.version,
                "ready": why is None,
                "why": why,
                "here": info.here() if why is None else "",
                "costs_money": info.costs_money,
                "estimate_usd": estimate_usd,
                "max_seconds": info.max_seconds,
                "channels": info.channels,
                "bpm_range": list(info.bpm_range),
                "conditioning": list(info.conditioning),
                "runs": info.runs,
                "for_tests": info.for_tests,
                "line": f"{info.name:<17} {ready}\n  {'; '.join(about)}",
            }
        )
    for other in broken():
        rows.append(
            {
                "name": other.name,
                "ready": False,
                "why": other.why,
                "line": f"{other.name:<17} not ready: {other.why}",
            }
        )
    return rows


def price_words(info: EngineInfo) -> str:
    return f"about {info.price.estimate_usd(1):.3f} USD a take" if info.price else "free"


def licence_words(info: EngineInfo) -> str:
    return info.license if info.commercial else f"{info.license}: not for commercial use"


def limit_words(info: EngineInfo) -> list[str]:
    """Its limits, beyond those of all engines."""
    found = [f"at most {info.max_seconds:g} s"] if info.max_seconds < 600 else []
    if info.conditioning:
        found.append(f"takes {', '.join(info.conditioning)}")
    return found


def engine_table() -> str:
    """The table of engines, with what stands around it."""
    lines = [
        "| engine | makes | at most | listens to | a take costs | licence of what it makes |",
        "|---|---|---|---|---|---|",
    ]
    for info in engines():
        if info.for_tests:
            continue
        cost = f"about {info.price.estimate_usd(1):.3f} USD" if info.price else "nothing"
        inputs = ", ".join(("words", *info.conditioning))
        lines.append(
            f"| `{info.name}`: {info.title} | {', '.join(info.kinds)} | {info.max_seconds:g} s"
            f" | {inputs} | {cost} | {licence_words(info)} |"
        )
    return "\n".join([BEGIN, *lines, END])


def with_table(page: str) -> str:
    """A page with its tables brought up to date."""
    infos = [info for info in engines() if not info.for_tests]
    facets = "\n".join([FACETS_BEGIN, facet_table(infos), FACETS_END])
    found = page
    for begin, end, table in ((BEGIN, END, engine_table()), (FACETS_BEGIN, FACETS_END, facets)):
        before, _, rest = found.partition(begin)
        found = before + table + rest.partition(end)[2]
    return found


if __name__ == "__main__":
    import sys
    from pathlib import Path

    path = Path(sys.argv[1])
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")
