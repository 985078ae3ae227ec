"""`sidecrate radio`: a set without an end, and what is said to one that plays."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.children.blas_threads import one_thread
from daemon.errors import ServiceError
from daemon.home.places import Places

PASSWORD = "SIDECRATE_ICECAST_PASSWORD"
#: Stretches of a set that are followed.
_MOST_FOLLOWED = 64


def radio(
    words: Annotated[str, typer.Argument(help="What is played: words as for `make`.")] = "",
    say: Annotated[str | None, typer.Option(help="New words for the radio that plays; they count from the next phrase.", metavar="WORDS")] = None,
    keep: Annotated[float | None, typer.Option(help="Keep the last minutes of the radio that plays as a track.", metavar="MINUTES")] = None,
    now: Annotated[bool, typer.Option("--now", help="What the radio plays.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the radio that plays.")] = False,
    play: Annotated[bool | None, typer.Option("--play/--no-play", help="On this machine's sound device.", show_default="where there is one")] = None,
    kind: Annotated[str, typer.Option("--format", help="Of the stream: mp3 or opus.")] = "mp3",
    port: Annotated[int, typer.Option(help="Where the stream is: http://127.0.0.1:PORT/radio.", min=0, max=65535)] = 8011,
    host: Annotated[str, typer.Option(help="The address that is listened at; 0.0.0.0 is all.")] = "127.0.0.1",
    icecast: Annotated[str | None, typer.Option(help=f"Feed an Icecast server: icecast://source@host:8000/mount. The password is in {PASSWORD}.", metavar="URL")] = None,
    osc: Annotated[str | None, typer.Option(help="Tell an OSC program what plays.", metavar="HOST:PORT")] = None,
    follow: Annotated[str | None, typer.Option(help="Stretches of the set: a text file with words, a line for each; or presets of the config, parted by commas.", metavar="FILE|PRESETS")] = None,
    clips: Annotated[bool, typer.Option("--clips", help="Weave in the kept loops of the crate, where tempo and key are near.")] = False,
    engine: Annotated[str, typer.Option(help="Ask this engine for loops meanwhile, by the daemon; they are heard when they are ready.", metavar="NAME")] = "",
    remember: Annotated[float, typer.Option(help="Minutes that are remembered for --keep.", min=0.1, max=60)] = 10.0,
    seed: Annotated[int | None, typer.Option(help="The same seed plays the same set.", min=0)] = None,
) -> None:  # fmt: skip
    """A set without an end, by the built-in musician; Ctrl-C ends it.

    For example: sidecrate radio "lo-fi, rain, slow"
    """
    if say is not None or keep is not None or now or stop:
        _to_running(say, keep, now, stop)
        return
    from daemon.radio.encoder import FORMATS
    from daemon.radio.icecast import Target

    lines = _followed(follow)
    words = " ".join(words.split()) or (lines[0] if lines else "")
    if not words:
        raise ServiceError(
            'nothing is asked; say what is played, as in: sidecrate radio "lo-fi, rain, slow"',
            "bad_request",
        )
    if kind not in FORMATS:
        raise ServiceError(
            f"format: {kind!r} is none; it takes {', '.join(FORMATS)}", "bad_request"
        )
    target = Target.of(icecast, os.environ.get(PASSWORD)) if icecast else None
    one_thread(os.environ)
    from daemon.home.heap import share_one_heap
    from daemon.radio.filler import check_engine
    from daemon.radio.radio import Radio, Wanted, crate_of, has_device

    share_one_heap()
    places = Places.find()
    if engine:
        from daemon.settings.load import load_config
        from daemon.settings.schema import use

        use(load_config(places.config_file))
        check_engine(engine, places)
    is_heard = has_device() if play is None else play
    wanted = Wanted(
        words, secrets.randbits(31) if seed is None else seed, kind, host, port, is_heard, target, _osc(osc), lines, remember,
        clips, engine,
    )  # fmt: skip

    def ready(address: str) -> None:
        typer.echo(f"{address}  plays {words}, seed {wanted.seed}. Ctrl-C ends it.")
        if play is None and not is_heard:
            typer.echo("There is no sound device here: hear it by that address.", err=True)

    asyncio.run(Radio(places, wanted, crate_of(places)).run(ready))


def _followed(said: str | None) -> tuple[str, ...]:
    if said is None:
        return ()
    file = Path(said)
    if not file.is_file() and (presets := _presets(said)):
        return presets
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceError(
            f"follow: {file} is neither a preset of the config nor a file that can be read ({error})",
            "bad_request",
        ) from None
    lines = [" ".join(line.split()) for line in text.splitlines()]
    found = tuple(line for line in lines if line and not line.startswith("#"))
    if not 0 < len(found) <= _MOST_FOLLOWED:
        raise ServiceError(
            f"follow: {file} has {len(found)} lines of words; it takes 1 to {_MOST_FOLLOWED}",
            "bad_request",
        )
    return found


def _presets(said: str) -> tuple[str, ...]:
    """The words of presets of the config; none where a name is no preset."""
    from daemon.settings.load import load_config

    known = load_config(Places.find().config_file).presets
    names = [name.strip() for name in said.split(",")]
    return tuple(preset_words(known[name]) for name in names) if set(names) <= set(known) else ()


def preset_words(preset: dict[str, Any]) -> str:
    """A preset as words: its prompt, with the genre, key and tempo that it names."""
    parts = [str(preset[name]) for name in ("prompt", "genre", "key") if preset.get(name)]
    return ", ".join([*parts, *([f"{preset['bpm']} bpm"] if preset.get("bpm") else [])])


def _osc(said: str | None) -> tuple[str, int] | None:
    if said is None:
        return None
    host, _, port = said.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ServiceError(f"osc: {said!r} is no HOST:PORT, as 127.0.0.1:9000", "bad_request")
    return host or "127.0.0.1", int(port)


def _to_running(say: str | None, keep: float | None, now: bool, stop: bool) -> None:
    """Say something to the radio of this home that plays."""
    import http.client

    from daemon.radio.beacon import read_beacon

    beacon = read_beacon(Places.find())
    orders: list[tuple[str, str, dict[str, Any]]] = []
    if say is not None:
        orders.append(("POST", "/say", {"words": say}))
    if keep is not None:
        orders.append(("POST", "/keep", {"minutes": keep}))
    if now:
        orders.append(("GET", "/now", {}))
    if stop:
        orders.append(("POST", "/stop", {}))
    host = "127.0.0.1" if beacon["host"] == "0.0.0.0" else beacon["host"]
    for method, path, values in orders:
        connection = http.client.HTTPConnection(host, beacon["port"], timeout=60)
        try:
            headers = {"Authorization": f"Bearer {beacon['token']}"}
            connection.request(method, path, json.dumps(values), headers)
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            text = f"the radio does not answer ({error}); start one: sidecrate radio WORDS"
            raise ServiceError(text, "no_radio") from None
        finally:
            connection.close()
        if "error" in answer:
            raise ServiceError(answer["text"], answer["error"])
        typer.echo(answer.get("path") or answer.get("title") or answer["text"])
