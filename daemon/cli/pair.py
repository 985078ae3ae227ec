"""`sidecrate pair`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from daemon.home.places import Places


def pair(
    address: Annotated[
        str | None, typer.Argument(help="An address that is known already, as in 192.168.1.20.")
    ] = None,
    wait_s: Annotated[
        float, typer.Option("--wait", help="Seconds to wait for the tablet.", min=1, max=300)
    ] = 30.0,
    yes: Annotated[
        bool, typer.Option("--yes", help="Let in the first that knocks, without asking.")
    ] = False,
) -> None:
    """Let a tablet or another machine of your network send OSC.

    It gets free clips only, unless osc.trust_lan is on.
    """
    from bridge.osc.gate import Gate
    from daemon.cli.order import link_to_daemon
    from daemon.cli.pairing import Knock
    from daemon.cli.pairing import pair as wait_for_one
    from daemon.errors import ServiceError
    from daemon.settings.edit import add_address
    from daemon.settings.load import load_config

    config_file = Places.find().config_file
    load_config(config_file)

    def show(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def ask(knock: Knock) -> bool:
        if yes:
            return True
        question = f"{knock.address} sent {knock.sent}. Let it in? [y/N] "
        print(question, end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    with link_to_daemon() as client:
        if address is not None:
            given = Gate.read_address(address)
            if client is not None:
                client.ask("/sidecrate/allow", given)
            add_address(config_file, given)
            found: str | None = given
        elif client is None:
            raise ServiceError(
                "no daemon runs, and it is the one who hears the tablet; "
                "start it with `sidecrate run`, or name the address",
                "no_daemon",
            )
        else:
            found = wait_for_one(client, config_file, wait_s=wait_s, ask=ask, show=show)
    if found is None:
        show(
            "Nothing was let in. Is the tablet in the same network, "
            "and does this machine's firewall let UDP through?"
        )
        raise typer.Exit(1)
    print(found)
    show(
        "It may send from now on. "
        f"To take that back, take it out of osc.allow in {config_file} and start the daemon anew."
    )
