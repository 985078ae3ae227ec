"""acestep.cpp's `ace-server`: ACE-Step 1.5 on ggml. Takes are jobs, first come first served."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

from daemon.engines.servers.family import Asked, Fetched, Look
from daemon.engines.servers.wire import ServerError, Wire, lost
from daemon.errors import EngineError

_NO_WORDS = "[Instrumental]"


class AceCpp:
    """It says no progress, and of a failure no reason."""

    def start(self, wire: Wire, asked: Asked) -> str:
        order = {**ace_fields(asked), "output_format": "wav24", **asked.options}
        if asked.reference is None:
            answer = wire.json("POST", "/synth", json=order)
        else:
            with asked.reference.open("rb") as file:
                part = "ref_audio" if asked.use == "style" else "audio"
                files = {
                    "request": (None, json.dumps(order), "application/json"),
                    part: (asked.reference.name, file, "audio/wav"),
                }
                answer = wire.json("POST", "/synth", files=files)
        if not isinstance(answer, dict) or not answer.get("id"):
            raise EngineError(f"{wire.name} took no order: {answer!r:.200}", "server", again=True)
        return str(answer["id"])

    def look(self, wire: Wire, take: str) -> Look:
        try:
            state = wire.json("GET", "/job", params={"id": take}).get("status")
        except ServerError as error:
            if error.status == 404:
                raise lost(wire) from None
            raise
        if state == "failed":
            text = (
                f"{wire.name} failed, and its answer gives no reason; its log does:"
                f" {wire.address}/logs"
            )
            raise EngineError(text, "server", again=True)
        if state == "cancelled":
            raise EngineError(f"the take was cancelled at {wire.name}", "server")
        return Look(state == "done", None, "is made")

    def fetch(self, wire: Wire, take: str, handle: Any) -> Fetched:
        content_type, body = wire.body("GET", "/job", params={"id": take, "result": 1})
        return Fetched(audio_part(content_type, body, wire))

    def drop(self, wire: Wire, take: str) -> None:
        with contextlib.suppress(ServerError):
            wire.json("POST", "/job", params={"id": take, "cancel": 1})


def ace_fields(asked: Asked) -> dict[str, Any]:
    """The fields that both of ACE-Step's servers share, by acestep.cpp's names.

    A tempo is a whole number there, so it is rounded, and the take is fitted to the true one.
    """
    order: dict[str, Any] = {
        "caption": asked.words,
        "lyrics": asked.lyrics or _NO_WORDS,
        "duration": asked.seconds,
        "seed": asked.seed % (1 << 31),
        "timesignature": asked.meter.partition("/")[0],
    }
    if asked.bpm:
        order["bpm"] = round(asked.bpm)
    if asked.key:
        order["keyscale"] = asked.key
    if asked.reference is not None and asked.use == "continue":
        # beyond the source's end: it is lengthened by that
        start, end = asked.reference_s, asked.reference_s + asked.seconds
        order.update(task_type="repaint", repainting_start=start, repainting_end=end, duration=end)
    elif asked.reference is not None and asked.use == "melody":
        order.update(task_type="cover", audio_cover_strength=asked.strength)
    return order


def audio_part(content_type: str, body: bytes, wire: Wire) -> bytes:
    """The first audio of a `multipart/mixed` answer, which has a part of latents beside each."""
    found = re.search(r'boundary="?([^";]+)', content_type)
    if not found:
        return body
    for part in body.split(b"--" + found[1].encode())[1:]:
        head, _, inside = part.partition(b"\r\n\r\n")
        if re.search(rb"(?i)content-type:\s*audio/", head):
            return inside.removesuffix(b"\r\n")
    raise EngineError(f"{wire.name} sent no audio; it is asked for again", "bad_audio", again=True)
