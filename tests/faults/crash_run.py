"""Jobs under random kill -9 of the daemon and its workers."""

import random
import threading
import time

import psutil

from daemon.children.inside import NORMAL_PRIORITY
from tests.faults.asker import Asker
from tests.faults.audit import Watcher, audit
from tests.helpers.daemon_process import CONFIG, wait_until

FAST = CONFIG + "workers: {count: 2, tries: 10}\n"
TINY = {"engine": "fake", "bars": 1, "bpm": 240}


def workers_of(daemon):
    try:
        children = psutil.Process(daemon.process.pid).children()
        return [
            child
            for child in children
            if "daemon.children.inside" in child.cmdline()
            and NORMAL_PRIORITY not in child.cmdline()
        ]
    except psutil.Error:
        return []


def crash_run(daemon, jobs, seed, kills):
    """Ask for `jobs` while the daemon and its workers are killed, `kills` times each, in a random order and at random moments.

    A kill waits until as many clips are done as it is due after: the work gets on however slow the machine is, and no kill is
    left over when it ends."""
    dice, asker = random.Random(seed), Asker(daemon.places)
    watcher = Watcher(daemon.places.crate)
    counts = {f"j{n}": dice.choice((1, 1, 2)) for n in range(jobs)}
    clips = sum(counts.values())
    victims = ["daemon", "worker"] * kills
    dice.shuffle(victims)
    # the first is left alone: it tells how long a worker that has just been started takes on this machine, as loaded as it is
    began = time.monotonic()
    asker.ask("j0", prompt="clicks", count=counts["j0"], **TINY)
    wait_until(lambda: done_clips(daemon), 60, "the first clip")
    first_clip_s = time.monotonic() - began
    asking = threading.Thread(
        target=lambda: [
            asker.ask(label, prompt="clicks", count=n, **TINY) for label, n in counts.items()
        ]
    )
    asking.start()
    try:
        for n, victim in enumerate(victims):
            due = 1 + n * (clips - 2) // len(victims)
            wait_until(lambda due=due: done_clips(daemon) >= due, 60, f"clip {due} of {clips}")
            time.sleep(dice.uniform(0.0, first_clip_s / 3))
            if victim == "worker":
                dice.choice(wait_until(lambda: workers_of(daemon), 60, "a worker")).kill()
            else:
                daemon.kill()
                daemon.start()
        ended = "SELECT 1 FROM jobs WHERE ended IS NULL LIMIT 1"
        wait_until(lambda: not asking.is_alive() and not daemon.rows(ended), 90, "the end")
    finally:
        asking.join(90)
        broken = watcher.stop()
        asker.close()
    wait_until(lambda: not list(daemon.places.jobs.iterdir()), 10, "the end of the work")
    assert broken == [] and asker.refused == {}
    assert audit(daemon.places) == []
    assert set(asker.jobs) == set(counts) and len(set(asker.jobs.values())) == jobs
    made = daemon.rows(
        "SELECT jobs.id, jobs.state, count(*) AS clips FROM jobs JOIN clips ON clips.job = jobs.id GROUP BY jobs.id"
    )
    assert {row["id"]: (row["state"], row["clips"]) for row in made} == {
        asker.jobs[label]: ("done", count) for label, count in counts.items()
    }
    assert len(daemon.wavs()) == clips


def done_clips(daemon):
    return daemon.rows("SELECT count(*) FROM clips WHERE state = 'done'")[0][0]
