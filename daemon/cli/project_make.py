"""Makes the files of a project, one of one step at a time; each appears whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from bridge.files.whole import beside
from daemon.cli.order import order_records
from daemon.cli.paint import studio
from daemon.client.connection import DaemonClient
from daemon.client.follow import Follower, progress_bar
from daemon.errors import EngineError, ServiceError
from daemon.home.places import Places
from daemon.painting.wish import Wish, worded
from daemon.project.state import State
from daemon.project.wishes import Wishes


class Maker:
    """Makes what is missing of one project."""

    def __init__(self, wishes: Wishes, state: State) -> None:
        self._wishes, self._state = wishes, state

    def check(self, steps: tuple[str, ...]) -> None:
        """EngineError where a painter cannot be used: before the first piece, not after an hour."""
        painting = self._wishes.painting
        with studio() as (find, _):
            if painting.painter and "images" in steps:
                find(painting.painter, "picture")
            if painting.move and "video" in steps:
                find(painting.move, "moving")

    def make(self, step: str, piece: int) -> None:
        """Make one file of one piece."""
        wishes, target = self._wishes, self._state.path(step, piece)
        target.parent.mkdir(parents=True, exist_ok=True)
        seed = wishes.seed + piece - 1
        if step in ("music", "continuation"):
            self._order("make", _music(step, wishes, seed), step, piece)
            return
        source = self._state.path("continuation" if step != "video" else "music", piece)
        if not source.exists():
            text = f"{step} needs {source}; run the steps before it first"
            raise ServiceError(text, "bad_request")
        values: dict[str, Any] = {"source": str(source), "seed": seed, **wishes.video}
        if step == "images":
            self._image(source, piece, seed)
        elif step == "video" and wishes.painting.move:
            self._moved(piece, seed)
        elif step == "video":
            self._order("video", {**values, "loops": 1, "text": False}, step, piece)
        else:
            shown = self._shown(piece)
            if shown is not None:
                values["pictures"] = shown
            self._order("video", {**values, "title": wishes.prompt}, step, piece)

    def _shown(self, piece: int) -> str | None:
        """What the clip is cut of: pictures of the user's own, else what was painted or drawn."""
        wishes = self._wishes
        if wishes.pictures is not None or "style" in wishes.video:
            return wishes.pictures
        return str(self._state.path("video" if wishes.painting.move else "images", piece))

    def _order(self, verb: str, values: dict[str, Any], step: str, piece: int) -> None:
        target = self._state.path(step, piece)
        try:
            list(order_records(verb, values, out=target, force=True))
        except EngineError as error:
            if error.code != "no_daemon":
                raise
            self._by_daemon(verb, values, step, piece)

    def _by_daemon(self, verb: str, values: dict[str, Any], step: str, piece: int) -> None:
        """Order of the daemon, which knows the order again after a kill: it is bought once."""
        places, state = Places.find(), self._state
        tries = state.tries(step, piece)
        said = json.dumps(values, sort_keys=True)
        label = hashlib.sha256(f"{step} {piece} {tries} {said}".encode()).hexdigest()[:16]
        nonce = hashlib.sha256(str(state.folder.resolve()).encode()).hexdigest()[:12]
        client = DaemonClient.to(places, nonce)
        if client is None:
            raise EngineError(
                f"{step} of piece {piece} is by a paid engine, which the daemon buys from; start it"
                " with `sidecrate run`",
                "no_daemon",
            )
        try:
            with progress_bar(False) as bar:
                (record,) = Follower(client, places, bar, label).order(verb, values)
        except (EngineError, ValueError) as error:
            # the next run asks anew; an order that is known would only tell of its failure again
            state.note_try(step, piece)
            text = error.text if isinstance(error, EngineError) else "no clip came of it"
            raise EngineError(f"{step} of piece {piece}: {text}", "engine") from None
        finally:
            client.close()
        target = state.path(step, piece)
        try:
            with beside(target) as part:
                shutil.copyfile(record["path"], part)
        except FileNotFoundError:
            state.note_try(step, piece)
            text = f"{step} of piece {piece} was made as {record['path']}, which is gone; run again"
            raise ServiceError(f"{text} to have it made anew", "gone") from None

    def _image(self, source: Path, piece: int, seed: int) -> None:
        target = self._state.path("images", piece)
        painting = self._wishes.painting
        if not painting.painter:
            from daemon.video.cover import cover_png

            with beside(target) as part:
                part.write_bytes(cover_png(source, seed, self._wishes.prompt))
            return
        words = worded(
            painting.prompts or (self._wishes.prompt,), painting.modifiers, painting.each,
            self._wishes.seed, piece - 1,
        )  # fmt: skip
        self._paint(painting.painter, "picture", Wish(words, seed, self._size, painting.negative,
                    steps=painting.steps), target)  # fmt: skip

    def _moved(self, piece: int, seed: int) -> None:
        """The piece's picture as a film, by a model."""
        image = self._state.path("images", piece)
        if not image.exists():
            text = f"video needs {image}; run the steps before it first"
            raise ServiceError(text, "bad_request")
        painting = self._wishes.painting
        words = (painting.prompts or (self._wishes.prompt,))[0]
        wish = Wish(words, seed, self._size, painting.negative, str(image), painting.steps)
        self._paint(painting.move, "moving", wish, self._state.path("video", piece))

    def _paint(self, name: str, makes: str, wish: Wish, target: Path) -> None:
        with studio() as (find, bring):
            list(bring(find(name, makes), [(wish, target)]))

    @property
    def _size(self) -> str:
        return str(self._wishes.video.get("size", "16:9"))


def _music(step: str, wishes: Wishes, seed: int) -> dict[str, Any]:
    values = {**wishes.make, "prompt": wishes.prompt, "seed": seed}
    if step == "music":
        return {"kind": "loop", **values}
    values.pop("bars", None)
    return {**values, "kind": "track", "seconds": wishes.seconds}
