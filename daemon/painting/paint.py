"""Paints a row of wishes into files that appear whole, each with what it was made by beside it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.files.whole import beside, part_beside, replace_patiently, write_whole
from daemon.errors import EngineError, ServiceError
from daemon.home.lock import HomeLock
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.painting.hosted import Order, Patience
from daemon.painting.painters import Painter
from daemon.painting.wish import Wish
from daemon.spending.lone import LonePurchase
from daemon.verbs.tell import Tell
from daemon.video.pictures import check_picture


def paint(
    painter: Painter, rows: Sequence[tuple[Wish, Path]], places: Places, per_day_usd: float,
    tell: Tell,
) -> Iterator[Path]:  # fmt: skip
    """Make what is not there yet, and yield each file as it is. EngineError says why one is not.

    A bought picture is found again after a crash, and never bought twice.
    """
    rows = [(wish, target) for wish, target in rows if not target.exists()]
    for _, target in rows:
        target.parent.mkdir(parents=True, exist_ok=True)
    if not rows:
        return
    if painter.is_hosted:
        yield from _bought(painter, rows, places, per_day_usd, tell)
    else:
        yield from _here(painter, rows, tell)


def _about(painter: Painter, wish: Wish, target: Path, cost_usd: float | None) -> None:
    """What a picture was made by, in a file beside it."""
    about = {
        "prompt": wish.words, "negative": wish.negative, "seed": wish.seed, "aspect": wish.aspect,
        "painter": painter.name, "model": painter.model, "license": painter.license,
        "cost_usd": cost_usd,
    }  # fmt: skip
    write_whole(
        target.with_name(f"{target.name}.json"), json.dumps(about, indent=1, ensure_ascii=False)
    )


def _bought(
    painter: Painter, rows: Sequence[tuple[Wish, Path]], places: Places, per_day_usd: float,
    tell: Tell,
) -> Iterator[Path]:  # fmt: skip
    lock = HomeLock(places.state / "pictures.lock")
    try:
        lock.take()
    except ServiceError:
        raise ServiceError("another command is buying pictures; let that end", "busy") from None
    database = Database(places.database)
    try:
        for wish, target in rows:
            _buy(painter, wish, target, database, per_day_usd, tell)
            yield target
    finally:
        database.close()
        lock.release()


def _buy(
    painter: Painter, wish: Wish, target: Path, database: Database, per_day_usd: float, tell: Tell
) -> None:
    purchase = LonePurchase.open(
        database, wish.order_of(target), painter.name, painter.model,
        painter.price.estimate_usd(1), per_day_usd,
    )  # fmt: skip
    order: Order | None = None
    try:
        order = Order(purchase.bought, painter, wish, Patience(purchase.store, tell))
        with beside(target, ending=target.suffix) as part:
            cost_usd = order.fetch(part)
            check_picture(part)
            if target.suffix == ".png":
                _as_png(part)
            _about(painter, wish, target, cost_usd)
    except EngineError as error:
        if error.code == "failed" and order is not None:
            purchase.end("failed", order.cost_usd, error.text)
        elif error.code == "unknown":
            purchase.end("unknown", None, error.text)
        elif error.code != "unavailable" and (order is None or not order.is_bought):
            # it was refused: what may be bought is told by `unknown`
            purchase.end("dropped", 0.0, error.text)
        raise
    purchase.end("done", cost_usd, "")


def _as_png(part: Path) -> None:
    """What the service gave, in whatever form it came, as the PNG that its name says."""
    from PIL import Image

    with Image.open(part) as opened:
        if opened.format == "PNG":
            return
        whole = opened.convert("RGB")
    whole.save(part, "PNG")


def _here(painter: Painter, rows: Sequence[tuple[Wish, Path]], tell: Tell) -> Iterator[Path]:
    """By a model of this machine, in a child at low priority that loads it once for the row."""
    parts = [part_beside(target, target.suffix) for _, target in rows]
    asked = {
        "folder": str(painter.folder), "makes": painter.makes, "fps": painter.fps, "device": "auto",
        "rows": [
            {**vars(wish), "part": str(part)} for (wish, _), part in zip(rows, parts, strict=True)
        ],
    }  # fmt: skip
    order = [sys.executable, "-P", "-m", "daemon.painting.inside"]
    child = subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin and child.stdout
    try:
        child.stdin.write(json.dumps(asked) + "\n")
        child.stdin.flush()
        tell(0.0, f"loading {painter.name}")
        done = 0
        for line in child.stdout:
            said: Mapping[str, Any] = json.loads(line)
            if "error" in said:
                raise EngineError(str(said["error"]), str(said["code"]))
            if "share" in said:
                tell((said["at"] + said["share"]) / len(rows), f"picture {said['at'] + 1}")
                continue
            wish, target = rows[said["done"]]
            _about(painter, wish, target, 0.0)
            replace_patiently(parts[said["done"]], target)
            done += 1
            yield target
        if done < len(rows):
            raise EngineError("the child that paints ended; it may have lacked memory", "died")
    finally:
        child.kill()
        child.wait()
        for part in parts:
            with contextlib.suppress(OSError):
                part.unlink()
