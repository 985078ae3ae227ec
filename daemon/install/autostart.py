"""The file by which each system starts the daemon at log-in."""

from __future__ import annotations

import os
import plistlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from daemon.home.places import HOME_VARIABLE


@dataclass(frozen=True)
class Unit:
    """The file's place and text, and the person's next step."""

    file: Path
    text: str
    step: str


def autostart_unit() -> Unit:
    """This system's unit, for the home in use."""
    found = shutil.which("sidecrate")
    home = os.environ.get(HOME_VARIABLE)
    command = [
        *([found] if found else [sys.executable, "-P", "-m", "daemon.cli"]),
        *(["--home", str(Path(home).absolute())] if home else []),
        "run",
        "--quiet",
    ]
    if sys.platform == "darwin":
        return _launch_agent(command)
    if sys.platform == "win32":
        return _startup_script(command)
    return _systemd_unit(command)


def _launch_agent(command: list[str]) -> Unit:
    file = Path.home() / "Library" / "LaunchAgents" / "sidecrate.plist"
    text = plistlib.dumps(
        {"Label": "sidecrate", "ProgramArguments": command, "RunAtLoad": True}
    ).decode()
    return Unit(file, text, f"It starts at the next log-in; at once: launchctl load '{file}'")


def _startup_script(command: list[str]) -> Unit:
    """A script that opens no window; a .cmd would leave a console on the screen."""
    # a service may be started without the variable; platformdirs asks Windows itself
    roaming = os.environ.get("APPDATA") or platformdirs.user_config_dir(roaming=True)
    folder = Path(roaming) / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Startup"
    words = " ".join(f'""{word}""' for word in command)
    return Unit(
        folder / "Sidecrate.vbs",
        f'CreateObject("WScript.Shell").Run "{words}", 0\n',
        "It starts at the next log-in.",
    )


def _systemd_unit(command: list[str]) -> Unit:
    file = Path(platformdirs.user_config_dir()) / "systemd" / "user" / "sidecrate.service"
    escapes = str.maketrans({"\\": "\\\\", '"': '\\"', "%": "%%", "$": "$$"})
    words = " ".join(f'"{word.translate(escapes)}"' for word in command)
    lines = (
        "[Unit]", "Description=Sidecrate", "",
        "[Service]", f"ExecStart={words}", "Restart=on-failure", "",
        "[Install]", "WantedBy=default.target", "",
    )  # fmt: skip
    return Unit(file, "\n".join(lines), "Enable it: systemctl --user enable --now sidecrate")
