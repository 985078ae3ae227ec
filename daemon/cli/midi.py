"""The commands under `sidecrate midi`."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from daemon.home.places import Places

midi_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Pads, knobs and clocks: teach them and list their ports.",
)


@midi_app.command()
def learn(
    do: Annotated[
        str | None,
        typer.Option(
            "--do",
            help="What the next touch shall do, as in 'preset drums' or 'set energy'.",
            metavar="X",
        ),
    ] = None,
    wait_s: Annotated[
        float, typer.Option("--wait", help="Seconds to wait for a touch.", min=1, max=3600)
    ] = 60.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, for programs.")
    ] = False,
) -> None:
    """Touch a pad or a knob and say what it shall do; it is written into your config."""
    from daemon.cli.midi_learn import learn as learn_touches

    def show(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def ask(question: str) -> str:
        print(f"{question} ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline()

    written = 0
    for entry in learn_touches(Places.find().config_file, do=do, wait_s=wait_s, ask=ask, show=show):
        written += 1
        if as_json:
            print(json.dumps(entry), flush=True)
    if written:
        show("A running daemon knows it after its next start.")
    raise typer.Exit(0 if written else 1)


@midi_app.command()
def ports(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, for programs.")
    ] = False,
) -> None:
    """The MIDI ports of this machine, as `midi.inputs` and `midi.outputs` name them."""
    from bridge.midi.ports import list_ports
    from daemon.settings.load import load_config

    system, inputs, outputs = list_ports(load_config(Places.find().config_file).midi.api)
    if as_json:
        print(json.dumps({"system": system, "inputs": inputs, "outputs": outputs}))
        return
    print(f"MIDI system: {system}")
    for title, names in (("they send", inputs), ("they hear", outputs)):
        print(f"{title}:" + ("" if names else " none"))
        for name in names:
            print(f"  {name}")
