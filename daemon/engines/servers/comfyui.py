"""ComfyUI with a workflow of the user's own."""

from __future__ import annotations

import contextlib
from typing import Any

from daemon.engines.servers.family import Asked, Fetched, Look
from daemon.engines.servers.wire import ServerError, Wire
from daemon.engines.servers.workflow import filled, read_workflow
from daemon.errors import EngineError


class ComfyUi:
    """Polled: its WebSocket would tell each step, and needs a connection of its own."""

    def start(self, wire: Wire, asked: Asked) -> str:
        graph = read_workflow(asked.workflow)
        values = {
            "prompt": asked.prompt,
            "words": asked.words,
            "negative": asked.negative,
            "seconds": asked.seconds,
            # equal graphs come from its cache and give nothing new; seeds of clips differ
            "seed": asked.seed % (1 << 31),
            "bars": asked.bars or 4,
            "strength": asked.strength,
            "bpm": asked.bpm or 120.0,
            "key": asked.key or "C major",
            "meter": asked.meter,
            "lyrics": asked.lyrics,
            "reference": self._upload(wire, asked),
        }
        order = {"prompt": filled(graph, values), "client_id": "sidecrate", **asked.options}
        try:
            answer = wire.json("POST", "/prompt", json=order)
        except ServerError as error:
            if error.status == 400:
                text = f"the workflow {asked.workflow} is refused: {error.text}"
                raise EngineError(text, "workflow") from None
            raise
        if faults := answer.get("node_errors"):
            raise EngineError(f"the workflow is refused: {faults!r:.300}", "workflow")
        return str(answer["prompt_id"])

    @staticmethod
    def _upload(wire: Wire, asked: Asked) -> str:
        if asked.reference is None:
            return ""
        with asked.reference.open("rb") as file:
            # the field is called image for sounds too
            files = {"image": (asked.reference.name, file, "audio/wav")}
            given = wire.json("POST", "/upload/image", files=files, data={"type": "input"})
        return "/".join(part for part in (given.get("subfolder"), given["name"]) if part)

    def look(self, wire: Wire, take: str) -> Look:
        about = wire.json("GET", f"/history/{take}").get(take)
        if about is None:
            return Look(False, None, "is made")
        status = about.get("status") or {}
        if status.get("status_str") == "error":
            raise EngineError(f"{wire.name} failed: {_why(status)}", "server", again=True)
        sounds = [
            file
            for node in (about.get("outputs") or {}).values()
            for file in (node.get("audio") or [])
        ]
        if not sounds:
            text = (
                f"the workflow ended at {wire.name} and saved no sound: it needs a node that saves"
                " audio, and a %seed% (an equal graph gives nothing new)"
            )
            raise EngineError(text, "workflow")
        return Look(True, 1.0, "is made", sounds[0])

    def fetch(self, wire: Wire, take: str, handle: Any) -> Fetched:
        where = {name: str(handle.get(name, "")) for name in ("filename", "subfolder", "type")}
        return Fetched(wire.body("GET", "/view", params=where)[1])

    def drop(self, wire: Wire, take: str) -> None:
        """Cancel by the newer route; an older server ends it only where nothing else would end."""
        try:
            wire.json("POST", f"/api/jobs/{take}/cancel")
        except ServerError as error:
            if error.status not in (404, 405):
                return
            with contextlib.suppress(ServerError, KeyError, IndexError, TypeError):
                wire.body("POST", "/queue", json={"delete": [take]})
                running = wire.json("GET", "/queue")["queue_running"]
                if [entry[1] for entry in running] == [take]:
                    wire.body("POST", "/interrupt", json={"prompt_id": take})


def _why(status: dict[str, Any]) -> str:
    for name, about in status.get("messages") or []:
        if name == "execution_error":
            return f"{about.get('node_type')}: {about.get('exception_message')}"[:300]
    return "it does not say why"
