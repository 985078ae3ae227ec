"""Somebody else's MIDI clock over JACK, `jack_midi_clock`, and each of its ticks written down by a client beside ours.

`python -m tests.helpers.jack_clock OUT.npz` is that client: it joins the clock's port, says so in a line on stdout, does what it reads
(`start`, `stop`: JACK's transport, by which the clock goes), and at the end of stdin writes `ticks` (their frames by the
server's clock), `rate`, and that clock beside the monotonic one: `frames` began at `times_s`.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.conftest import require

PORT = "jack_midi_clock:mclk_out"
TICKS_PER_QUARTER = 24
_TICK = 0xF8


class OthersClock:
    """A running `jack_midi_clock` at a tempo, and what is known of its ticks once it has ended."""

    def __init__(self, bpm: float, file: Path) -> None:
        program = require("jack_midi_clock", "jack-midi-clock")
        self._file = file
        self._clock = subprocess.Popen(
            [program, "-b", str(bpm)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        command = [sys.executable, "-m", "tests.helpers.jack_clock", str(file)]
        self._witness = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=Path(__file__).parents[2],
        )
        assert self._witness.stdout
        assert self._witness.stdout.readline(), "the witness ended"

    def say(self, word: str) -> None:
        """`start` or `stop` the transport."""
        assert self._witness.stdin
        self._witness.stdin.write(word + "\n")

    def end(self) -> None:
        """End the clock and read what was written down of it: `ticks_s`, each tick's second of the monotonic clock, and `slip_s`."""
        # the clock leaves in order: a server in synchronous mode stands still for seconds when a client is killed
        self._clock.send_signal(signal.SIGINT)
        self._clock.wait(10)
        self._witness.communicate(timeout=20)
        with np.load(self._file) as found:
            self._ticks, self._rate = found["ticks"], float(found["rate"])
            frames, times_s = found["frames"], found["times_s"]
        # being late is the only way for a cycle to be wrong
        late_s = times_s - frames / self._rate
        self.slip_s = float(np.quantile(late_s, 0.98) - late_s.min())
        self.ticks_s = np.interp(self._ticks, frames, frames / self._rate + late_s.min())

    @property
    def bpm_sent(self) -> float:
        """The tempo of the ticks by the server's own clock, to which the sender keeps."""
        return self._bpm_of(self._ticks / self._rate)

    @staticmethod
    def _bpm_of(times_s: np.ndarray) -> float:
        return float(60 / TICKS_PER_QUARTER / np.polyfit(np.arange(len(times_s)), times_s, 1)[0])


@contextmanager
def others_clock(bpm: float, folder: Path) -> Iterator[OthersClock]:
    """Ended, and its ticks read, when the block is left."""
    clock = OthersClock(bpm, folder / f"clock-{bpm:g}.npz")
    try:
        yield clock
    finally:
        clock.end()


def witness(out: str) -> None:
    import jack

    client = jack.Client("sidecrate-witness", no_start_server=True)
    port = client.midi_inports.register("in")
    ticks: list[int] = []
    frames: list[int] = []
    times_s: list[float] = []

    @client.set_process_callback
    def process(_: int) -> None:
        now = client.last_frame_time
        frames.append(now)
        times_s.append(time.monotonic())
        ticks.extend(
            now + offset for offset, data in port.incoming_midi_events() if bytes(data)[0] == _TICK
        )

    with client:
        until = time.monotonic() + 15
        while not client.get_ports(f"^{PORT}$") and time.monotonic() < until:
            time.sleep(0.02)
        client.connect(PORT, port)
        print("ready", flush=True)
        for line in sys.stdin:
            getattr(client, f"transport_{line.strip()}")()
        rate = client.samplerate
    np.savez(out, ticks=ticks, frames=frames, times_s=times_s, rate=rate)


if __name__ == "__main__":
    witness(sys.argv[1])
