"""`sidecrate pair`: a tablet of the network is let in by its code or by a person's word, and written into the config."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge.events import Told
from bridge.osc.answers import Answer
from daemon.client.connection import DaemonClient
from daemon.settings.edit import add_address

#: Looking for a way to this address sends nothing; it is one that nobody has.
_NOWHERE = ("198.51.100.1", 9)


@dataclass(frozen=True)
class Knock:
    """Who knocked and what it sent. has_code: the daemon has let it in already."""

    address: str
    sent: str
    has_code: bool


def own_addresses() -> list[str]:
    """IPv4 addresses by which other machines reach this one, the likeliest first; empty without a network."""
    found: list[str] = []
    # without a way out of this machine, what its own name stands for may still be an address
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_NOWHERE)
        found.append(str(probe.getsockname()[0]))
    with contextlib.suppress(OSError):
        found += [
            str(row[4][0]) for row in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        ]
    return [address for address in dict.fromkeys(found) if not address.startswith(("127.", "0."))]


def pair(
    link: DaemonClient,
    config_file: Path,
    *,
    wait_s: float,
    ask: Callable[[Knock], bool],
    show: Callable[[str], None],
) -> str | None:
    """Wait for a knock, let it in and write it down; its address, or None where none came or none was wanted.

    ask: whether one that knocked without the code is to be let in. show: called with each line for the person.
    """
    opened = link.ask("/sidecrate/pair", wait_s).values
    for line in _instructions(link.port, opened["code"], wait_s):
        show(line)
    try:
        for knock in _knocks(link, wait_s):
            if not knock.has_code and not ask(knock):
                continue
            link.ask("/sidecrate/allow", knock.address)
            add_address(config_file, knock.address)
            return knock.address
        return None
    finally:
        link.send("/sidecrate/pair", 0)


def _instructions(port: int, code: str, wait_s: float) -> Iterator[str]:
    addresses = own_addresses()
    if addresses:
        yield f"On the tablet, send OSC by UDP to {' or '.join(addresses)}, port {port}."
    else:
        yield f"This machine has no address in a network; join one. OSC goes to its address there, by UDP, port {port}."
    yield f"In TouchOSC: Connections > OSC 1, host as above, send port {port}, receive port 9000."
    yield f"Then touch a key there within {wait_s:g} s. Or have it send /sidecrate/pair {code}, which needs no answer here."


def _knocks(link: DaemonClient, wait_s: float) -> Iterator[Knock]:
    until = time.monotonic() + wait_s
    while (left_s := until - time.monotonic()) > 0:
        for answer in link.answers(left_s):
            knock = _read(answer)
            if knock is not None:
                yield knock


def _read(answer: Answer) -> Knock | None:
    match answer:
        case Told(verb="pair", what=address) if address:
            return Knock(address, str(answer.values["sent"]), bool(answer.values["code"]))
    return None
