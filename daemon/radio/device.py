"""Further outputs: this machine's sound device, and an OSC program that is told what plays."""

from __future__ import annotations

import queue

import numpy as np
from pythonosc.udp_client import SimpleUDPClient

from daemon.audition.player import find_device, sound_library
from daemon.errors import AudioError
from daemon.radio.phrase import RATE, Phrase

#: Blocks between the station and the device: 2 s.
_WAITING = 20


class Device:
    """The sound device. It plays at its own clock; what it has no room for is let go."""

    def __init__(self, name: str | int | None = None) -> None:
        """AudioError where there is none, or it takes no 48 kHz."""
        sounddevice = sound_library()
        index, about = find_device(sounddevice, name)
        self.name = str(about["name"])
        self._waiting: queue.Queue[np.ndarray] = queue.Queue(_WAITING)
        self._rest = np.zeros((0, 2), np.float32)
        try:
            self._stream = sounddevice.OutputStream(
                device=index, samplerate=RATE, channels=2, dtype="float32", latency="high",
                callback=self._fill,
            )  # fmt: skip
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise AudioError(
                f"the sound device {self.name} does not open ({error}); the stream goes on",
                "no_sound",
            ) from None

    def put(self, block: np.ndarray) -> None:
        try:
            self._waiting.put_nowait(block)
        except queue.Full:
            self._waiting.get_nowait()
            self._waiting.put_nowait(block)

    def now(self, phrase: Phrase) -> None:
        return None

    def _fill(self, out: np.ndarray, frames: int, times: object, status: object) -> None:
        while len(self._rest) < frames and not self._waiting.empty():
            self._rest = np.concatenate([self._rest, self._waiting.get_nowait()])
        count = min(frames, len(self._rest))
        out[:count], out[count:] = self._rest[:count], 0
        self._rest = self._rest[count:]

    def end(self) -> None:
        self._stream.close()


class OscNote:
    """Tells an OSC program what plays: `/sidecrate/radio title section key bpm bars`."""

    def __init__(self, host: str, port: int) -> None:
        self._client = SimpleUDPClient(host, port)

    def put(self, block: np.ndarray) -> None:
        return None

    def now(self, phrase: Phrase) -> None:
        values = [phrase.words, phrase.section, phrase.key, float(phrase.bpm), phrase.bars]
        self._client.send_message("/sidecrate/radio", values)
