"""The hook in a plain Lua with a stand-in for Ardour: what it tells second by second."""

import subprocess
from pathlib import Path

from tests.conftest import require

HOOK = Path(__file__).parents[2] / "ardour" / "Sidecrate tempo.lua"
STAND_IN = """
ardour = function () end
local bpm, rolls, second = 132, true, 0
Session = {
  transport_sample = function () return 0 end,
  transport_rolling = function () return rolls end,
}
Temporal = {
  timepos_t = function (sample) return sample end,
  TempoMap = { read = function () return { quarters_per_minute_at = function () return bpm end } end },
}
ARDOUR = { LuaOSC = { Address = function (at)
  assert (at == "osc.udp://127.0.0.1:9140")
  return { send = function (_, address, kind, value) print (second, address, kind, value) end }
end } }
dofile (arg[1])
local hook = factory ()
for now = 1, 130 do
  second = now
  if now == 10 then bpm = 90 end
  if now == 125 then rolls = false end
  hook ()
end
"""


def test_tempo_and_playing_are_told_at_each_change_and_once_a_minute_besides(tmp_path):
    lua = require("lua5.4", "lua5.4")
    stand_in = tmp_path / "ardour.lua"
    stand_in.write_text(STAND_IN)
    done = subprocess.run(
        [lua, str(stand_in), str(HOOK)], capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 0, done.stderr
    told = [tuple(line.split()) for line in done.stdout.splitlines()]
    assert [one for one in told if one[1] == "/sidecrate/bpm"] == [
        (second, "/sidecrate/bpm", "f", bpm)
        for second, bpm in (("1", "132"), ("10", "90"), ("60", "90"), ("120", "90"))
    ]
    assert [one for one in told if one[1] == "/sidecrate/playing"] == [
        (second, "/sidecrate/playing", "i", value)
        for second, value in (("1", "1"), ("60", "1"), ("120", "1"), ("125", "0"))
    ]
