"""The station: mixes one phrase into the next in real time, and hands the sound to its outputs."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np

from daemon.radio.leveller import PAST, Leveller
from daemon.radio.phrase import RATE, Phrase, bent
from daemon.radio.writer import Writer

log = logging.getLogger(__name__)

#: Frames of a block: a tenth of a second.
BLOCK = RATE // 10
#: s by which the station may be ahead of the clock: listeners' players want some in hand.
_LEAD_S = 1.0


class Output(Protocol):
    """Where the sound goes. It takes a block at once: one that waits has a thread of its own."""

    def put(self, block: np.ndarray) -> None:
        """Take the next block, float32 (BLOCK, 2)."""

    def now(self, phrase: Phrase) -> None:
        """A phrase begins with the next block."""


class Mixer:
    """Phrases one after the other, each over what still rings of those before."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._buffer = np.zeros((0, 2), np.float32)
        self._ringing = np.zeros((0, 2), np.float32)
        self._heard = np.zeros((0, 2), np.float32)
        self.playing: Phrase | None = None
        self._is_again = False
        self._begun: Phrase | None = None

    def block(self) -> tuple[np.ndarray, Phrase | None]:
        """The next block, and the phrase that begins in it, if one does."""
        self._begun = None
        while len(self._buffer) < BLOCK:
            self._more()
        out, self._buffer = self._buffer[:BLOCK], self._buffer[BLOCK:]
        return bent(out), self._begun

    def _more(self) -> None:
        phrase = self._writer.take()
        if phrase is None:
            # before the first phrase
            self._buffer = np.concatenate([self._buffer, np.zeros((BLOCK, 2), np.float32)])
            return
        audio = self._following(phrase)
        length = max(len(audio), len(self._ringing))
        mixed = np.zeros((length, 2), np.float32)
        mixed[: len(audio)] += audio
        mixed[: len(self._ringing)] += self._ringing
        self._buffer = np.concatenate([self._buffer, mixed[: phrase.frames]])
        self._heard = np.concatenate([self._heard, mixed[: phrase.frames]])[-PAST:]
        self._ringing = mixed[phrase.frames :].copy()
        self.playing = self._begun = phrase

    def _following(self, phrase: Phrase) -> np.ndarray:
        """A phrase's sound, levelled anew where it follows another than it was levelled for.

        That is so where one is heard again, and where new words took the place of what was ready.
        """
        last, was_again = self.playing, self._is_again
        self._is_again = last is phrase
        if last is None or (phrase.place == last.place + 1 and not was_again):
            return phrase.audio
        leveller = Leveller(self._heard, self._ringing)
        return leveller.level(phrase.audio, phrase.frames, phrase.energy)


class Recorder:
    """The last minutes as 16-bit samples in a file of one size: memory stays flat."""

    def __init__(self, minutes: float) -> None:
        self._frames = max(BLOCK, round(minutes * 60 * RATE))
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the station
        self._at = self._filled = 0
        self._lock = threading.Lock()
        self.fault = ""
        """Why nothing is remembered any more, in words."""

    def put(self, block: np.ndarray) -> None:
        if self.fault:
            return
        samples = np.round(np.clip(block, -1, 1) * 32767).astype("<i2")
        with self._lock:
            try:
                self._write(samples)
            except OSError as error:
                # the set goes on without; what was written may have holes
                self.fault, self._filled = error.strerror or str(error), 0
                log.warning("the radio remembers nothing any more: %s", self.fault)

    def _write(self, samples: np.ndarray) -> None:
        first = min(len(samples), self._frames - self._at)
        for at, part in ((self._at, samples[:first]), (0, samples[first:])):
            if len(part):
                self._file.seek(at * 4)
                self._file.write(part.tobytes())
        self._at = (self._at + len(samples)) % self._frames
        self._filled = min(self._frames, self._filled + len(samples))

    def now(self, phrase: Phrase) -> None:
        return None

    def last(self, minutes: float) -> np.ndarray:
        """What was heard in the last minutes, float32 (frames, 2); less where less is there."""
        with self._lock:
            count = min(self._filled, round(minutes * 60 * RATE))
            if not count:
                return np.zeros((0, 2), np.float32)
            start = (self._at - count) % self._frames
            first = min(count, self._frames - start)
            self._file.flush()
            parts = []
            for at, many in ((start, first), (0, count - first)):
                self._file.seek(at * 4)
                parts.append(np.frombuffer(self._file.read(many * 4), "<i2").reshape(-1, 2))
            # new blocks go on where the last one ended
            self._file.seek(self._at * 4)
        return np.concatenate(parts).astype(np.float32) / np.float32(32767)


class Licences:
    """The licences of what was heard, for what is kept of it."""

    def __init__(self) -> None:
        self._heard: deque[tuple[int, str]] = deque(maxlen=1000)
        self._frames = 0

    def put(self, block: np.ndarray) -> None:
        self._frames += len(block)

    def now(self, phrase: Phrase) -> None:
        self._heard.append((self._frames, phrase.license))

    def last(self, frames: int) -> str:
        """The licences of the last frames, each once; a loop's may be among them."""
        rows = list(self._heard)
        since = self._frames - frames
        ends = [start for start, _ in rows[1:]] + [self._frames + 1]
        found = [licence for (_, licence), end in zip(rows, ends, strict=True) if end > since]
        return " and ".join(dict.fromkeys(found)) or "CC0-1.0"


class Station:
    """Plays in real time on a thread of its own, to any number of outputs."""

    def __init__(
        self, writer: Writer, outputs: list[Output], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._mixer = Mixer(writer)
        self._outputs = outputs
        self._clock = clock
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radio station", daemon=True)
        self.blocks = 0

    @property
    def playing(self) -> Phrase | None:
        return self._mixer.playing

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        began_s = self._clock()
        while not self._ended.is_set():
            self.step()
            ahead_s = self.blocks * BLOCK / RATE - (self._clock() - began_s) - _LEAD_S
            if ahead_s > 0:
                self._ended.wait(ahead_s)
            elif ahead_s < -10:
                # the machine slept: the missed time is not caught up
                began_s = self._clock() - self.blocks * BLOCK / RATE

    def step(self) -> None:
        """Mix one block, and hand it to every output."""
        block, begun = self._mixer.block()
        self.blocks += 1
        for output in self._outputs:
            try:
                if begun is not None:
                    output.now(begun)
                output.put(block)
            except Exception:
                # one output that fails takes no other with it
                log.exception("an output of the radio")
