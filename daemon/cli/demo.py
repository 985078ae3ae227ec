"""`sidecrate demo`: a daemon on a home of its own, a request through each door, and the clips."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import SidecrateError
from bridge.events import Done, Failed, Finished, JobEvent, Refused
from bridge.osc.addresses import PREFIX
from bridge.osc.answers import read_answer
from bridge.osc.packet import Message
from daemon.cli.show import clip_lines
from daemon.client.beacon import read_beacon
from daemon.client.connection import DaemonClient
from daemon.client.follow import Follower, progress_bar, read_clip
from daemon.errors import ServiceError
from daemon.home.places import HOME_VARIABLE, Places
from daemon.record import ClipRecord

#: Timeout of the daemon's start.
START_WAIT_S = 20.0
#: Timeout of each clip.
CLIP_WAIT_S = 60.0
#: C1, as the first pad of many controllers sends it.
PAD_NOTE = 36

CONFIG = f"""osc:
  port: 0
midi:
  virtual: true
  map:
    - note: {PAD_NOTE}
      do: preset demo
fl:
  enabled: false
web:
  enabled: true
  port: 0
presets:
  demo: {{prompt: "ambient chords 80 bpm in C", bars: 2}}
"""


@dataclass(frozen=True)
class Visit:
    """One door, and what is sent through it. `go` returns clips' records, or raises Shut."""

    door: str
    what: str
    go: Callable[[DaemonClient, Places], list[ClipRecord]]


def run_demo(places: Places | None, *, keep: bool) -> int:
    """Run the demo; 0 where every door that is open here brought a clip."""
    home = places.config_file.parent if places else Path(tempfile.mkdtemp(prefix="sidecrate-demo-"))
    places = Places.find(home)
    home.mkdir(parents=True, exist_ok=True)
    if not places.config_file.exists():
        places.config_file.write_text(CONFIG, encoding="utf-8")
    print(f"A daemon starts on {home}.", file=sys.stderr)
    daemon = subprocess.Popen(
        [sys.executable, "-P", "-m", "daemon.cli", "run", "--quiet"],
        env={**os.environ, HOME_VARIABLE: str(home)},
        stdin=subprocess.DEVNULL,
    )
    try:
        client = _await_daemon(daemon, places)
        failed = [visit.door for visit in VISITS if not _visit(visit, client, places)]
        hear_one = f"Hear one: sidecrate --home {home} play last"
        print(f"\nThe clips are in {read_beacon_crate(places)}. {hear_one}")
        if keep:
            next_step = f"drop a text file with a prompt into {places.inbox}"
            print(f"The daemon goes on (pid {daemon.pid}); {next_step}.")
            print(f"The page: sidecrate --home {home} open --page")
        return 1 if failed else 0
    finally:
        if not keep:
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()


def read_beacon_crate(places: Places) -> str:
    """The crate's folder, by the daemon's own word where it runs."""
    beacon = read_beacon(places)
    return beacon.crate if beacon else str(places.crate)


def _await_daemon(daemon: subprocess.Popen[bytes], places: Places) -> DaemonClient:
    until = time.monotonic() + START_WAIT_S
    while time.monotonic() < until:
        if daemon.poll() is not None:
            code = f"exit code {daemon.returncode}"
            raise ServiceError(f"the daemon ended at once ({code}); what it said stands above")
        client = DaemonClient.to(places)
        if client:
            return client
        time.sleep(0.05)
    raise ServiceError(f"the daemon did not answer within {START_WAIT_S:g} s; see {places.log}")


def _visit(visit: Visit, client: DaemonClient, places: Places) -> bool:
    """Go through one door and show the result. A door that is shut on this machine is skipped."""
    print(f"\n{visit.door}: {visit.what}", file=sys.stderr)
    began = time.monotonic()
    try:
        records = visit.go(client, places)
    except Shut as why:
        print(f"  skipped: {why}", file=sys.stderr)
        return True
    except SidecrateError as error:
        print(f"  failed: {error.text}", file=sys.stderr)
        return False
    for record in records:
        print(f"[{visit.door}, {time.monotonic() - began:.1f} s] {clip_lines(record)}", flush=True)
    return True


class Shut(Exception):
    """This door cannot be tried on this machine; the text says why."""


def _by_command_line(client: DaemonClient, places: Places) -> list[ClipRecord]:
    with progress_bar(False) as bar:
        follower = Follower(client, places, bar)
        return list(follower.order("make", {"prompt": "dusty boom bap drums 90 bpm", "bars": 4}))


def _by_osc(client: DaemonClient, places: Places) -> list[ClipRecord]:
    label = "demo-" + secrets.token_hex(3)
    client.send("/sidecrate/loop", "dark rolling techno 132 bpm F# minor", "bars", 4, "id", label)
    clips: list[str] = []
    ended = False
    until = time.monotonic() + CLIP_WAIT_S
    while not ended and time.monotonic() < until:
        for message in client.listen(0.5):
            ended = _apply(message, label, clips) or ended
            if ended:
                break
    if not ended:
        raise ServiceError(
            f"the daemon gave no clip within {CLIP_WAIT_S:g} s; `sidecrate doctor` says what is"
            " wrong"
        )
    return [read_clip(places, clip) for clip in clips]


def _apply(message: Message, label: str, clips: list[str]) -> bool:
    """Show one answer to the order, and collect its clips; True where the job has finished."""
    answer = read_answer(message)
    if isinstance(answer, Refused):
        raise ServiceError(answer.text, answer.code)
    if not isinstance(answer, JobEvent) or answer.origin.label != label:
        return False
    _, *values = message.arguments
    words = [f"{one:.2f}" if isinstance(one, float) else str(one) for one in values[:3]]
    print(" ", message.address.removeprefix(PREFIX), *words, file=sys.stderr)
    if isinstance(answer, Failed):
        raise ServiceError(answer.text, answer.code)
    if isinstance(answer, Done):
        clips.append(answer.clip)
    return isinstance(answer, Finished)


def _by_inbox(client: DaemonClient, places: Places) -> list[ClipRecord]:
    before = _clip_ids(places)
    prompt = places.inbox / "a prompt.txt"
    prompt.write_text(
        "bpm: 174\nkey: Em\nbars: 4\n\nliquid drum and bass, rolling, with a deep bass\n",
        encoding="utf-8",
    )
    records = _await_clip(places, before, "the inbox")
    until = time.monotonic() + 5
    while not (places.inbox / "done").is_dir() and time.monotonic() < until:
        time.sleep(0.05)
    return records


def _by_midi(client: DaemonClient, places: Places) -> list[ClipRecord]:
    beacon = read_beacon(places)
    health = beacon.doors.get("midi", "closed") if beacon else "closed"
    if not health.startswith("open"):
        raise Shut(health)
    before = _clip_ids(places)
    _play_pad()
    return _await_clip(places, before, "the pad")


def _play_pad() -> None:
    """Send the pad's note to the daemon's own port, as another program would."""
    from bridge.midi.backend import backend
    from bridge.midi.ports import NAME, usable_api

    out = backend().output(usable_api(), "Sidecrate demo")
    found = [port for port in out.get_ports() if NAME in port]
    if not found:
        raise Shut(f"this system shows no port called {NAME} to other programs")
    out.open_port(found[0], "out")
    # a port that was connected just now may lose the first message
    time.sleep(0.3)
    out.send_message([0x90, PAD_NOTE, 100])
    time.sleep(0.1)
    out.send_message([0x80, PAD_NOTE, 0])
    out.delete()


def _clip_ids(places: Places) -> set[str]:
    from daemon.jobs.database import Database

    database = Database(places.database, read_only=True)
    try:
        return {row["id"] for row in database.rows("SELECT id FROM clips WHERE state = 'done'")}
    finally:
        database.close()


def _await_clip(places: Places, before: set[str], door: str) -> list[ClipRecord]:
    until = time.monotonic() + CLIP_WAIT_S
    while time.monotonic() < until:
        new = _clip_ids(places) - before
        if new:
            return [read_clip(places, clip) for clip in sorted(new)]
        time.sleep(0.05)
    raise ServiceError(f"no clip came from {door} within {CLIP_WAIT_S:g} s; see {places.log}")


VISITS = (
    Visit("command line", 'sidecrate make "dusty boom bap drums 90 bpm"', _by_command_line),
    Visit("OSC", '/sidecrate/loop "dark rolling techno 132 bpm F# minor"', _by_osc),
    Visit("inbox", "a text file: liquid drum and bass, 174 bpm, Em", _by_inbox),
    Visit("MIDI", f"note {PAD_NOTE}, mapped to a preset: ambient chords, 80 bpm, C", _by_midi),
)
