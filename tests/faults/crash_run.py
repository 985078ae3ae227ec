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


def crash_run(daemon, jobs, seed, clips_between=(0, 1, 1)):
    """Ask for `jobs` while the daemon and its workers are killed at random, at times so many clips apart; how often each was
    killed."""
    dice, asker = random.Random(seed), Asker(daemon.places)
    watcher = Watcher(daemon.places.crate)
    counts = {f"j{n}": dice.choice((1, 1, 2)) for n in range(jobs)}
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
    kills = {"daemon": 0, "worker": 0}
    try:
        while asking.is_alive() or daemon.rows("SELECT 1 FROM jobs WHERE ended IS NULL LIMIT 1"):
            time.sleep(dice.uniform(0.0, first_clip_s / 3))
            found = workers_of(daemon)
            if found and dice.random() < 0.5:
                dice.choice(found).kill()
                kills["worker"] += 1
            else:
                daemon.kill()
                kills["daemon"] += 1
                daemon.start()
            # so that the work gets on, however slow the machine is
            wanted, until = (
                done_clips(daemon) + dice.choice(clips_between),
                time.monotonic() + 4 * first_clip_s,
            )
            while done_clips(daemon) < wanted and time.monotonic() < until:
                time.sleep(0.02)
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
    assert len(daemon.wavs()) == sum(counts.values())
    return kills


def done_clips(daemon):
    return daemon.rows("SELECT count(*) FROM clips WHERE state = 'done'")[0][0]
