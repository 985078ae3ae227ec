"""The commands under `sidecrate midi`."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from bridge.midi.chosen_ports import Choice
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
    """The MIDI ports of this machine: which are heard and lit with your config, and why."""
    from bridge.midi.ports import list_ports
    from daemon.settings.load import load_config

    midi = load_config(Places.find().config_file).midi
    found = list_ports(midi.api)
    heard = found.heard(midi.inputs, clock=midi.clock)
    lit = found.lit(midi.inputs, midi.outputs)
    if as_json:
        told = {"system": found.system, "inputs": found.inputs, "outputs": found.outputs}
        print(json.dumps({**told, "heard": _told(heard), "lit": _told(lit)}))
        return
    print(f"MIDI system: {found.system}")
    for title, choices in (
        ("heard", [one for one in heard if one.use]),
        ("not heard", [one for one in heard if not one.use]),
        ("lit", [one for one in lit if one.use]),
        ("not lit", [one for one in lit if not one.use]),
    ):
        print(f"{title}:" + ("" if choices else " none"))
        for one in choices:
            print(f"  {one.port.title}: {one.why}")


def _told(choices: list[Choice]) -> list[dict[str, str]]:
    return [{"port": one.port.title, "use": one.use, "why": one.why} for one in choices]
