"""What a box offers, asked anew: one that was paired long ago may do more by now."""

from __future__ import annotations

from typing import Any

from daemon.engines.remote.boxes import boxes_folder, load_box, save_box
from daemon.engines.remote.line import refreshed
from daemon.verbs.tell import TellStage


def renew_beside_others(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """Ask a box what it offers, and keep it, in the child of servers.

    task: {box, address}. Returns {verbs}. EngineError where it does not answer.
    """
    box = refreshed(load_box(task["box"], address=task["address"]))
    save_box(box, boxes_folder())
    return {"verbs": list(box.verbs)}
