"""`python -m benchmarks ardour`: where a real Ardour puts our loops, at 16 tempi in 6 meters.

The action is run once for each, at bar 3. Its command is a stand-in that writes silence of the
length that every loop has (`loop_frames`): what is measured is Ardour's place for it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bridge.music import Meter, loop_frames

RATE = 44100
BARS = 4
TEMPI = (60.0, 72.5, 84.0, 90.0, 93.5, 100.0, 110.0, 120.0, 124.0, 127.5, 128.205, 132.0, 137.123,
         140.0, 150.0, 174.0)  # fmt: skip
METERS = ("4/4", "3/4", "6/8", "5/4", "7/8", "12/8")

#: Sets tempo and meter as a file says, and empties the tracks.
_NEXT = """
function factory () return function ()
  local file = io.open ("{next}")
  local bpm, beats, unit = file:read ("n", "n", "n")
  file:close ()
  for route in Session:get_tracks ():iter () do
    local list = route:to_track ():playlist ()
    for region in list:region_list ():iter () do list:remove_region (region) end
  end
  local map = Temporal.TempoMap.fetch_writable ()
  map:set_tempo (Temporal.Tempo (bpm, bpm, 4), Temporal.timepos_t (0))
  map:set_meter (Temporal.Meter (beats, unit), Temporal.timepos_t (0))
  Temporal.TempoMap.update (map)
  map = nil
  collectgarbage ()
  local done = io.open ("{out}", "w")
  done:close ()
end end
"""
_COMMAND = """#!/bin/sh
unset LD_LIBRARY_PATH
exec {python} -c '
import json, re, sys, wave
from bridge.music import Meter, loop_frames
said = " ".join(sys.argv[1:])
bpm, meter, bars = re.search(r"--bpm (\\S+) --meter (\\S+) .*--bars (\\d+)", said).groups()
frames = loop_frames(int(bars), Meter.parse(meter), float(bpm), {rate})
path = "{folder}/loop_" + bpm + "_" + meter.replace("/", "-") + ".wav"
with wave.open(path, "wb") as file:
    file.setparams((2, 3, {rate}, 0, "NONE", ""))
    file.writeframes(bytes(frames * 6))
clip = {{"path": path, "kind": "loop", "bpm": float(bpm), "meter": meter, "bars": int(bars)}}
print(json.dumps(clip))
' "$@"
"""


def _errors(ardour: object, folder: Path) -> list[tuple[float, str, int, int, int, str]]:
    """(bpm, meter, error of start, length, end against the grid in frames, Ardour's end)."""
    from tests.helpers.ardour import Ardour

    assert isinstance(ardour, Ardour)
    found = []
    for meter in METERS:
        beats, unit = meter.split("/")
        for bpm in TEMPI:
            two_bars = loop_frames(2, Meter.parse(meter), bpm, RATE)
            (folder / "next").write_text(f"{bpm} {beats} {unit}\n")
            ardour.run("next")
            ardour.locate(two_bars)
            ardour.press("make")
            (region,) = ardour.wait_for_regions(1)
            end = loop_frames(2 + BARS, Meter.parse(meter), bpm, RATE)
            length = loop_frames(BARS, Meter.parse(meter), bpm, RATE)
            off = (region[1] - two_bars, region[2] - length, region[1] + region[2] - end)
            found.append((bpm, meter, *off, region[3]))
        # it takes minutes on a busy machine: what is known so far is told
        print(f"{meter}: {_summary(found[-len(TEMPI) :])}", flush=True)
    return found


def _summary(found: list[tuple[float, str, int, int, int, str]]) -> str:
    """The greatest errors in frames, and how often Ardour names the end as the bar's beginning."""
    start, length, end = (max(abs(int(one[number])) for one in found) for number in (2, 3, 4))
    on_bar = sum(one[5] == f"{3 + BARS}|1|0" for one in found)
    return (
        f"start off by at most {start}, length by {length}, end against the grid from bar 1 by"
        f" {end} frames; Ardour calls the end {3 + BARS}|1|0 in {on_bar} of {len(found)}"
    )


def bench() -> None:
    os.environ.setdefault("PYTEST_XDIST_WORKER_COUNT", "1")
    from tests.helpers.ardour import Ardour, make_session
    from tests.helpers.jack import jack_server

    script = (Path(__file__).parents[1] / "ardour" / "Sidecrate.lua").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name, jack_server(rate=RATE, period=1024):
        folder = Path(name)
        command = folder / "sidecrate"
        command.write_text(_COMMAND.format(python=sys.executable, rate=RATE, folder=folder))
        command.chmod(0o755)
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
        said = f'{{ prompt = "x", wish = 1, kind = "loop", bars = {BARS}, target = "new" }}'
        make = script.replace("local COMMAND = 'sidecrate'", f"local COMMAND = '{command}'")
        make = make.replace("local said = ask ()", f"local said = {said}")
        next_one = _NEXT.replace("{next}", str(folder / "next"))
        scripts = {"make": make, "next": next_one.replace("{out}", str(folder / "out"))}
        ardour = Ardour(folder, make_session(folder / "session", 120.0, "4/4"), scripts)
        try:
            ardour.start()
            found = _errors(ardour, folder)
        finally:
            ardour.stop()
    print(f"{len(found)} loops of {BARS} bars at bar 3: {len(TEMPI)} tempi, {len(METERS)} meters")
    print(_summary(found))
    for bpm, meter, start, length, end, at in found:
        if start or length or abs(end) > 1:
            print(f"  {bpm:g} bpm in {meter}: start {start:+d}, length {length:+d}, {at}")
