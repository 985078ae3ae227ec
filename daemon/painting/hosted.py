"""One picture bought at Replicate: once, and gone on with after a crash."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from daemon.engines.replicate.buying import MOST_PAUSE_S, PAUSE_S, Buying, Line
from daemon.engines.replicate.client import ApiError
from daemon.engines.replicate.inputs import fill, outputs_of
from daemon.errors import EngineError
from daemon.painting.painters import MOVING_S, Painter
from daemon.painting.wish import Wish

#: Tries of a download that breaks off.
_DOWNLOADS = 5


class Order(Buying):
    """A wish as a purchase."""

    def __init__(self, bought: dict[str, Any], painter: Painter, wish: Wish, talk: Line) -> None:
        super().__init__(bought, painter.spec, talk)
        self._painter, self._wish = painter, wish
        self.cost_usd: float | None = None
        """What it has cost, once the service has said so."""

    def fetch(self, part: Path) -> float | None:
        """Buy it, await it and write its file to `part`. Its cost in USD; None where unknown.

        EngineError says what happened: `failed` where the service made none, which may have cost
        something (`cost_usd` of this order tells).
        """
        self._talk(0.02, "painting", "asking")
        self._acquire()
        prediction = self._await_end()
        self.cost_usd = self._cost(prediction)
        if prediction["status"] != "succeeded":
            why = str(prediction.get("error") or prediction["status"])[-300:]
            raise EngineError(f"{self._painter.name} at Replicate made no picture: {why}", "failed")
        addresses = [one for one in outputs_of(prediction.get("output")) if one]
        if not addresses:
            gone = prediction.get("data_removed")
            why = (
                "its output was deleted: Replicate keeps it for an hour" if gone else "it is empty"
            )
            raise EngineError(f"{self._painter.name} gave no picture: {why}", "failed")
        self._download(addresses[0], part)
        return self.cost_usd

    @property
    def is_bought(self) -> bool:
        return bool(self._remote)

    def _intend(self) -> dict[str, Any]:
        wish = self._wish
        url = None
        if wish.image:
            image = Path(wish.image)
            url = self._patiently(lambda: self._client.upload(image), "sending the picture")
        values = {
            "words": wish.words, "negative": wish.negative or None, "aspect": wish.aspect,
            "seed": wish.seed % (2**31 - 1) or 1, "image_url": url, "seconds": MOVING_S,
        }  # fmt: skip
        return {
            "model": self._spec["model"],
            "version": self._version(),
            "input": fill(self._spec["input"], values),
        }

    def _download(self, address: str, part: Path) -> None:
        pause_s = PAUSE_S
        for attempt in range(_DOWNLOADS):
            try:
                kind = self._client.download(address, part)
            except ApiError as error:
                if error.status in (403, 404, 410):
                    text = f"the picture is gone (HTTP {error.status}): Replicate keeps it an hour"
                    raise EngineError(text, "failed") from None
                if not error.passes or attempt == _DOWNLOADS - 1:
                    text = f"{error.text}; it is bought: ask again, and it is fetched"
                    raise EngineError(text, "unavailable") from None
            else:
                if not kind.startswith(("text/", "application/json")):
                    return
                raise EngineError(f"the output is {kind.partition(';')[0]}, no picture", "failed")
            self._talk.wait(pause_s)
            pause_s = min(2 * pause_s, MOST_PAUSE_S)


class Patience:
    """The line of an order that is made by a command: it tells on one line, and stores at once."""

    def __init__(self, store: Any, tell: Any) -> None:
        self._store, self._tell = store, tell

    def __call__(self, value: float, stage: str, words: str = "") -> None:
        self._tell(value, words or stage)

    def store(self, what: dict[str, Any]) -> None:
        self._store(what)

    def wait(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))
