"""sa3.cpp's `sa3-server`: Stable Audio 3 on ggml. One model a process, one take at a time."""

from __future__ import annotations

import base64
import binascii
import contextlib
from typing import Any

from daemon.engines.servers.family import Asked, Fetched, Look
from daemon.engines.servers.wire import ServerError, Wire, lost
from daemon.errors import EngineError

#: Its seeds are integers of 32 bits with a sign.
_SEEDS = 1 << 31
#: The level of a take's peak: below full scale, so that its 16 bits do not clip.
_PEAK_DB = -1.0
_STATES = {
    "queued": "waits for its server",
    "generating": "is made",
    "encoding": "is encoded",
    "decoding": "is decoded",
    "finalizing": "is finished",
}


class Sa3:
    """Lengths are exact to the sample there, so a take is as long as asked."""

    def start(self, wire: Wire, asked: Asked) -> str:
        order: dict[str, Any] = {
            "prompt": asked.prompt,
            "negative_prompt": asked.negative,
            "duration": asked.seconds,
            "seed": asked.seed % _SEEDS,
            "peak_normalize_db": _PEAK_DB,
            # its limiter would squash the peaks before ours has seen them
            "limiter_ceiling_db": None,
            **self._reference(wire, asked),
            **asked.options,
        }
        answer = wire.json("POST", "/generate", json=order)
        if not isinstance(answer, dict) or not answer.get("session_id"):
            raise EngineError(f"{wire.name} took no order: {answer!r:.200}", "server", again=True)
        return str(answer["session_id"])

    @staticmethod
    def _reference(wire: Wire, asked: Asked) -> dict[str, Any]:
        if asked.reference is None:
            return {}
        with asked.reference.open("rb") as file:
            files = {"file": (asked.reference.name, file, "audio/wav")}
            given = wire.json("POST", "/init-audio/upload", files=files)
        order: dict[str, Any] = {"init_path": given["path"]}
        if asked.use == "continue":
            end = asked.reference_s + asked.seconds
            return {**order, "inpaint_start": asked.reference_s, "inpaint_end": end}
        return {**order, "init_noise_level": round(1.0 - asked.strength, 3)}

    def look(self, wire: Wire, take: str) -> Look:
        try:
            answer = wire.json("GET", f"/poll_status/{take}")
        except ServerError as error:
            if error.status == 404:
                raise lost(wire) from None
            raise
        state = answer.get("status")
        if state == "failed":
            text = f"{wire.name} failed: {answer.get('error') or 'it does not say why'}"
            raise EngineError(text, "server", again=True)
        # `generation_in_progress` is false while it decodes: only the state says that it is done
        share = min(float(answer.get("progress") or 0) / 100, 1.0)
        words = _STATES.get(str(state), str(state))
        return Look(state == "completed", share, words, answer.get("audio_data"))

    def fetch(self, wire: Wire, take: str, handle: Any) -> Fetched:
        self.drop(wire, take)
        try:
            return Fetched(base64.b64decode(str(handle), validate=True))
        except (binascii.Error, ValueError):
            text = f"{wire.name} sent a take that is no base64; it is asked for again"
            raise EngineError(text, "bad_audio", again=True) from None

    def drop(self, wire: Wire, take: str) -> None:
        # it has no cancel: the take ends there unheard, and is forgotten once it has
        with contextlib.suppress(ServerError):
            wire.json("GET", f"/poll_status/{take}", params={"consume": 1})
