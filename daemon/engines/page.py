"""The engines as rows for people and programs."""

from __future__ import annotations

from typing import Any

from daemon.engines.registry import broken, engines


def engine_rows() -> list[dict[str, Any]]:
    """What each engine says of itself, whether it is ready, and why not."""
    rows = []
    for info in engines():
        why = info.needs()
        ready = "ready" if why is None else f"not ready: {why}"
        cost = "costs money" if info.costs_money else "free"
        rows.append(
            {
                "name": info.name, "title": info.title, "kinds": list(info.kinds), "license": info.license, "ready": why is None,
                "why": why, "costs_money": info.costs_money, "max_seconds": info.max_seconds, "channels": info.channels,
                "bpm_range": list(info.bpm_range), "conditioning": list(info.conditioning),
                "line": f"{info.name:<12} {ready}\n  {info.title}; {', '.join(info.kinds)}; {cost}; {info.license}",
            }
        )  # fmt: skip
    for other in broken():
        rows.append({"name": other.name, "ready": False, "why": other.why, "line": f"{other.name:<12} not ready: {other.why}"})
    return rows
