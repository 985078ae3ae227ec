"""A verb's work for another machine, in a child: its results as files that can be fetched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from daemon.brief import Brief
from daemon.children.inside import find_function
from daemon.engines.remote.result_files import save_results
from daemon.verbs.registry import Result
from daemon.verbs.tell import TellStage


def do_verb(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """Do it, and write the results into `folder`/take0. Raises what the verb raises.

    task: {brief, request, folder, work}. Returns {}.
    """
    folder = Path(task["folder"])
    scratch = folder / "work"
    scratch.mkdir(exist_ok=True)

    def say(value: float, words: str = "") -> None:
        tell(0.95 * value, "generating", words)

    work = find_function(task["work"])
    results: Iterable[Result] = work(
        Brief.from_json(task["brief"]), dict(task["request"]), scratch, say
    )
    save_results(results, folder / "take0")
    return {}
