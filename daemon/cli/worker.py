"""`sidecrate worker`, and `sidecrate boxes` on the other side."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from typing import Annotated

import typer

from daemon.cli.options import AsJson
from daemon.home.places import Places

boxes_app = typer.Typer(
    no_args_is_help=False,
    invoke_without_command=True,
    help="Other machines that make takes for this one (`sidecrate worker` runs there).",
)


def worker(
    engines: Annotated[
        list[str] | None,
        typer.Argument(help="The engines to offer. None: all that are ready and cost nothing."),
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 9143,
    host: Annotated[
        str, typer.Option("--host", help="The address to listen at; 127.0.0.1 for this machine.")
    ] = "0.0.0.0",
    slots: Annotated[int, typer.Option("--slots", help="Takes made at once.", min=1, max=16)] = 1,
) -> None:
    """Make takes and take sounds apart for other machines, until Ctrl-C.

    It shows a code that pairs one machine, within ten minutes. No other machine is heard, no path
    and no code of others is followed.
    """
    from daemon.cli.pairing import own_addresses
    from daemon.settings.load import load_config
    from daemon.settings.schema import use
    from daemon.worker.serve import Serving, serve
    from daemon.worker.tasks import check_offer

    places = Places.find()
    config = load_config(places.config_file)
    use(config)
    offered = check_offer(list(engines or []))

    def ready(serving: Serving) -> None:
        where = own_addresses()[0] if host == "0.0.0.0" and own_addresses() else host
        print(f"offers {', '.join(serving.offered)}; paired: {', '.join(serving.paired) or 'none'}")
        print("To pair a machine, within ten minutes, run there:")
        name = "".join(c for c in socket.gethostname().lower() if c.isalnum() or c == "-") or "box"
        print(
            f"  sidecrate boxes pair {name[:31]} {where}:{serving.port} {serving.code}", flush=True
        )

    asyncio.run(
        serve(
            places.state / "worker",
            offered,
            host=host,
            port=port,
            slots=slots,
            idle_s=config.local.idle_s,
            ready=ready,
        )
    )


@boxes_app.callback()
def boxes(context: typer.Context, as_json: AsJson = False) -> None:
    """List the boxes, whether they answer, and their engines."""
    if context.invoked_subcommand is not None:
        return
    from daemon.engines.remote.boxes import boxes_folder, load_boxes, save_box
    from daemon.engines.remote.line import LineError, refreshed
    from daemon.errors import EngineError
    from daemon.settings.load import load_config
    from daemon.settings.schema import use

    config = load_config(Places.find().config_file)
    use(config)
    found = load_boxes()
    for box in found:
        try:
            box, why = refreshed(box), ""
            save_box(box, boxes_folder())
        except (LineError, EngineError) as error:
            why = error.text
        names = [f"{box.name}:{said['name']}" for said in box.engines]
        if as_json:
            said = {"name": box.name, "address": box.address, "version": box.version}
            print(
                json.dumps(
                    {
                        **said,
                        "slots": box.slots,
                        "engines": names,
                        "verbs": list(box.verbs),
                        "why": why,
                    }
                )
            )
        else:
            print(f"{box.name}  {box.host}  {why or f'ready, Sidecrate {box.version}'}")
            print(f"  {', '.join(names)}")
            if box.verbs:
                print(f"  does {', '.join(box.verbs)} too, where workers.remote says so")
    for name in [one.name for one in config.workers.remote if not as_json]:
        if name not in {box.name for box in found}:
            print(f"{name}  is in workers.remote, but not paired: sidecrate boxes pair {name} ...")
    if not found and not as_json:
        print("no box is paired; run `sidecrate worker` on another machine", file=sys.stderr)


@boxes_app.command("pair")
def pair_box(
    name: Annotated[str, typer.Argument(help="What to call it, as in studio-pc.")],
    address: Annotated[str, typer.Argument(help="host:port, as `sidecrate worker` shows it.")],
    code: Annotated[str, typer.Argument(help="The code that it shows.")],
) -> None:
    """Pair with a machine where `sidecrate worker` runs; its engines are then NAME:ENGINE."""
    from daemon.engines.remote.boxes import boxes_folder, check_name, save_box
    from daemon.engines.remote.line import pair

    check_name(name)
    box = pair(name, address, code, socket.gethostname())
    save_box(box, boxes_folder())
    for said in box.engines:
        print(f"{name}:{said['name']}")


@boxes_app.command("forget")
def forget(name: Annotated[str, typer.Argument(help="The box.")]) -> None:
    """Forget a box; it still knows this machine until its own list is removed."""
    from daemon.engines.remote.boxes import boxes_folder, forget_box

    forget_box(name, boxes_folder())
