"""A real Ardour for tests: under Xvfb, beside the JACK server that the environment names, with scripts of ours as its actions."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bridge.osc.packet import build_message
from tests.conftest import require, skip_or_fail

LIBRARIES = Path("/usr/lib/ardour7")
#: A preset of exports: a WAV of 24 bits without dither, which Ardour's own would add.
_PRESET_ID, _FORMAT_ID = (
    "2f3c2c6e-51a0-4c0b-9d0e-0a64a1b7f001",
    "2f3c2c6e-51a0-4c0b-9d0e-0a64a1b7f002",
)
_PRESET = f"""<ExportPreset id="{_PRESET_ID}" name="plain"><ExportFormat id="{_FORMAT_ID}"/>
<ExportFilename><Folder relative="1" path="export"/></ExportFilename></ExportPreset>"""
_FORMAT = f"""<ExportFormatSpecification name="plain" id="{_FORMAT_ID}" analyse="0">
<Encoding id="F_WAV" type="T_Sndfile" extension="wav" name="WAV" has-sample-format="true" channel-limit="256"/>
<SampleRate rate="SR_Session"/><SRCQuality quality="SRC_SincBest"/>
<EncodingOptions><Option name="sample-format" value="SF_24"/><Option name="dithering" value="D_None"/></EncodingOptions>
<Processing><Normalize enabled="false"/></Processing></ExportFormatSpecification>"""
_PATIENCE_S = 90.0
_SESSION = """
AudioEngine:set_backend("None (Dummy)", "", "")
local session = create_session("{folder}", "test", {rate})
local map = Temporal.TempoMap.fetch_writable ()
map:set_tempo (Temporal.Tempo ({bpm}, {bpm}, 4), Temporal.timepos_t (0))
map:set_meter (Temporal.Meter ({beats}, {unit}), Temporal.timepos_t (0))
Temporal.TempoMap.update (map)
map = nil
session:save_state ("")
close_session ()
quit ()
"""
#: Regions as they lie: track, start and length in frames, end in bars, beats and ticks, fades.
_REPORT = """
function factory () return function ()
  local file = io.open ("{out}.part", "w")
  local map = Temporal.TempoMap.read ()
  for route in Session:get_tracks ():iter () do
    for region in route:to_track ():playlist ():region_list ():iter () do
      local start, length = region:position ():samples (), region:length ():samples ()
      local at = map:bbt_at (region:position () + region:length ())
      local audio = region:to_audioregion ()
      local fades = not audio:isnil () and (audio:fade_in_active () or audio:fade_out_active ())
      file:write (string.format ("%s\\t%d\\t%d\\t%d|%d|%d\\t%s\\n", route:name (), start, length,
        at.bars, at.beats, at.ticks, fades))
    end
  end
  map = nil
  file:close ()
  os.rename ("{out}.part", "{out}")
end end
"""
_EXPORT = """
AudioEngine:set_backend("None (Dummy)", "", "")
local session = load_session("{folder}", "test")
sleep (2)
local export = session:simple_export ()
export:set_folder ("{out}")
export:set_name ("export")
export:set_range (0, {frames})
export:set_preset ("{preset}")
export:run_export ()
close_session ()
quit ()
"""
_SAVE = """
function factory () return function ()
  Session:save_state ("")
  local file = io.open ("{out}", "w")
  file:close ()
end end
"""
_WHERE = """
function factory () return function ()
  local file = io.open ("{out}.part", "w")
  file:write (Session:transport_sample ())
  file:close ()
  os.rename ("{out}.part", "{out}")
end end
"""
_SELECT = """
function factory () return function ()
  local chosen = ArdourUI.SelectionList ()
  for route in Session:get_tracks ():iter () do
    for region in route:to_track ():playlist ():region_list ():iter () do
      chosen:push_back (Editor:regionview_from_region (region))
      Editor:set_selection (chosen, ArdourUI.SelectionOp.Set)
      local file = io.open ("{out}", "w")
      file:close ()
      return
    end
  end
end end
"""


def need_ardour() -> None:
    """Skip, or fail, where a part is missing."""
    require("ardour7-lua", "ardour")
    for program, package in (("Xvfb", "xvfb"), ("jackd", "jackd2"), ("xdotool", "xdotool")):
        require(program, package)
    if not any(LIBRARIES.glob("ardour-7*")):
        skip_or_fail("Ardour 7 (Debian: ardour) is not installed")


def _lua_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _actions(scripts: list[str]) -> str:
    """The file in which Ardour keeps the scripts that its actions 1, 2... run."""
    state = "scripts = {} "
    for number, script in enumerate(scripts, 1):
        chunk = f"local ardour = function () end\n{script}\nreturn factory (...)"
        state += f'scripts[{number}] = {{}} scripts[{number}]["n"] = "{number}" '
        state += f'scripts[{number}]["s"] = "x" scripts[{number}]["f"] = {_lua_text(chunk)} '
    content = base64.b64encode(state.encode()).decode()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<LuaScripts version="7003"><ActionHooks/>'
        f'<ActionScript lua="Lua 5.3">{content}</ActionScript></LuaScripts>\n'
    )


def _run_lua(text: str, place: Path) -> None:
    """A script by Ardour without its window."""
    place.write_text(text)
    home = place.with_suffix(".home")
    export = home / ".config" / "ardour7" / "export"
    export.mkdir(parents=True, exist_ok=True)
    (export / "plain.preset").write_text(_PRESET)
    (export / "plain.format").write_text(_FORMAT)
    environment = {**os.environ, "HOME": str(home)}
    command = ["ardour7-lua", str(place)]
    subprocess.run(command, env=environment, capture_output=True, timeout=_PATIENCE_S, check=False)


def make_session(folder: Path, bpm: float, meter: str, rate: int = 44100) -> Path:
    """A session at a tempo and meter; its file."""
    beats, unit = meter.split("/")
    text = _SESSION.format(folder=folder, rate=rate, bpm=bpm, beats=beats, unit=unit)
    _run_lua(text, folder.with_suffix(".lua"))
    file = folder / "test.ardour"
    text = file.read_text(encoding="utf-8")
    text = text.replace(
        '<Protocol name="Open Sound Control (OSC)" active="0"/>',
        '<Protocol name="Open Sound Control (OSC)" active="1" feedback="0" address-only="1"/>',
    )
    # of another sound system; it would ask about that
    lines = [line for line in text.splitlines(keepends=True) if "<EngineHints" not in line]
    file.write_text("".join(lines), encoding="utf-8")
    return file


def export_session(folder: Path, frames: int) -> Path:
    """What a saved session sounds like, as a WAV with 16 bits: from its start, so many frames."""
    out = folder.parent / "exported"
    out.mkdir()
    text = _EXPORT.format(folder=folder, out=out, frames=frames, preset=_PRESET_ID)
    # without a clock of a sound card its first run may come out empty
    for _ in range(3):
        _run_lua(text, out.with_suffix(".lua"))
        made = out / "export.wav"
        if made.exists() and any(made.read_bytes()[1000:]):
            return made
    raise AssertionError("Ardour exported nothing three times")


class Ardour:
    """Ardour's window on a session. `run` does what a key would that runs a script."""

    def __init__(self, folder: Path, session: Path, scripts: Mapping[str, str]) -> None:
        """scripts: Lua by name; beside these there are `report`, `save` and `select`."""
        self.folder = folder
        self.out = folder / "out"
        own = {"report": _REPORT, "select": _SELECT, "save": _SAVE, "where": _WHERE}
        own = {name: text.replace("{out}", str(self.out)) for name, text in own.items()}
        self._scripts = {**scripts, **own}
        self._session = session
        self._programs: list[subprocess.Popen[bytes]] = []
        self._port = _free_port()

    def start(self) -> None:
        home = self.folder / "home"
        config = home / ".config" / "ardour7"
        config.mkdir(parents=True)
        # what it asks and tells at its first start
        (config / ".a7").touch()
        (config / "instant.xml").write_text("<instant><no-memory-warning/></instant>\n")
        (config / "ui_scripts").write_text(_actions(list(self._scripts.values())))
        (config / "config").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<Ardour><Config>'
            f'<Option name="osc-port" value="{self._port}"/>'
            '<Option name="output-auto-connect" value="AutoConnectMaster"/></Config></Ardour>\n'
        )
        self.environment = {
            **os.environ, "HOME": str(home),
            "DISPLAY": self._display(), "ARDOUR_DATA_PATH": "/usr/share/ardour7",
            "ARDOUR_CONFIG_PATH": "/etc/ardour7", "ARDOUR_DLL_PATH": str(self._with_jack_alone()),
            "LD_LIBRARY_PATH": str(LIBRARIES), "GTK_PATH": f"/etc/ardour7:{LIBRARIES}",
        }  # fmt: skip
        program = str(next(LIBRARIES.glob("ardour-7*")))
        self._run(program, "-n", "-a", str(self._session))
        # it answers by OSC some time before its actions are there
        self._wait(lambda: self._answers("report"), "Ardour")
        self.out.unlink()

    def _with_jack_alone(self) -> Path:
        """Ardour's libraries without its other sound systems, or it would ask which one to use."""
        folder = self.folder / "libraries"
        (folder / "backends").mkdir(parents=True)
        for path in LIBRARIES.iterdir():
            if path.name != "backends":
                (folder / path.name).symlink_to(path)
        jack = "libjack_audiobackend.so"
        (folder / "backends" / jack).symlink_to(LIBRARIES / "backends" / jack)
        return folder

    def _display(self) -> str:
        """The name of a new display."""
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]  # fmt: skip
        self._programs.append(
            subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
        )
        os.close(write)
        with os.fdopen(read) as said:
            return f":{said.readline().strip()}"

    def _run(self, *command: str) -> None:
        with (self.folder / f"{Path(command[0]).name}.log").open("wb") as log:
            self._programs.append(
                subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
            )

    def _wait(self, look: Any, what: str) -> None:
        until = time.monotonic() + _PATIENCE_S
        while not look():
            assert time.monotonic() < until, f"{what} did not come: {self._last_words()}"
            assert self._programs[-1].poll() is None, f"{what} ended: {self._last_words()}"
            time.sleep(0.2)

    def _last_words(self) -> str:
        return "\n".join(
            path.read_text(errors="replace")[-500:] for path in self.folder.glob("*.log")
        )

    def _answers(self, script: str) -> bool:
        self.press(script)
        time.sleep(0.8)
        return self.out.exists()

    def press(self, script: str) -> None:
        """Run a script, and do not wait for it."""
        number = list(self._scripts).index(script) + 1
        self._send("/access_action", f"LuaAction/script-{number}")

    def locate(self, frame: int) -> None:
        """Move the playhead, and wait until it is there."""
        self._send("/locate", frame, 0)
        self._wait(lambda: int(self.run("where")) == frame, "the playhead")

    def _send(self, address: str, *arguments: str | int) -> None:
        message = build_message(address, *arguments)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(message, ("127.0.0.1", self._port))

    def run(self, script: str) -> str:
        """Run one of our own scripts, and wait for what it writes."""
        self.out.unlink(missing_ok=True)
        self.press(script)
        self._wait(self.out.exists, script)
        return self.out.read_text()

    def save(self) -> None:
        """Save the session once each of its tracks leads on to something.

        Ardour connects a new track some time after it is there. A session that is saved before
        exports silence.
        """
        self._wait(self._is_saved_whole, "the connections of the tracks")

    def _is_saved_whole(self) -> bool:
        self.run("save")
        routes = ElementTree.parse(self._session).iterfind("Routes/Route")
        outputs = [one for route in routes for one in route.iterfind("IO[@direction='Output']")]
        return len(outputs) > 1 and all(one.find("Port/Connection") is not None for one in outputs)

    def regions(self) -> list[tuple[str, int, int, str, bool]]:
        """(track, start, length, end in bars|beats|ticks, whether it fades) of each region."""
        rows = [line.split("\t") for line in self.run("report").splitlines()]
        return [(r[0], int(r[1]), int(r[2]), r[3], r[4] == "true") for r in rows]

    def wait_for_regions(self, count: int) -> list[tuple[str, int, int, str, bool]]:
        """The regions once there are so many: a script blocks Ardour, which answers afterwards."""
        until = time.monotonic() + _PATIENCE_S
        while len(found := self.regions()) < count:
            assert time.monotonic() < until, f"{found}\n{self._last_words()}"
            time.sleep(0.3)
        return found

    def type_prompt(self, words: str) -> None:
        """Write into the first line of the script's dialog, and press OK."""
        found: list[str] = []

        def is_there() -> bool:
            found[:] = self._xdotool("search", "--onlyvisible", "--name", "^Sidecrate$").split()
            return bool(found)

        self._wait(is_there, "the dialog")
        time.sleep(0.5)
        # where they are in it: there is no window manager, so keys go to where the pointer is
        self._xdotool("mousemove", "--window", found[-1], "290", "21", "click", "1")
        self._xdotool("type", words)
        time.sleep(0.3)
        self._xdotool("mousemove", "--window", found[-1], "343", "187", "click", "1")

    def _xdotool(self, *words: str) -> str:
        command = ["xdotool", *words]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        ).stdout

    def stop(self) -> None:
        for program in reversed(self._programs):
            program.terminate()
            try:
                program.wait(10)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def command_of(home: Path, to: Path) -> Path:
    """A program that is `sidecrate` with a home of its own, as Ardour would find one."""
    to.write_text(
        "#!/bin/sh\nunset LD_LIBRARY_PATH\n"
        f'export SIDECRATE_HOME="{home}" PYTHONPATH="{Path(__file__).parents[2]}"\n'
        f'exec "{sys.executable}" -m daemon.cli "$@"\n'
    )
    to.chmod(0o755)
    return to


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
