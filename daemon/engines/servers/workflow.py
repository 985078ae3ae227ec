"""A workflow of ComfyUI as the user's file has it: its placeholders become the request."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from daemon.errors import EngineError

#: The placeholders, and the inputs that an engine follows where its workflow has them.
PLACES = {
    "prompt": "",
    "words": "",
    "negative": "",
    "seconds": "",
    "seed": "",
    "bars": "",
    "strength": "",
    "bpm": "tempo",
    "key": "key",
    "meter": "meter",
    "lyrics": "lyrics",
    "reference": "style",
}
_PLACE = re.compile(r"%(\w+)%")
_HOW = "in ComfyUI, choose Export (API), and name that file"


def read_workflow(path: str) -> dict[str, Any]:
    """A workflow of a file. EngineError where it is none, or not in the API's format."""
    try:
        graph = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            f"the workflow {path} cannot be read ({error}); {_HOW}", "workflow"
        ) from None
    except ValueError:
        raise EngineError(f"the workflow {path} is no JSON; {_HOW}", "workflow") from None
    if isinstance(graph, dict) and {"nodes", "links"} & set(graph):
        text = f"the workflow {path} is in the format of ComfyUI's page; {_HOW}"
        raise EngineError(text, "workflow")
    whole = (
        isinstance(graph, dict)
        and graph
        and all(isinstance(node, dict) and "class_type" in node for node in graph.values())
    )
    if not whole:
        raise EngineError(f"the workflow {path} has no nodes with a class_type; {_HOW}", "workflow")
    if unknown := sorted(places_in(graph) - set(PLACES)):
        known = ", ".join(f"%{name}%" for name in PLACES)
        text = f"the workflow {path} has a placeholder %{unknown[0]}%; there are {known}"
        raise EngineError(text, "workflow")
    if not {"prompt", "words"} & places_in(graph):
        raise EngineError(
            f"the workflow {path} has no %prompt%: put it where the words belong", "workflow"
        )
    return dict(graph)


def places_in(graph: Any) -> set[str]:
    """The names of all placeholders in a workflow."""
    return set(_PLACE.findall(json.dumps(graph)))


def filled(graph: Any, values: dict[str, Any]) -> Any:
    """A workflow with values for its placeholders. A text that is one alone gets its type."""
    if isinstance(graph, dict):
        return {name: filled(inside, values) for name, inside in graph.items()}
    if isinstance(graph, list):
        return [filled(inside, values) for inside in graph]
    if not isinstance(graph, str):
        return graph
    if whole := _PLACE.fullmatch(graph):
        return values[whole[1]]
    return _PLACE.sub(lambda found: str(values[found[1]]), graph)
