"""A project that is killed at random moments, against the same one that is left alone.

Its pictures are bought at a server that speaks Replicate's HTTP and counts what is bought.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.helpers.replicate_server import TOKEN, ReplicateServer

PIECES = 5
#: Files that tell when or where something was made, and the folder that counts.
_STEPS = ("music", "continuation", "images", "video", "clip")


def kills(count: int, seconds: float = 4.0) -> None:
    """Run a project to its end, then one that is killed `count` times; compare their files."""
    folder = Path(tempfile.mkdtemp())
    try:
        left, bought_left, took_s = _whole(folder / "left", seconds, [])
        stream = random.Random(1)
        moments = sorted(stream.uniform(0, took_s * 0.98) for _ in range(count))
        killed, bought_killed, _ = _whole(folder / "killed", seconds, moments)
        same = sum(left[name] == killed.get(name) for name in left)
        print(
            f"project: {PIECES} pieces, killed {count} times: {same} of {len(left)} files the same"
            f" as without, {len(killed.keys() - left.keys())} more; pictures bought"
            f" {bought_killed}, without kills {bought_left}"
        )
    finally:
        shutil.rmtree(folder)


def _whole(home: Path, seconds: float, moments: list[float]) -> tuple[dict[str, str], int, float]:
    """The files of a project that is run to its end and what it bought, killed meanwhile.

    moments: s of work, all runs together, at which it is killed.
    """
    home.mkdir()
    project = home / "night"
    server = ReplicateServer(work_s=0.5)
    environ = {
        **os.environ, "SIDECRATE_HOME": str(home), "REPLICATE_BASE_URL": server.url,
        "REPLICATE_API_TOKEN": TOKEN,
    }  # fmt: skip
    run = [sys.executable, "-P", "-m", "daemon.cli", "project", "run", str(project)]
    try:
        new = [*run[:-2], "new", str(project), "--prompt", "lo-fi beat, 90 bpm"]
        new += ["--pieces", str(PIECES), "--seconds", f"{seconds:g}"]
        subprocess.run(new, env=environ, check=True, capture_output=True)
        with (project / "project.yaml").open("a", encoding="utf-8") as file:
            file.write("images:\n  painter: flux-schnell\n  modifiers: fog, grain, neon\n")
        worked_s = 0.0
        waiting = list(moments)
        while True:
            began = time.monotonic()
            child = subprocess.Popen(
                run, env=environ, stdout=-3, stderr=subprocess.PIPE, start_new_session=True
            )
            limit = max(0.3, waiting.pop(0) - worked_s) if waiting else None
            try:
                _, told = child.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
                worked_s += time.monotonic() - began
                continue
            worked_s += time.monotonic() - began
            if child.returncode:
                raise SystemExit(told.decode())
            if not waiting:
                return _files(project), server.creates, worked_s
    finally:
        server.close()


def _files(project: Path) -> dict[str, str]:
    """What each file holds: sound as it is heard, pictures and films byte by byte."""
    import soundfile

    found = {}
    for step in _STEPS:
        for file in sorted((project / step).iterdir()):
            data = file.read_bytes()
            if file.suffix == ".wav":
                data = soundfile.read(file, dtype="float32")[0].tobytes()
            found[f"{step}/{file.name}"] = hashlib.sha256(data).hexdigest()
    return found
