"""Is a server there? A small question to its usual ports, remembered for a few seconds.

It runs in the daemon, so it imports nothing heavy, and is asked again beside the loop.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from daemon.engines.probing import Probe
from daemon.engines.servers.workflow import read_workflow
from daemon.errors import EngineError

#: Timeout of one question. A server that computes may answer late, and then counts as it was.
_TIMEOUT_S = 0.4
_MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Found:
    """A server that answered: its address, version and models."""

    address: str
    version: str = ""
    model: str = ""
    fault: str = ""
    """Why it makes nothing all the same."""


#: By address and family: engines of one server share what is known of it.
_probes: dict[tuple[str, str], Probe[Found | None]] = {}


def probe_of(spec: Mapping[str, Any]) -> Probe[Found | None]:
    return _probes.setdefault((spec["family"], spec["address"]), Probe(partial(ask, spec)))


def addresses(spec: Mapping[str, Any]) -> list[str]:
    """Where a server may be: its address in the config, else the usual ports of this machine."""
    if spec["address"]:
        return [spec["address"].rstrip("/")]
    return [f"http://127.0.0.1:{port}" for port in spec["ports"]]


def why_not(spec: Mapping[str, Any]) -> str | None:
    """None when a server answers and can make something, else the reason and the mend."""
    if spec["family"] == "comfyui":
        if not spec["workflow"]:
            return (
                "no workflow is set; name one under servers.engines in the config: docs/servers.md"
            )
        try:
            read_workflow(spec["workflow"])
        except EngineError as error:
            return error.text
    found = probe_of(spec).found()
    if found is None:
        where = " or ".join(urlsplit(address).netloc for address in addresses(spec))
        return f"no such server answers at {where}; start it, or set its address: docs/servers.md"
    return found.fault or None


def here(spec: Mapping[str, Any]) -> str:
    """What a server that is there says of itself; empty where none is."""
    found = probe_of(spec).found()
    if found is None:
        return ""
    parts = [f"at {urlsplit(found.address).netloc}", found.version, found.model]
    return ", ".join(part for part in parts if part)


def ask(spec: Mapping[str, Any]) -> Found | None:
    """The first server of the right family that answers."""
    route, mark = spec["detect"]
    for address in addresses(spec):
        answer = _get(address, route)
        if isinstance(answer, dict) and mark in answer:
            found = _READERS[spec["family"]](address, answer)
            if found is not None:
                return found
    return None


def _get(address: str, route: str) -> Any:
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        line = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
        try:
            line.request("GET", parts.path.rstrip("/") + route)
            return json.loads(line.getresponse().read(_MOST_BYTES))
        finally:
            line.close()
    except (OSError, http.client.HTTPException, ValueError, socket.gaierror):
        return None


def _sa3(address: str, answer: dict[str, Any]) -> Found | None:
    model = f"{answer.get('model') or ''} {answer.get('encoding') or ''}".strip()
    return Found(address, "", model)


def _ace_cpp(address: str, answer: dict[str, Any]) -> Found | None:
    models = answer["models"]
    if not isinstance(models, dict) or "dit" not in models:
        return None
    nets = [str(net).rpartition("/")[2] for net in models["dit"] or []]
    fault = "" if nets else "its server has no DiT model; put one into its --models folder"
    return Found(address, str(answer.get("version") or ""), ", ".join(nets), fault)


def _ace_step(address: str, answer: dict[str, Any]) -> Found | None:
    data = answer["data"]
    if not isinstance(data, dict) or data.get("service") != "ACE-Step API":
        return None
    return Found(address, str(data.get("version") or ""), str(data.get("loaded_model") or ""))


def _comfyui(address: str, answer: dict[str, Any]) -> Found | None:
    system = answer["system"]
    if not isinstance(system, dict) or "comfyui_version" not in system:
        return None
    return Found(address, f"ComfyUI {system['comfyui_version']}")


_READERS = {
    "sa3": _sa3,
    "acestep-cpp": _ace_cpp,
    "ace-step-server": _ace_step,
    "comfyui": _comfyui,
}
