"""`sidecrate install mcp`: our line in the settings of hosts of language models, and out again.

Each file is the user's. It is changed whole or not at all, with a copy of it beside it, and only
our own entry is written or removed. A file that cannot be read as what it should be is left.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from bridge.files.whole import write_whole
from daemon.errors import ServiceError
from daemon.home.places import HOME_VARIABLE

#: The name of our entry.
NAME = "sidecrate"
#: The ending of the copy of a file as it was.
BACKUP = ".before-sidecrate"


@dataclass(frozen=True)
class Host:
    """A program that starts servers of tools, and where it keeps their list."""

    title: str
    file: Path
    key: str
    """The key of the list; in TOML the table's name."""
    there: Path
    """A file or folder that shows that the host is installed."""
    extra: tuple[tuple[str, str], ...] = ()
    """Further keys of an entry."""


def hosts(home: Path | None = None) -> list[Host]:
    """The usual hosts; `home` in place of the user's own folder."""
    own = home or Path.home()
    settings = own / ".config" if home else Path(platformdirs.user_config_dir(roaming=True))
    claude = settings / "Claude"
    code = settings / "Code" / "User"
    stdio = (("type", "stdio"),)
    return [
        Host("Claude Desktop", claude / "claude_desktop_config.json", "mcpServers", claude),
        Host("Claude Code", own / ".claude.json", "mcpServers", own / ".claude.json", stdio),
        Host("Cursor", own / ".cursor" / "mcp.json", "mcpServers", own / ".cursor"),
        Host("VS Code", code / "mcp.json", "servers", code, stdio),
        _windsurf(own / ".codeium" / "windsurf"),
        Host("Gemini CLI", own / ".gemini" / "settings.json", "mcpServers", own / ".gemini"),
        Host("LM Studio", own / ".lmstudio" / "mcp.json", "mcpServers", own / ".lmstudio"),
        Host("Codex", own / ".codex" / "config.toml", "mcp_servers", own / ".codex"),
    ]


def _windsurf(folder: Path) -> Host:
    return Host("Windsurf", folder / "mcp_config.json", "mcpServers", folder)


def entry() -> dict[str, Any]:
    """Our entry: the command by its whole path, for programs with windows have another PATH."""
    command = shutil.which("sidecrate") or str(Path(sys.executable).with_name("sidecrate"))
    home = os.environ.get(HOME_VARIABLE)
    env = {"env": {HOME_VARIABLE: home}} if home else {}
    return {"command": command, "args": ["mcp"], **env}


@dataclass(frozen=True)
class Outcome:
    """What became of one host."""

    host: Host
    done: bool
    said: str


def enter(home: Path | None = None) -> list[Outcome]:
    """Write our entry into every host that is there. ServiceError where none is."""
    found = [host for host in hosts(home) if host.there.exists()]
    if not found:
        names = ", ".join(host.title for host in hosts(home))
        raise ServiceError(
            f"none of {names} was found; give your host this as a server over stdio:"
            f" {json.dumps({NAME: entry()})}",
            "no_folder",
        )
    return [_entered(host) for host in found]


def _entered(host: Host) -> Outcome:
    try:
        text = host.file.read_text(encoding="utf-8-sig") if host.file.exists() else ""
        new = _with_entry(host, text)
    except (ValueError, OSError) as error:
        line = json.dumps({host.key: {NAME: entry()}})
        return Outcome(host, False, f"{host.file} is left as it is ({error}); add this: {line}")
    if new == text:
        return Outcome(host, True, f"{host.title}: {host.file} had it already")
    _write(host.file, text, new)
    return Outcome(host, True, f"{host.title}: {host.file}")


def leave(home: Path | None = None) -> Iterator[Outcome]:
    """Remove our entry where it stands; all else stays."""
    for host in hosts(home):
        if not host.file.exists():
            continue
        try:
            text = host.file.read_text(encoding="utf-8-sig")
            new = _without_entry(host, text)
        except (ValueError, OSError) as error:
            yield Outcome(host, False, f"{host.file} is left as it is ({error})")
            continue
        if new != text:
            _write(host.file, text, new)
            yield Outcome(host, True, f"{host.title}: {host.file}")


def _write(file: Path, old: str, new: str) -> None:
    """Write a host's file, with a copy of what it was, as private as it was."""
    # a link to a folder of settings elsewhere stays a link
    target = file.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    private = not target.exists() or not target.stat().st_mode & 0o077
    if old:
        shutil.copy2(target, target.with_name(target.name + BACKUP))
    write_whole(target, new, private=private)


def _with_entry(host: Host, text: str) -> str:
    """The file's text with our entry. ValueError where it is not what it should be."""
    if host.file.suffix == ".toml":
        return _toml_with(host, text)
    said = _read_json(host, text) if text.strip() else {}
    listed = said.setdefault(host.key, {})
    if not isinstance(listed, dict):
        raise ValueError(f"{host.key} is no list of servers")
    wanted = {**dict(host.extra), **entry()}
    if listed.get(NAME) == wanted:
        return text
    listed[NAME] = wanted
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def _without_entry(host: Host, text: str) -> str:
    if host.file.suffix == ".toml":
        return _toml_without(host, text)
    said = _read_json(host, text)
    listed = said.get(host.key)
    if not isinstance(listed, dict) or NAME not in listed:
        return text
    del listed[NAME]
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def _read_json(host: Host, text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError as error:
        # comments, say, which a rewrite would lose
        raise ValueError(f"it is no plain JSON: {error}") from None
    if not isinstance(said, dict):
        raise ValueError("it is no JSON object")
    return said


def _toml_with(host: Host, text: str) -> str:
    said = tomllib.loads(text)
    if said.get(host.key, {}).get(NAME) == entry():
        return text
    text = _toml_without(host, text)
    own = entry()
    lines = [f"[{host.key}.{NAME}]"]
    lines += [f"{key} = {json.dumps(own[key])}" for key in ("command", "args")]
    if env := own.get("env"):
        pairs = ", ".join(f"{key} = {json.dumps(value)}" for key, value in env.items())
        lines.append(f"env = {{ {pairs} }}")
    new = text.rstrip("\n") + ("\n\n" if text.strip() else "") + "\n".join(lines) + "\n"
    if tomllib.loads(new).get(host.key, {}).get(NAME) != own:
        raise ValueError(f"{host.key} is written in a way that cannot be added to")
    return new


def _toml_without(host: Host, text: str) -> str:
    """The text without our table, line by line, so that comments stay."""
    if NAME not in tomllib.loads(text).get(host.key, {}):
        return text
    kept: list[str] = []
    is_ours = False
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("["):
            head = line.strip().strip("[]").replace('"', "").replace(" ", "")
            ours = f"{host.key}.{NAME}"
            is_ours = head == ours or head.startswith(f"{ours}.")
        if not is_ours:
            kept.append(line)
    new = "".join(kept).rstrip("\n") + "\n" if kept else ""
    before, after = tomllib.loads(text), tomllib.loads(new)
    del before[host.key][NAME]
    if {**before, host.key: before[host.key] or None} != {
        **after,
        host.key: after.get(host.key) or None,
    }:
        raise ValueError(f"our entry stands where it cannot be told from the rest of {host.key}")
    return new
