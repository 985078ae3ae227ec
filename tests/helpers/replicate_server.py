"""A server that speaks Replicate's HTTP, counts what is bought, returns real audio off tempo and off key, and misbehaves on order."""

from __future__ import annotations

import io
import itertools
import json
import re
import tempfile
import threading
import time
from collections import Counter, deque
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

TOKEN = "r8_planted-secret-4711"
LOOPER = "f8140d0457c2b39ad8728a80736fea9a67a0ec0cd37b35f40b68cce507db2366"
#: What is returned is so much too fast, and so many semitones too high.
OFF_TEMPO, OFF_KEY = 1.03, 1


@cache
def loop_wav(bpm: float, seconds: float, seed: int, rate: int = 32000) -> bytes:
    """A groove with bass and chords in A minor, a semitone too high and 3 % too fast, mono; the hats alone where `seed` is 0."""
    rng = np.random.default_rng(seed)
    quarter = 60 / (bpm * OFF_TEMPO)
    out = np.zeros(round((seconds + 1) * rate))

    def add(at_s: float, length_s: float, wave: Any) -> None:
        start = round(at_s * rate)
        t = np.arange(min(round(length_s * rate), len(out) - start)) / rate
        if start < len(out) and len(t):
            out[start : start + len(t)] += wave(t)

    def tone(note: float, gain: float, decay: float) -> Any:
        hz = 440 * 2 ** ((note + OFF_KEY - 69) / 12)
        return lambda t: (
            gain
            * np.exp(-decay * t)
            * sum(np.sin(2 * np.pi * hz * n * t) / n for n in (1, 2, 3))
            * np.minimum(1, t * 200)
        )

    chords = [(45, (57, 60, 64)), (41, (57, 60, 65)), (48, (55, 60, 64)), (43, (55, 59, 62))]
    for bar in itertools.count():
        if bar * 4 * quarter > seconds:
            break
        root, notes = chords[(bar + seed) % 4] if bar % 4 else chords[0]
        for note in notes:
            add(bar * 4 * quarter, 3.6 * quarter, tone(note, 0.08, 0.8))
        for step in range(16):
            at = (bar * 4 + step / 4) * quarter
            if step in (0, 8, 10):
                add(
                    at,
                    0.3,
                    lambda t: (
                        0.8
                        * np.sin(2 * np.pi * 50 * t + 8 * (1 - np.exp(-30 * t)))
                        * np.exp(-12 * t)
                    ),
                )
                add(at, 0.4, tone(root - 12, 0.3, 5))
            if step in (4, 12):
                add(at, 0.2, lambda t: 0.4 * rng.standard_normal(len(t)) * np.exp(-25 * t))
            if step % 2 == 0:
                add(
                    at,
                    0.06,
                    lambda t: 0.15 * np.diff(rng.standard_normal(len(t) + 1)) * np.exp(-80 * t),
                )
    return _wav(out[: round(seconds * rate)], rate)


@cache
def hit_wav(seconds: float, rate: int = 44100) -> bytes:
    """A low stroke, stereo."""
    t = np.arange(round(seconds * rate)) / rate
    mono = np.sin(2 * np.pi * 60 * t) * np.exp(-8 * t) * 0.7
    return _wav(np.stack([mono, mono * 0.9], axis=1), rate)


@cache
def picture_png(seed: int, side: int = 64) -> bytes:
    """A picture of one colour of the seed."""
    from PIL import Image

    file = io.BytesIO()
    colour = tuple(int(x) for x in np.random.default_rng(seed).integers(40, 255, 3))
    Image.new("RGB", (side, side), colour).save(file, "PNG")
    return file.getvalue()


@cache
def moving_mp4() -> bytes:
    """A second of a picture that becomes brighter, without sound."""
    from daemon.painting.moving import write_moving

    levels = np.linspace(30, 220, 16).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "moving.mp4"
        write_moving(path, np.broadcast_to(levels[:, None, None, None], (16, 64, 96, 3)), 16)
        return path.read_bytes()


def _wav(audio: np.ndarray, rate: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(
        file,
        (audio / max(1.0, np.abs(audio).max() * 1.1)).astype(np.float32),
        rate,
        format="WAV",
        subtype="PCM_16",
    )
    return file.getvalue()


class ReplicateServer:
    """Serves on a free port of this machine until `close`.

    work_s       how long a prediction takes
    plans        by route (create, get, cancel, list, file, version, upload): what the next calls meet, the first first:
                 a status; (status, body); "drop" (the line is cut before the work); "drop after" (after it); "hang"; "hang after"
    outcome      what predictions come to: succeeded, failed, canceled, aborted
    shape        of the output: object, list, string, list of objects, none
    audio        what the files hold: whole, truncated, corrupt, html, gone, silent
    rate_limit   creates a second, None for no limit
    """

    def __init__(self, *, work_s: float = 0.3) -> None:
        self.work_s = work_s
        self.plans: dict[str, deque[Any]] = {}
        self.outcome, self.shape, self.audio = "succeeded", "object", "whole"
        self.error: str | None = None
        self.predict_time = 20.0
        self.rate_limit: float | None = None
        self.hides_inputs = False
        self.calls: Counter[str] = Counter()
        self.tokens: set[str] = set()
        self.heads: list[dict[str, str]] = []
        self.asked_for_a_way = 0
        self.predictions: dict[str, dict[str, Any]] = {}
        self.most_at_once = 0
        self.lock = threading.RLock()
        self._last_create_s = 0.0
        self._numbers = itertools.count(1)
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"world": self})
        )
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def creates(self) -> int:
        """How many predictions were bought."""
        return len(self.predictions)

    def plan(self, route: str, *what: Any) -> None:
        self.plans.setdefault(route, deque()).extend(what)

    def next_plan(self, route: str) -> Any:
        with self.lock:
            self.calls[route] += 1
            waiting = self.plans.get(route)
            return waiting.popleft() if waiting else None

    # -- predictions

    def create(self, model: str, version: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self.lock:
            now = time.time()
            if self.rate_limit and now - self._last_create_s < 1 / self.rate_limit:
                return 429, {
                    "detail": "Request was throttled. Your rate limit resets in ~1s.",
                    "retry_after": 1,
                    "status": 429,
                }
            if "prompt" not in given and "tags" not in given:
                return 422, {
                    "title": "Input validation failed",
                    "detail": "- input: prompt is required",
                    "status": 422,
                }
            self._last_create_s = now
            number = f"p{next(self._numbers):04d}"
            self.predictions[number] = {
                "model": model,
                "version": version,
                "input": given,
                "began": now,
                "status": "starting",
                "ended": None,
            }
            under_way = sum(
                self.view(one)["status"] in ("starting", "processing") for one in self.predictions
            )
            self.most_at_once = max(self.most_at_once, under_way)
            return 201, self.view(number)

    def view(self, number: str) -> dict[str, Any]:
        with self.lock:
            one = self.predictions[number]
            age = time.time() - one["began"]
            if one["status"] in ("starting", "processing"):
                one["status"] = (
                    "starting"
                    if age < self.work_s * 0.2
                    else "processing"
                    if age < self.work_s
                    else self.outcome
                )
            done = one["status"] == "succeeded"
            said = {
                "id": number, "model": one["model"], "version": one["version"], "input": one["input"], "data_removed": self.hides_inputs,
                "status": one["status"], "error": self.error if one["status"] == "failed" else None,
                "logs": f"step\n {min(99, round(100 * age / self.work_s)):3d}%|####      | {round(age * 10)}/100" if age > 0.1 else "",
                "output": self._output(number, one["input"]) if done else None,
                "created_at": datetime.fromtimestamp(one["began"], UTC).isoformat().replace("+00:00", "Z"),
                "urls": {"get": f"{self.url}/v1/predictions/{number}", "cancel": f"{self.url}/v1/predictions/{number}/cancel"},
            }  # fmt: skip
            if self.hides_inputs:
                said["input"] = {}
            if one["status"] in ("succeeded", "failed", "canceled"):
                said["metrics"] = {"predict_time": self.predict_time}
            return said

    def _output(self, number: str, given: dict[str, Any]) -> Any:
        count = int(given.get("variations", 1))
        urls = [f"{self.url}/files/{number}/{n}.wav" for n in range(count)]
        if "aspect_ratio" in given:
            return urls
        if "image" in given:
            return urls[0]
        return {
            "object": {f"variation_{n + 1:02d}": url for n, url in enumerate(urls)}
            if "variations" in given
            else {"wav": urls[0]},
            "list": urls,
            "string": urls[0],
            "list of objects": [{"audio": url} for url in urls],
            "first only": {
                f"variation_{n + 1:02d}": url if n == 0 else None for n, url in enumerate(urls)
            },
            "none": None,
        }[self.shape]

    def file(self, number: str, take: int) -> tuple[int, str, bytes]:
        given = self.predictions[number]["input"]
        if "aspect_ratio" in given or "image" in given:
            body = moving_mp4() if "image" in given else picture_png(int(given.get("seed", 1)))
            return {
                "whole": (200, "image/png", body),
                "corrupt": (200, "image/png", bytes(range(256)) * 40),
                "html": (200, "text/html; charset=utf-8", b"<html>Sorry</html>"),
                "gone": (404, "application/json", b'{"detail":"gone","status":404}'),
            }[self.audio]
        seconds = float(
            given.get("max_duration") or given.get("duration") or given.get("seconds_total") or 30
        )
        if "bpm" in given or "tags" in given or "loop" in str(given.get("prompt")):
            body = loop_wav(
                float(given.get("bpm", 120)), seconds, int(given.get("seed", 1)) % 3 + take + 1
            )
        else:
            body = hit_wav(seconds)
        return {
            "whole": (200, "audio/wav", body),
            "truncated": (200, "audio/wav", body[: len(body) // 3]),
            "corrupt": (200, "audio/wav", bytes(range(256)) * 400),
            "html": (200, "text/html; charset=utf-8", b"<html>Sorry</html>"),
            "gone": (404, "application/json", b'{"detail":"gone","status":404}'),
            "silent": (200, "audio/wav", _wav(np.zeros(round(seconds * 32000)), 32000)),
        }[self.audio]


class _Handler(BaseHTTPRequestHandler):
    world: ReplicateServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_CONNECT(self) -> None:
        self.world.asked_for_a_way += 1
        self.send_error(403)

    def _serve(self, method: str) -> None:
        world, path = self.world, self.path.partition("?")[0]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        route = self._route(method, path)
        plan = world.next_plan(route)
        world.heads.append({name.lower(): value for name, value in self.headers.items()})
        token = self.headers.get("Authorization", "").removeprefix("Bearer ").removeprefix("Token ")
        if token:
            world.tokens.add(token)
        if plan in ("drop", "hang"):
            self._leave(plan)
            return
        if isinstance(plan, int):
            plan = (plan, {"detail": f"planned {plan} for {token}", "status": plan})
        if isinstance(plan, tuple):
            self._answer(*plan)
            return
        if route != "file" and token != TOKEN:
            self._answer(
                401,
                {
                    "title": "Unauthenticated",
                    "detail": f"You did not pass a valid token, but {token}",
                    "status": 401,
                },
            )
            return
        status, said = self._do(route, path, body)
        if plan in ("drop after", "hang after"):
            self._leave(plan)
        else:
            self._answer(status, said)

    def _leave(self, plan: str) -> None:
        if plan.startswith("hang"):
            time.sleep(60)
        self.close_connection = True
        self.connection.close()

    def _route(self, method: str, path: str) -> str:
        if path.startswith("/files/"):
            return "file"
        if path == "/v1/files":
            return "upload"
        if path.endswith("/cancel"):
            return "cancel"
        if path.endswith("/predictions"):
            return "create" if method == "POST" else "list"
        if path.startswith("/v1/predictions/"):
            return "get"
        return "account" if path == "/v1/account" else "version"

    def _do(self, route: str, path: str, body: bytes) -> tuple[int, Any]:
        world = self.world
        parts = path.strip("/").split("/")
        if route == "file":
            return world.file(parts[1], int(parts[2].partition(".")[0]))[0], world.file(
                parts[1], int(parts[2].partition(".")[0])
            )[1:]
        if route == "upload":
            return 201, {"id": "f1", "urls": {"get": f"{world.url}/v1/files/f1"}}
        if route == "account":
            return 200, {"type": "user", "username": "somebody"}
        if route == "create":
            asked = json.loads(body)
            model = "/".join(parts[2:4]) if parts[1] == "models" else ""
            return world.create(model, asked.get("version", ""), asked["input"])
        if route == "list":
            newest = sorted(world.predictions, reverse=True)
            start = int(found[1]) if (found := re.search(r"cursor=(\d+)", self.path)) else 0
            following = (
                f"{world.url}/v1/predictions?cursor={start + 5}"
                if len(newest) > start + 5
                else None
            )
            return 200, {
                "previous": None,
                "next": following,
                "results": [world.view(one) for one in newest[start : start + 5]],
            }
        if route == "version":
            return 200, {"owner": parts[2], "name": parts[3], "latest_version": {"id": "a" * 64}}
        if parts[2] not in world.predictions:
            return 404, {"detail": "Not found.", "status": 404}
        if route == "cancel":
            one = world.predictions[parts[2]]
            if world.view(parts[2])["status"] in ("starting", "processing"):
                one["status"] = "canceled"
        return 200, world.view(parts[2])

    def _answer(self, status: int, said: Any) -> None:
        if isinstance(said, tuple):
            kind, body = said
        else:
            kind, body = (
                "application/problem+json" if status >= 400 else "application/json",
                json.dumps(said).encode(),
            )
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.world.url}{self.path}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True
