"""`sidecrate pair`: a tablet is let in by its code or by the user, and written to the config."""

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

#: An address of TEST-NET-2, which nobody has. Connecting by UDP sends nothing.
_NOWHERE = ("198.51.100.1", 9)


@dataclass(frozen=True)
class Knock:
    """The address of another machine, and what it sent. has_code: the daemon has let it in."""

    address: str
    sent: str
    has_code: bool


def own_addresses() -> list[str]:
    """This machine's IPv4 addresses in networks, the likeliest first; empty without a network."""
    found: list[str] = []
    # without a route out of this machine, its host name may still have an address
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_NOWHERE)
        found.append(str(probe.getsockname()[0]))
    with contextlib.suppress(OSError):
        found += [
            str(row[4][0]) for row in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        ]
    return [address for address in dict.fromkeys(found) if not address.startswith(("127.", "0."))]


def pair(
    client: DaemonClient,
    config_file: Path,
    *,
    wait_s: float,
    ask: Callable[[Knock], bool],
    show: Callable[[str], None],
) -> str | None:
    """Wait for a knock, let it in and store its address.

    Returns the address; None after a timeout, or where the user wanted none. ask: whether a knock
    without the code may come in. show: called with each line for the user.
    """
    opened = client.ask("/sidecrate/pair", wait_s).values
    for line in _instructions(client.port, opened["code"], wait_s):
        show(line)
    try:
        for knock in _knocks(client, wait_s):
            if not knock.has_code and not ask(knock):
                continue
            client.ask("/sidecrate/allow", knock.address)
            add_address(config_file, knock.address)
            return knock.address
        return None
    finally:
        client.send("/sidecrate/pair", 0)


def _instructions(port: int, code: str, wait_s: float) -> Iterator[str]:
    addresses = own_addresses()
    if addresses:
        yield f"On the tablet, send OSC by UDP to {' or '.join(addresses)}, port {port}."
    else:
        yield (
            "This machine has no address in a network; join one. "
            f"OSC goes to its address there, by UDP, port {port}."
        )
    yield f"In TouchOSC: Connections > OSC 1, host as above, send port {port}, receive port 9000."
    yield (
        f"Then touch a key there within {wait_s:g} s. "
        f"Or have it send /sidecrate/pair {code}, which needs no answer here."
    )


def _knocks(client: DaemonClient, wait_s: float) -> Iterator[Knock]:
    until = time.monotonic() + wait_s
    while (left_s := until - time.monotonic()) > 0:
        for answer in client.answers(left_s):
            knock = _read(answer)
            if knock is not None:
                yield knock


def _read(answer: Answer) -> Knock | None:
    match answer:
        case Told(verb="pair", what=address) if address:
            return Knock(address, str(answer.values["sent"]), bool(answer.values["code"]))
    return None
