"""What `sidecrate status` and `sidecrate tempo` show: the daemon, the session, the newest jobs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

from bridge.events import Progress, SessionChanged
from bridge.session import Session
from daemon.client.beacon import read_beacon
from daemon.client.connection import DaemonClient
from daemon.home.page_address import page_url, read_address
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.jobs.pins import load_pins, store_pins
from daemon.jobs.queue import Queue
from daemon.jobs.table import WAITING, Job
from daemon.settings.load import load_config
from daemon.settings.meaning import prompt_defaults, session_with
from daemon.version import __version__

#: Jobs that status shows.
MOST_JOBS = 20
#: How long the daemon's answers to `status` are awaited.
STATUS_WAIT_S = 0.2


def gather(places: Places) -> dict[str, Any]:
    """Everything that status shows, as plain data."""
    beacon = read_beacon(places)
    client = DaemonClient.to(places)
    running = client is not None
    session: dict[str, Any] = {}
    waits: dict[str, str] = {}
    if client:
        # what a job waits for stands in no table: a full disk may be the reason
        client.send("/sidecrate/status")
        for answer in client.answers(STATUS_WAIT_S):
            if isinstance(answer, SessionChanged):
                session = dict(answer.values)
            elif isinstance(answer, Progress) and answer.stage.startswith(WAITING):
                waits[answer.job] = answer.stage.removeprefix(WAITING)
        client.close()
    jobs = []
    if places.database.exists():
        database = Database(places.database, read_only=True)
        try:
            newest = Queue(database, "").newest(MOST_JOBS)
            jobs = [_job_row(job, waits.get(job.id, "")) for job in newest]
        finally:
            database.close()
    about = None
    if running and beacon:
        about = {name: getattr(beacon, name) for name in beacon.__dataclass_fields__}
    return {
        "version": __version__,
        "running": running,
        "daemon": about,
        "page": _page(places) if running else None,
        "session": session or offline_session(places).view(time.monotonic()).to_json(),
        "jobs": jobs,
    }


def _job_row(job: Job, waits_for: str) -> dict[str, Any]:
    return {
        "job": job.id,
        "state": job.state,
        "stage": job.stage,
        "progress": job.progress,
        "prompt": job.brief.prompt,
        "title": job.brief.title,
        "door": job.origin.door,
        "created": job.created,
        "error": job.error_text,
        "waits_for": waits_for or job.waits_for,
        # what a box makes has left this machine: the request, and the sounds that it names
        "sent_to": sorted({one.partition(":")[0] for one in job.brief.engines if ":" in one}),
    }


def _page(places: Places) -> str | None:
    """Where the daemon serves the page; None while it does not."""
    address = read_address(places)
    return page_url(address["port"]) if address else None


def offline_session(places: Places) -> Session:
    """The session as a request would get it now without a daemon: the pins, or nothing."""
    pins: dict[str, Any] = {}
    if places.database.exists():
        database = Database(places.database, read_only=True)
        try:
            pins = load_pins(database)
        finally:
            database.close()
    return session_with(pins)


def status_json(places: Places) -> str:
    return json.dumps(gather(places))


def status_text(places: Places) -> str:
    """The status for people."""
    found = gather(places)
    lines = []
    about = found["daemon"]
    if about:
        other = ""
        if about["version"] != found["version"]:
            other = f"; this command is {found['version']}: end it and start it anew"
        runs = f"Sidecrate {about['version']} runs (pid {about['pid']})"
        lines.append(f"{runs}, crate {about['crate']}{other}")
        lines += [f"  {name}: {health}" for name, health in about["doors"].items()]
        if found["page"]:
            lines.append(f"  page: {found['page']}; `sidecrate open --page` opens it")
    else:
        lines.append(
            f"Sidecrate {found['version']}; no daemon runs; "
            "`sidecrate run` starts it, and `sidecrate make` works without"
        )
    lines.append(_session_text(places, found["session"]))
    lines += [_job_text(job) for job in found["jobs"]]
    return "\n".join(lines)


def _job_text(job: Mapping[str, Any]) -> str:
    step = job["state"]
    if step not in ("done", "failed", "cancelled", "queued"):
        step = f"{step} {job['progress']:.0%}"
    lines = [f"{job['job']}  {step:<16} {one_line(job['title'])}"]
    if job["sent_to"]:
        lines.append(f"       by {', '.join(job['sent_to'])}: the request and its sounds go there")
    if job["error"]:
        lines.append(f"       {one_line(job['error'], 300)}")
    if job["waits_for"]:
        lines.append(f"       waits: {one_line(job['waits_for'], 300)}")
    # of many clips: how many are over, how fast and until when
    if job["state"] == "improving" or re.match(r"\d+ of \d+", job["stage"]):
        lines.append(f"       {one_line(job['stage'], 300)}")
    return "\n".join(lines)


def one_line(text: str, most: int = 60) -> str:
    """A text as one line; line ends and control characters are shown escaped."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= most else shown[: most - 3] + "..."


def session_line(places: Places) -> str:
    """The current tempo and its source."""
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
    """Store a pin without a daemon."""
    database = Database(places.database)
    try:
        store_pins(database, {**load_pins(database), name: value})
    finally:
        database.close()
