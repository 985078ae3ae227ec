"""How precisely, and how soon, we read another program's MIDI clock (x42's jack_midi_clock)."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bridge.midi.clock import Measured
from bridge.midi.followed_clock import Clocks
from bridge.midi.ports import MidiPorts
from tests.helpers.jack import jack_server
from tests.helpers.jack_clock import others_clock

TEMPOS = (60.0, 87.5, 93.4, 120.0, 128.0, 174.0)
#: Times after the first tick at which the reading is compared.
READ_AFTER_S = (4.0, 8.0)
#: Time for each tempo, a little longer than the last reading.
LISTEN_S = 9.0


class Reading:
    """The tempo as it is read and reported, tick by tick."""

    def __init__(self) -> None:
        self._clocks = Clocks()
        self._first_s = 0.0
        self.said: list[tuple[float, float]] = []
        """(seconds after the first tick, bpm) of each reported tempo."""
        self.measured: dict[float, Measured | None] = {}

    def hear(self, port: str, message: Sequence[int], at_s: float) -> None:
        now_s = time.monotonic()
        if message[0] == 0xF8:
            self._first_s = self._first_s or now_s
        if not self._clocks.note(port, message, at_s) or not self._first_s:
            return
        values = self._clocks.look(at_s) or {}
        after_s = now_s - self._first_s
        if "bpm" in values and (not self.said or values["bpm"] != self.said[-1][1]):
            self.said.append((after_s, float(values["bpm"])))
        for wanted_s in READ_AFTER_S:
            if after_s >= wanted_s:
                self.measured.setdefault(wanted_s, self._clocks.measured)


def read_tempo(bpm: float, folder: Path) -> str:
    """A row of the table."""
    with jack_server(48000, 512):
        with others_clock(bpm, folder) as clock:
            reading = Reading()
            ports = MidiPorts(
                reading.hear, api="jack", inputs=["jack_midi_clock"], timing=True, virtual=False
            )
            ports.open()
            time.sleep(0.3)
            clock.say("start")
            time.sleep(LISTEN_S)
            ports.close()
        found = [reading.measured.get(wanted_s) for wanted_s in READ_AFTER_S]
        errors = "".join(
            f"{one.bpm - clock.bpm_sent:+11.3f} (±{one.error_bpm:.3f})" if one else f"{'-':>20}"
            for one in found
        )
        said = ", ".join(f"{value:g} after {after_s:.1f} s" for after_s, value in reading.said)
        late = ""
        if clock.slip_s > 0.005:
            late = f"; the server's clock slipped by {1000 * clock.slip_s:.0f} ms"
        return f"{bpm:8g}{clock.bpm_sent:10.4f}{errors}   {said}{late}"


def bench() -> None:
    print(
        f"{'asked':>8}{'sent':>10}"
        + "".join(f"{f'off after {wanted_s:g} s':>20}" for wanted_s in READ_AFTER_S)
        + "   said"
    )
    with tempfile.TemporaryDirectory() as folder:
        for bpm in TEMPOS:
            print(read_tempo(bpm, Path(folder)), flush=True)
