"""What `sidecrate status` and `sidecrate tempo` show: the daemon, the session, the newest jobs."""

from __future__ import annotations

import json
import time
from typing import Any

from bridge.events import SessionChanged
from daemon.client.beacon import read_beacon
from daemon.client.connection import DaemonClient
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.jobs.pins import load_pins, store_pins
from daemon.jobs.queue import Queue
from daemon.settings.load import load_config
from daemon.settings.meaning import prompt_defaults, session_with
from daemon.version import __version__

MOST_JOBS = 20


def gather(places: Places) -> dict[str, Any]:
    """Everything that status shows, as plain data."""
    beacon = read_beacon(places)
    link = DaemonClient.to(places)
    running = link is not None
    session: dict[str, Any] = {}
    if link:
        for answer in link.answers(0.1):
            if isinstance(answer, SessionChanged):
                session = dict(answer.values)
        link.close()
    jobs = []
    if places.database.exists():
        database = Database(places.database, read_only=True)
        try:
            for job in Queue(database, "").newest(MOST_JOBS):
                jobs.append(
                    {"job": job.id, "state": job.state, "stage": job.stage, "progress": job.progress, "prompt": job.brief.prompt,
                     "door": job.origin.door, "created": job.created, "error": job.error_text}
                )  # fmt: skip
        finally:
            database.close()
    about = (
        {name: getattr(beacon, name) for name in beacon.__dataclass_fields__}
        if running and beacon
        else None
    )
    return {
        "version": __version__,
        "running": running,
        "daemon": about,
        "session": session or offline_session(places),
        "jobs": jobs,
    }


def offline_session(places: Places) -> dict[str, Any]:
    """The session as a request would find it now without a daemon: the pins, else nothing."""
    pins: dict[str, Any] = {}
    if places.database.exists():
        database = Database(places.database, read_only=True)
        try:
            pins = load_pins(database)
        finally:
            database.close()
    return session_with(pins).view(time.monotonic()).to_json()


def status_json(places: Places) -> str:
    return json.dumps(gather(places))


def status_text(places: Places) -> str:
    found = gather(places)
    lines = []
    about = found["daemon"]
    if about:
        other = (
            ""
            if about["version"] == found["version"]
            else f"; this command is {found['version']}: end it and start it anew"
        )
        lines.append(
            f"Sidecrate {about['version']} runs (pid {about['pid']}), crate {about['crate']}{other}"
        )
        lines += [f"  {name}: {health}" for name, health in about["doors"].items()]
    else:
        lines.append(
            f"Sidecrate {found['version']}; no daemon runs; `sidecrate run` starts it, and `sidecrate make` works without"
        )
    lines.append(_session_text(places, found["session"]))
    for job in found["jobs"]:
        step = (
            f"{job['state']} {job['progress']:.0%}"
            if job["state"] not in ("done", "failed", "cancelled", "queued")
            else job["state"]
        )
        lines.append(
            f"{job['job']}  {step:<16} {one_line(job['prompt'])}"
            + (f"\n       {one_line(job['error'], 300)}" if job["error"] else "")
            + (f"\n       {one_line(job['stage'], 300)}" if job["state"] == "improving" else "")
        )
    return "\n".join(lines)


def one_line(text: str, most: int = 60) -> str:
    """A text as one line: line ends and what steers a terminal are shown, not done."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= most else shown[: most - 3] + "..."


def session_line(places: Places) -> str:
    """The tempo that holds now, and who says so."""
    return _session_text(places, gather(places)["session"])


def _session_text(places: Places, session: dict[str, Any]) -> str:
    said = [f"{name} {session[name]} ({who})" for name, who in session.get("said_by", {}).items()]
    if said:
        return "\n".join(
            ["session: " + ", ".join(said), *(f"  {line}" for line in session.get("ignored", []))]
        )
    defaults = prompt_defaults(load_config(places.config_file))
    tempo = f"{defaults.bpm:g} (config)" if defaults.bpm else "the genre's own, else 120"
    return f"session: nothing is known of a project; tempo: {tempo}"


def set_pin(places: Places, name: str, value: Any) -> None:
    """Pin without a daemon."""
    database = Database(places.database)
    try:
        store_pins(database, {**load_pins(database), name: value})
    finally:
        database.close()
