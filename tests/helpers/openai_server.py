"""A server that speaks OpenAI's chat completions, counts what it is asked, answers each question sensibly, and misbehaves on
order."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections import Counter, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-planted-secret-0815"

PROMPT = {
    "bpm": 92, "key": "D minor", "meter": None, "bars": 2, "genre": "boom bap", "mood": ["dusty", "warm"],
    "instruments": ["drums", "bass"], "energy": 0.5, "density": None, "swing": 60, "negative": "vocals",
}  # fmt: skip
LYRICS = {
    "lyrics": "[verse]\nThe needle finds the groove again\nand midnight hums along\n[chorus]\nTurn it up and let it spin"
}
PLAN = {
    "genre": "house", "key": "A minor", "chords_of": ["i7", "bVI", "bVII", "i7"],
    "drums": {"rows": [{"voice": "kick", "rows": ["X...X...X...X..."]}, {"voice": "hat", "rows": ["..x...x...x...x."]}]},
    "bass": {"rows": ["..x...x...x...x."], "sound": "saw bass"}, "chords": None, "pad": None,
    "lead": {"bars": [{"letter": "A", "notes": [[0, 0, 4], [4, 2, 4], [8, 4, 8]]}], "form": ["A"], "sound": "pluck"},
}  # fmt: skip


class OpenAiServer:
    """Serves on a free port of this machine until `close`.

    knows    json_schema, json_object or text: the most that it understands of structured output
    plans    what the next calls meet, the first first: a status; (status, error body); "drop", "hang", "drip" (letter by letter
             for ever); "garbage" (no JSON in the body); "bomb" (much in a few bytes); ("say", text) as the message; ("refuse", text); "length"; "filter"; "empty"
    answers  by the question's name (prompt, lyrics, plan): the JSON that is answered, in place of the usual one
    """

    def __init__(self, *, knows: str = "json_schema", needs_key: bool = False) -> None:
        self.knows, self.needs_key = knows, needs_key
        self.plans: deque[Any] = deque()
        self.answers: dict[str, Any] = {}
        self.calls = 0
        self.seen: list[dict[str, Any]] = []
        self.heads: list[dict[str, str]] = []
        self.asked_for_a_way = 0
        self.content_type = "application/json"
        self.formats: Counter[str] = Counter()
        self.delay_s = 0.0
        self.prediction: dict[str, Any] = {}
        self.retry_after: str | None = "0.05"
        self._closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.handle(self)

            def do_GET(self) -> None:
                server.poll(self)

            def do_CONNECT(self) -> None:
                server.asked_for_a_way += 1
                self.send_error(403)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def close(self) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()

    def handle(self, call: BaseHTTPRequestHandler) -> None:
        if call.path.endswith("/cancel"):
            self._answer(call, 200, {**self.prediction, "status": "canceled"})
            return
        body = json.loads(call.rfile.read(int(call.headers["Content-Length"])))
        self.calls += 1
        self.seen.append(body)
        self.heads.append({name.lower(): value for name, value in call.headers.items()})
        plan = self.plans.popleft() if self.plans else None
        if self.needs_key and call.headers.get("Authorization") != f"Bearer {KEY}":
            said = f"Incorrect API key provided: {call.headers.get('Authorization')}"
            self._answer(
                call,
                401,
                {
                    "error": {
                        "message": said,
                        "type": "invalid_request_error",
                        "code": "invalid_api_key",
                    }
                },
            )
            return
        if call.path == "/v1/models/openai/gpt-4o/predictions":
            self._predict(call, body["input"], plan)
            return
        if call.path != "/v1/chat/completions":
            self._answer(call, 404, {"error": {"message": "no such path"}})
            return
        if plan is not None:
            self._misbehave(call, plan)
            return
        asked = body.get("response_format", {}).get("type", "text")
        self.formats[asked] += 1
        known = {"json_schema": 2, "json_object": 1, "text": 0}
        if known[asked] > known[self.knows]:
            self._answer(
                call,
                400,
                {
                    "error": {
                        "message": f"'response_format.type' must be one of {self.knows}",
                        "code": None,
                    }
                },
            )
            return
        time.sleep(self.delay_s)
        content = json.dumps(self.value_for(body))
        self._message(
            call,
            {
                "content": content
                if self.knows != "text"
                else f"Here you are:\n```json\n{content}\n```\nEnjoy!"
            },
        )

    def value_for(self, body: dict[str, Any]) -> Any:
        name = (
            "lyrics"
            if "lyrics for" in (system := body["messages"][0]["content"])
            else "plan"
            if "compose" in system
            else "prompt"
        )
        if name in self.answers:
            return self.answers[name]
        if name == "prompt":
            engines = json.loads(body["messages"][1]["content"])["engines"]
            words = "dusty drums, upright bass, vinyl crackle, 85 bpm in C minor"
            return {"prompts": {engine: f"{words}, for {engine}" for engine in engines}, **PROMPT}
        return LYRICS if name == "lyrics" else PLAN

    def _predict(self, call: BaseHTTPRequestHandler, given: dict[str, Any], plan: Any) -> None:
        """As Replicate does: a prediction that is begun, and has succeeded when it is looked at; its output comes in pieces."""
        if isinstance(plan, int):
            self._answer(call, plan, {"detail": f"error {plan}", "status": plan})
            return
        messages = [
            {"role": "system", "content": given["system_prompt"]},
            {"role": "user", "content": given["prompt"]},
        ]
        text = json.dumps(self.value_for({"messages": messages}))
        metrics = {"input_token_count": 1000, "output_token_count": 200}
        self.prediction = {
            "id": "p1",
            "status": plan or "succeeded",
            "output": [text[:9], text[9:]],
            "metrics": metrics,
        }
        self._answer(call, 201, {**self.prediction, "status": "starting", "output": None})

    def poll(self, call: BaseHTTPRequestHandler) -> None:
        self._answer(call, 200, self.prediction)

    def _misbehave(self, call: BaseHTTPRequestHandler, plan: Any) -> None:
        if isinstance(plan, int):
            self._answer(call, plan, {"error": {"message": f"error {plan}", "code": "planned"}})
        elif isinstance(plan, tuple) and isinstance(plan[0], int):
            self._answer(call, *plan)
        elif isinstance(plan, tuple):
            self._message(
                call,
                {"content": plan[1]} if plan[0] == "say" else {"content": None, "refusal": plan[1]},
            )
        elif plan == "drop":
            call.close_connection = True
            call.connection.close()
        elif plan == "hang":
            self._closing.wait(30)
        elif plan == "drip":
            call.send_response(200)
            call.end_headers()
            while not self._closing.wait(0.05):
                try:
                    call.wfile.write(b" ")
                except OSError:
                    return
        elif plan == "garbage":
            self._raw(call, 200, b"\x00\xff<html>not JSON")
        elif plan == "bomb":
            self._raw(call, 200, gzip.compress(bytes(64 << 20)), {"Content-Encoding": "gzip"})
        elif plan == "empty":
            self._answer(call, 200, {"choices": []})
        else:
            self._message(
                call,
                {"content": '{"prompts": {"emb'},
                {"length": "length", "filter": "content_filter"}[plan],
            )

    def _message(
        self, call: BaseHTTPRequestHandler, message: dict[str, Any], reason: str = "stop"
    ) -> None:
        choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}
        usage = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}
        self._answer(
            call, 200, {"id": "c1", "model": "tiny-1", "choices": [choice], "usage": usage}
        )

    def _answer(self, call: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
        self._raw(call, status, json.dumps(body).encode())

    def _raw(
        self,
        call: BaseHTTPRequestHandler,
        status: int,
        raw: bytes,
        more: dict[str, str] | None = None,
    ) -> None:
        try:
            call.send_response(status)
            call.send_header("Content-Type", self.content_type)
            if 300 <= status < 400:
                call.send_header("Location", f"{self.url}/chat/completions")
            for name, value in (more or {}).items():
                call.send_header(name, value)
            if status == 429 and self.retry_after is not None:
                call.send_header("Retry-After", self.retry_after)
            call.send_header("Content-Length", str(len(raw)))
            call.end_headers()
            call.wfile.write(raw)
        except OSError:
            pass
