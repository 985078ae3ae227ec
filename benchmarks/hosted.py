"""50 jobs for a hosted engine, against a local server that is rate-limited and fails in every way.

`python -m benchmarks hosted`. Fails (exit code 1, with the fault) when a job does not end, ends
without a reason, outlasts its deadline, or is bought twice. It also fails when more is spent than
the cap, or more runs at once than allowed.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.asker import Asker
from tests.helpers.daemon_process import CONFIG, DaemonProcess, wait_until
from tests.helpers.replicate_server import TOKEN, ReplicateServer

JOBS = 50
#: Daily cap.
CAP_USD = 1.0
AT_ONCE = 4
DEADLINE_S = 60.0
SEED = 1
#: Faults of each route, None for a good answer.
CREATE = [
    500,
    502,
    503,
    "drop",
    "drop after",
    402,
    422,
    (429, {"detail": "throttled", "retry_after": 1}),
    None,
    None,
    None,
]
GET = [500, 503, "drop", 429, None, None, None, None]
FILE = [503, "drop", 500, None, None, None]


def bench() -> None:
    rng = random.Random(SEED)
    server = ReplicateServer(work_s=1.5)
    server.rate_limit = 8
    for route, faults in (("create", CREATE), ("get", GET), ("file", FILE)):
        server.plan(route, *(rng.choice(faults) for _ in range(4 * JOBS)))
    service = (
        f"replicate: {{base_url: '{server.url}', at_once: {AT_ONCE}, deadline_s: {DEADLINE_S}}}\n"
    )
    config = CONFIG + service + f"spend: {{per_day_usd: {CAP_USD}}}\n"
    with tempfile.TemporaryDirectory() as home:
        daemon = DaemonProcess(Path(home), config, REPLICATE_API_TOKEN=TOKEN)
        try:
            _report(_run(daemon), daemon, server)
        finally:
            daemon.stop()
            server.close()


def _run(daemon: DaemonProcess) -> float:
    began = time.monotonic()
    asker = Asker(daemon.places)
    for n in range(JOBS):
        asker.ask(f"j{n}", prompt="soul loop", engine="musicgen-looper", bpm=120, bars=1)
    asker.close()
    wait_until(
        lambda: not daemon.rows("SELECT 1 FROM jobs WHERE ended IS NULL"),
        600,
        "the end of all jobs",
    )
    return time.monotonic() - began


def _report(took_s: float, daemon: DaemonProcess, server: ReplicateServer) -> None:
    jobs = daemon.rows("SELECT state, error_code, error_text FROM jobs")
    spent_usd = daemon.rows("SELECT coalesce(sum(cost_usd), 0) FROM purchases")[0][0]
    longest_s = daemon.rows("SELECT max(ended - reserved) FROM purchases")[0][0]
    ends = Counter(row["error_code"] or row["state"] for row in jobs)
    inputs = Counter(str(sorted(one["input"].items())) for one in server.predictions.values())
    print(
        f"{len(jobs)} jobs in {took_s:.0f} s:"
        f" {', '.join(f'{count} {end}' for end, count in ends.most_common())}"
    )
    print(
        f"{server.creates} bought, {len(daemon.wavs())} clips, {spent_usd:.3f} of {CAP_USD:.2f} USD"
    )
    print(
        f"at most {server.most_at_once} at once of {AT_ONCE}; the longest purchase"
        f" {longest_s:.1f} s of {DEADLINE_S:g}"
    )
    assert len(jobs) == JOBS and all(row["state"] == "done" or row["error_text"] for row in jobs), (
        "a job has no end"
    )
    assert max(inputs.values()) == 1, "something was bought twice"
    assert (
        server.creates >= len(daemon.wavs())
        and spent_usd <= CAP_USD
        and server.most_at_once <= AT_ONCE
    )
    # a purchase may be resumed after a fault, with a new deadline
    assert longest_s <= 2 * DEADLINE_S, "a purchase hung"
