"""Servers that speak the HTTP of sa3.cpp, acestep.cpp, ACE-Step and ComfyUI, refuse what those refuse, and misbehave on order."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import soundfile


def groove(seconds: float, bpm: float, seed: int, rate: int) -> bytes:
    """A beat with a bass, stereo in 16 bits, other for each seed."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(seconds * rate))
    step = 60 / bpm / 4
    for at in range(int(seconds / step)):
        start = round(at * step * rate)
        t = np.arange(min(rate // 5, len(out) - start)) / rate
        if at % 4 == 0:
            out[start : start + len(t)] += 0.6 * np.sin(2 * np.pi * 55 * t) * np.exp(-14 * t)
        if at % 8 == 4:
            out[start : start + len(t)] += 0.3 * rng.standard_normal(len(t)) * np.exp(-25 * t)
        if at % 2 == 0:
            hz = 220 * 2 ** (rng.integers(0, 8) / 12)
            out[start : start + len(t)] += 0.15 * np.sin(2 * np.pi * hz * t) * np.exp(-9 * t)
    file = io.BytesIO()
    sound = np.stack([out, out], axis=1)[: round(seconds * rate)].clip(-0.95, 0.95)
    soundfile.write(file, sound, rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


class EngineServer(ABC):
    """One program's server on a free port until `close`. Its wire stands in a subclass.

    work_s   how long a take is under way
    faults   what the next orders meet, the first first: "500", "hang" (never ends), "lost" (forgotten after a restart),
             "failed", "half" (the sound breaks off), "no sound" (rubbish), "drop" (the line is cut)
    """

    def __init__(self, *, work_s: float = 0.0) -> None:
        self.work_s = work_s
        self.faults: deque[str] = deque()
        self.orders: list[dict[str, Any]] = []
        self.uploads: list[bytes] = []
        self.calls: Counter[str] = Counter()
        self.tasks: dict[str, dict[str, Any]] = {}
        self.cancelled: list[str] = []
        self.heads: list[dict[str, str]] = []
        handler = type("Handler", (_Handler,), {"world": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
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

    def begin(self, order: dict[str, Any]) -> tuple[int, str]:
        """(0, id) of a new task, or (a status, why) where a fault says so."""
        fault = self.faults.popleft() if self.faults else ""
        if fault == "500":
            return 500, "out of memory"
        self.orders.append(order)
        task = f"{len(self.tasks) + 1:012x}"
        self.tasks[task] = {"order": order, "fault": fault, "since": time.monotonic()}
        return 0, task

    def state(self, task: str) -> str:
        """gone, running, failed, cancelled or done."""
        about = self.tasks.get(task)
        if about is None or about["fault"] == "lost":
            return "gone"
        if task in self.cancelled:
            return "cancelled"
        if about["fault"] == "hang" or time.monotonic() - about["since"] < self.work_s:
            return "running"
        return "failed" if about["fault"] == "failed" else "done"

    def sound(self, task: str, seconds: float, rate: int, bpm: float) -> bytes:
        about = self.tasks[task]
        if about["fault"] == "no sound":
            return b"no sound at all"
        whole = groove(seconds, bpm, int(about["order"].get("seed") or 0), rate)
        return whole[: len(whole) // 100] if about["fault"] == "half" else whole

    @abstractmethod
    def answer(self, method: str, path: str, query: dict[str, str], call: _Handler) -> Any:
        """The JSON of an answer, or (status, JSON), or (content type, bytes)."""


class Sa3Server(EngineServer):
    loras = ("dusty",)

    def answer(self, method, path, query, call):
        if path == "/health":
            return {"status": "ok", "model": "small-music", "encoding": "q8_0", "loaded": True, "loudness_defaults": {"peak_normalize_db": 2.0}}  # fmt: skip
        if path == "/generate":
            order = call.json()
            if "seconds" in order or "frames" in order:
                return 400, {"error": "unknown field seconds"}
            if not 0 < order.get("duration", 30) <= 300:
                return 400, {"error": "duration must be in (0, 300]"}
            for lora in order.get("loras", []):
                if lora.get("name") not in self.loras:
                    return 400, {"error": f"unknown lora {lora.get('name')}"}
            status, task = self.begin(order)
            return (status, {"error": task}) if status else {"success": True, "session_id": task, "seed": order["seed"]}  # fmt: skip
        if path == "/init-audio/upload":
            self.uploads.append(call.parts()["file"])
            return {"success": True, "path": "/srv/init/reference.wav"}
        if path.startswith("/poll_status/"):
            task = path.rpartition("/")[2]
            state = self.state(task)
            if state == "gone":
                return 404, {"success": False, "error": "unknown session"}
            if query.get("consume") and state in ("done", "failed"):
                self.tasks.pop(task)
                return {"success": True}
            if state == "failed":
                return {"success": False, "status": "failed", "error": "ggml: out of memory", "generation_in_progress": False}  # fmt: skip
            if state == "running":
                # as the real one: false already while it decodes
                return {"success": True, "generation_in_progress": False, "status": "decoding", "progress": 80}  # fmt: skip
            order = self.tasks[task]["order"]
            seconds = order.get("inpaint_end") or order["duration"]
            audio = base64.b64encode(self.sound(task, seconds, 44100, 120.0)).decode()
            if self.tasks[task]["fault"] == "half":
                audio = "%%%" + audio
            return {"success": True, "status": "completed", "progress": 100, "audio_data": audio, "meta": {}}  # fmt: skip
        return 404, {"error": "no route"}


class AceCppServer(EngineServer):
    nets: tuple[str, ...] = ("acestep-v15-turbo-Q8_0.gguf",)

    def answer(self, method, path, query, call):
        if path == "/props":
            return {"version": "a1b2c3 (2026-07-21)", "models": {"lm": [], "dit": list(self.nets), "vae": []}, "adapters": []}  # fmt: skip
        if path == "/synth":
            parts = call.parts() if "multipart" in call.headers["content-type"] else {}
            order = json.loads(parts["request"]) if parts else call.json()
            self.uploads += [parts[name] for name in ("audio", "ref_audio") if name in parts]
            if not order.get("caption"):
                return 400, {"error": "Caption is required"}
            if order.get("output_format", "mp3") not in ("mp3", "wav16", "wav24", "wav32"):
                return 400, {"error": "Invalid output_format"}
            if not self.nets:
                return 501, {"error": "no models"}
            order["bpm"] = int(order.get("bpm") or 0)
            status, task = self.begin(order)
            return (status, {"error": task}) if status else {"id": task}
        if path == "/job":
            task = query["id"]
            state = self.state(task)
            if state == "gone":
                return 404, {"error": "Job not found"}
            if query.get("cancel"):
                self.cancelled.append(task)
                return {"status": "cancelled"}
            if not query.get("result"):
                return {"status": state}
            if state != "done":
                return 404, {"error": "Result not ready"}
            order = self.tasks[task]["order"]
            seconds = np.ceil(int(order["duration"] * 25) / 2) * 2 / 25
            sound = self.sound(task, seconds, 48000, order["bpm"] or 120.0)
            return "multipart/mixed; boundary=ace-batch-boundary", (
                b'--ace-batch-boundary\r\nContent-Type: application/octet-stream\r\nname="latent"\r\n\r\n'
                + bytes(64)
                + b"\r\n--ace-batch-boundary\r\nContent-Type: audio/wav\r\n\r\n"
                + sound
                + b"\r\n--ace-batch-boundary--\r\n"
            )
        return 404, {"error": "no route"}


class AceStepServer(EngineServer):
    key = ""

    def answer(self, method, path, query, call):
        def envelope(data: Any, code: int = 200, error: str | None = None) -> dict[str, Any]:
            return {"data": data, "code": code, "error": error, "timestamp": 0, "extra": None}

        if path == "/health":
            return envelope({"service": "ACE-Step API", "version": "1.0", "loaded_model": "acestep-v15-turbo"})  # fmt: skip
        if self.key and call.headers.get("authorization") != f"Bearer {self.key}":
            return 401, {"detail": "Invalid API key"}
        if path == "/release_task":
            multipart = "multipart" in call.headers["content-type"]
            parts = call.parts() if multipart else {}
            order = {name: part.decode() for name, part in parts.items() if "audio" not in name or name.startswith("audio_")} if parts else call.json()  # fmt: skip
            self.uploads += [parts[name] for name in ("ctx_audio", "ref_audio") if name in parts]
            if not 10 <= float(order.get("audio_duration", 10)) <= 600:
                return envelope(None, 400, "audio_duration must be 10..600")
            status, task = self.begin(order)
            return envelope(None, status, task) if status else envelope({"task_id": task, "status": "queued", "queue_position": 1})  # fmt: skip
        if path == "/query_result":
            return envelope([self._result(task) for task in call.json()["task_id_list"]])
        if path == "/v1/audio":
            task = query["path"].rpartition("/")[2].removesuffix(".wav")
            order = self.tasks[task]["order"]
            bpm = float(order.get("bpm") or 120.0)
            return "audio/wav", self.sound(task, float(order["audio_duration"]), 48000, bpm)
        return 404, {"detail": "Not Found"}

    def _result(self, task: str) -> dict[str, Any]:
        state = self.state(task)
        one: dict[str, Any] = {"task_id": task, "status": 0, "result": "[]", "progress_text": ""}
        if state == "running":
            one["result"] = json.dumps([{"progress": 0.4, "stage": "diffusion"}])
        elif state == "failed":
            one.update(status=2, result=json.dumps([{"error": "CUDA out of memory"}]))
        elif state == "done":
            one.update(status=1, result=json.dumps([{"file": f"/v1/audio?path=/tmp/{task}.wav", "seed_value": "5"}]))  # fmt: skip
        return one


class ComfyServer(EngineServer):
    """`newer`: it has the routes of jobs; an older one has only those of its queue."""

    newer = True

    def answer(self, method, path, query, call):
        if path == "/system_stats":
            return {"system": {"comfyui_version": "0.9.1"}, "devices": []}
        if path == "/prompt":
            if call.headers.get("origin"):
                return 403, {"error": "origin"}
            graph = call.json()["prompt"]
            for node, about in graph.items():
                if about["class_type"] not in ("KSampler", "CLIPTextEncode", "EmptyLatentAudio", "SaveAudio", "LoadAudio"):  # fmt: skip
                    return 400, {"error": {"type": "prompt_outputs_failed_validation", "message": f"node {node}: {about['class_type']} does not exist"}, "node_errors": {}}  # fmt: skip
            inputs = {key: value for about in graph.values() for key, value in about["inputs"].items()}  # fmt: skip
            if not isinstance(inputs.get("seed"), int):
                return 400, {"error": {"message": "seed is no INT"}, "node_errors": {}}
            status, task = self.begin({**inputs, "graph": graph})
            return (status, {"error": task}) if status else {"prompt_id": task, "number": 1, "node_errors": {}}  # fmt: skip
        if path.startswith("/history/"):
            task = path.rpartition("/")[2]
            state = self.state(task)
            if state in ("gone", "running"):
                return {}
            if state == "failed":
                messages = [["execution_error", {"node_type": "KSampler", "exception_message": "Allocation on device"}]]  # fmt: skip
                return {task: {"outputs": {}, "status": {"status_str": "error", "completed": False, "messages": messages}}}  # fmt: skip
            file = {"filename": f"{task}.wav", "subfolder": "audio", "type": "output"}
            return {task: {"outputs": {"9": {"audio": [file]}}, "status": {"status_str": "success", "completed": True}}}  # fmt: skip
        return self._rest(method, path, query, call)

    def _rest(self, method, path, query, call):
        if path == "/view":
            task = query["filename"].removesuffix(".wav")
            return "audio/x-wav", self.sound(task, float(self.tasks[task]["order"]["seconds"]), 44100, 120.0)  # fmt: skip
        if path == "/upload/image":
            self.uploads.append(call.parts()["image"])
            return {"name": "reference.wav", "subfolder": "", "type": "input"}
        if path.endswith("/cancel") and self.newer:
            self.cancelled.append(path.split("/")[3])
            return {"cancelled": True}
        if path == "/queue" and method == "GET":
            running = [task for task in self.tasks if self.state(task) == "running"]
            return {"queue_running": [[0, task, {}] for task in running[:1]], "queue_pending": []}
        if path == "/queue":
            call.body()
            return {}
        if path == "/interrupt":
            self.cancelled.append(call.json()["prompt_id"])
            return {}
        return 404, {"error": "no route"}


class _Handler(BaseHTTPRequestHandler):
    world: EngineServer
    protocol_version = "HTTP/1.1"

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def json(self) -> Any:
        return json.loads(self.body())

    def parts(self) -> dict[str, bytes]:
        """The parts of a multipart body by name."""
        boundary = self.headers["content-type"].partition("boundary=")[2].encode()
        found = {}
        for part in self.body().split(b"--" + boundary)[1:-1]:
            head, _, inside = part.partition(b"\r\n\r\n")
            found[head.partition(b'name="')[2].partition(b'"')[0].decode()] = inside[:-2]
        return found

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        self.world.calls[parts.path] += 1
        self.world.heads.append(dict(self.headers))
        if self.world.faults and self.world.faults[0] == "drop":
            self.world.faults.popleft()
            self.close_connection = True
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answer = self.world.answer(self.command, parts.path, query, self)
        status, kind = 200, "application/json"
        if isinstance(answer, tuple) and isinstance(answer[0], int):
            status, answer = answer
        if isinstance(answer, tuple):
            kind, body = answer
        else:
            body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        # who asks gives up on slow answers, and is gone then
        with suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(body)

    do_GET = do_POST = _serve

    def log_message(self, *_: Any) -> None:
        """Quiet."""
