"""A daemon asked, as a device asks it, to play clips."""

import json
import secrets
import time
from contextlib import suppress

import psutil

from daemon.errors import ServiceError
from tests.helpers.daemon_process import wait_until


def hear(daemon, what):
    return daemon.link.ask("/sidecrate/audition", what, wait_s=30).values


def make(daemon, **fields):
    """One clip of clicks; its record, once the daemon has told of it."""
    label = secrets.token_hex(4)
    daemon.link.generate(
        "make", {"prompt": "clicks", "engine": ["fake"], "bars": 1, **fields}, label
    )
    for message in daemon.link.listen(30):
        if message.address == "/sidecrate/done" and message.arguments[0] == label:
            return next(record for record in daemon.clips() if record["id"] == message.arguments[2])
    raise AssertionError("the clip did not come within 30 s")


def silence(daemon):
    """End whatever is heard, and the player with it, so that the next one meets a recorder that waits."""
    with suppress(ServiceError):
        hear(daemon, "stop")
    wait_until(lambda: not players(daemon), 20, "the end of the player")


def heard_tempo(daemon, bpm, wait_s=2.0):
    """When the daemon told of a tempo of Link's, or of any (None); None where it does not within `wait_s`."""
    for message in daemon.link.listen(wait_s):
        if message.address == "/sidecrate/session":
            told = json.loads(message.arguments[0])
            if told["said_by"].get("bpm") == "link" and bpm in (None, told["bpm"]):
                return time.monotonic()
    return None


def players(daemon):
    return [
        child.pid
        for child in psutil.Process(daemon.process.pid).children()
        if "--normal-priority" in _command_line(child)
    ]


def _command_line(process):
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # also said of one that has ended and is not yet buried
        return []
