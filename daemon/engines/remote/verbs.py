"""A verb's work by a box: its sounds go there by hash, its results wait in the clip's folder.

One light process asks and waits; a worker then makes clips of what came, as of its own results.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.files.whole import write_whole
from bridge.inbox.names import user_name
from daemon.brief import Brief
from daemon.children.many_inside import must_talk
from daemon.engines.remote.boxes import load_box
from daemon.engines.remote.line import Line
from daemon.engines.remote.protocol import ENDINGS, SOURCES, verb_task_of
from daemon.engines.remote.result_files import load_results
from daemon.engines.remote.run import Patience, bring
from daemon.engines.remote.verb_places import FAR, WHOLE
from daemon.errors import EngineError
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell, TellStage


def bring_results_beside_others(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """Have a verb's work done by a box, in the child of servers. EngineError with what and why.

    task: {brief, request, folder, box, address, deadline_s, may_move}. Returns {}.
    """
    talk = must_talk(tell)
    brief, far = Brief.from_json(task["brief"]), Path(task["folder"]) / FAR
    if (far / WHOLE).exists():
        return {}
    far.mkdir(parents=True, exist_ok=True)

    def heed(share: float, words: str = "") -> None:
        talk.wait(0.0)
        talk(0.9 * share, "generating", words)

    line = Line(load_box(task["box"], address=task["address"]))
    try:
        about, files = _sources(brief)
        sent = verb_task_of(brief, task["request"], about)
        patience = Patience(float(task["deadline_s"]), may_move=bool(task.get("may_move")))
        bring(line, sent, files, far, heed, patience)
    finally:
        line.close()
    write_whole(far / WHOLE, f"{line.box.name} ({line.box.host})")
    return {}


def results_there(
    brief: Brief, request: dict[str, Any], folder: Path, tell: Tell
) -> Iterator[Result]:
    """The results that came, with what left this machine for them."""
    far = folder.parent / FAR
    names = " and ".join(str(Path(user_name(Path(path))).name) for path in _paths(brief).values())
    box = (far / WHOLE).read_text(encoding="utf-8")
    note = f"done by the box {box}: the request and {names} went there"
    name = Path(user_name(Path(str(brief.reference)))).stem
    for result in load_results(far):
        said = [*result.report.get("said", ()), note]
        words = result.words
        if words.startswith(SOURCES[0]):
            # there it has no name but this
            words = name + words.removeprefix(SOURCES[0])
        yield replace(result, words=words, report={**result.report, "said": said})


def _paths(brief: Brief) -> dict[str, str]:
    named = ((field, getattr(brief, field)) for field in SOURCES)
    return {field: path for field, path in named if path}


def _sources(brief: Brief) -> tuple[dict[str, Mapping[str, str]], dict[str, Path]]:
    """What a task says of its sounds, and the files by hash."""
    about: dict[str, Mapping[str, str]] = {}
    files = {}
    for field, name in _paths(brief).items():
        path = Path(name).expanduser()
        ending = path.suffix.lower()
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EngineError(f"{path} cannot be read ({error.strerror})", "bad_request") from None
        about[field] = {"sha256": digest, "ending": ending if ending in ENDINGS else ".wav"}
        files[digest] = path
    return about, files
