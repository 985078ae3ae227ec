"""`sidecrate spend`."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

from daemon.home.places import Places


def spend(
    number: Annotated[
        int, typer.Option("--number", "-n", help="How many.", min=1, max=100000)
    ] = 20,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, for programs.")
    ] = False,
) -> None:
    """What hosted engines have cost: today, and the newest purchases."""
    from daemon.jobs.database import Database
    from daemon.settings.load import load_config
    from daemon.spending.ledger import day_begin, day_spent, spent_rows

    places = Places.find()
    config = load_config(places.config_file)
    today_usd = 0.0
    rows = []
    if places.database.exists():
        database = Database(places.database)
        try:
            today_usd = day_spent(database, time.time())
            rows = [dict(row) for row in spent_rows(database, number)]
        finally:
            database.close()
    if as_json:
        summary = {
            "today_usd": today_usd,
            "per_day_usd": config.spend.per_day_usd,
            "since": day_begin(time.time()),
        }
        print(json.dumps(summary))
    for row in rows:
        if as_json:
            print(json.dumps({name: row[name] for name in row if name != "intent"}))
            continue
        cost_usd = row["cost_usd"]
        cost = f"{cost_usd:.4f}" if cost_usd is not None else f"about {row['estimate_usd']:.4f}"
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(row["reserved"]))
        why = f"  {row['text']}" if row["text"] else ""
        what = f"{row['engine']}, {row['takes']} takes, job {row['job']}{why}"
        print(f"{when}  {cost:>12} USD  {row['state']:<9} {what}")
    if not as_json:
        print(f"today: {today_usd:.4f} of {config.spend.per_day_usd:.2f} USD")
