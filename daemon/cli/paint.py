"""`sidecrate paint`: pictures by a model, to be cut and moved by `video --pictures`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.engines.replicate.painters import names_of
from daemon.errors import EngineError, ServiceError
from daemon.home.places import Places
from daemon.painting.painters import Painter, find_painter
from daemon.painting.wish import Wish, worded
from daemon.video import SIZES

#: Pictures of one command.
_MOST = 100
#: Letters of a prompt.
_MOST_WORDS = 2000


def paint(
    words: Annotated[str, typer.Argument(help="What is painted; several, parted by |, in turn.")],
    out: Annotated[Path, typer.Option(help="The folder of the pictures.", metavar="FOLDER")],
    painter: Annotated[
        str,
        typer.Option(
            help=f"Who paints: {names_of('picture')}, which costs money, one of the config's"
            " replicate.painters, or the folder of a diffusers model.",
            metavar="NAME",
        ),
    ],
    count: Annotated[int, typer.Option(help="How many pictures.", min=1, max=_MOST)] = 4,
    size: Annotated[str, typer.Option(help=f"Their shape: {', '.join(SIZES)}.")] = "16:9",
    modifiers: Annotated[
        str, typer.Option(help="Words to add, parted by commas; the seed chooses.")
    ] = "",
    each: Annotated[int, typer.Option(help="Modifiers of one picture.", min=1, max=20)] = 2,
    negative: Annotated[str, typer.Option(help="What is not to be in them.")] = "",
    move: Annotated[
        str,
        typer.Option(
            help=f"Who moves each: {names_of('moving')}, one of the config's, or a folder; nobody"
            " by default.",
            metavar="NAME",
        ),
    ] = "",
    steps: Annotated[
        int, typer.Option(help="Steps of a model on this machine; 0: as usual.", min=0, max=200)
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed, the same order.", min=0)] = 1,
) -> None:
    """Paint pictures by a model; what is there already is not painted again.

    For example: sidecrate paint "neon city | wet street" --painter flux-schnell --out pictures/
    """
    prompts = _parted(words, "|", "words")
    if size not in SIZES:
        raise ServiceError(f"size: {size!r} is none; it takes {', '.join(SIZES)}", "bad_request")
    row = [
        (
            Wish(
                worded(prompts, _parted(modifiers, ",", "modifiers", least=0), each, seed, n),
                seed + n, size, negative, steps=steps,
            ),
            out / f"{n + 1:02d}.png",
        )
        for n in range(count)
    ]  # fmt: skip
    with studio() as (find, bring):
        who = find(painter, "picture")
        mover = find(move, "moving") if move else None
        if not out.parent.is_dir():
            raise ServiceError(f"out: there is no folder {out.parent}", "bad_request")
        for path in bring(who, row):
            typer.echo(path)
        if mover:
            moved = [
                (
                    Wish(wish.words, wish.seed, size, negative, str(path), steps),
                    path.with_suffix(".mp4"),
                )
                for wish, path in row
            ]
            for path in bring(mover, moved):
                typer.echo(path)


@contextmanager
def studio() -> Iterator[tuple[Any, Any]]:
    """(find, bring): finds a painter by its name, and brings a row of its pictures."""
    from daemon.client.follow import progress_bar

    # hosted painters and pictures load scipy and httpx, for which no other command should wait
    from daemon.painting.paint import paint as painted
    from daemon.settings.load import load_config

    places = Places.find()
    config = load_config(places.config_file)
    service = {
        "base_url": config.replicate.base_url, "deadline_s": config.replicate.deadline_s,
        "painters": config.replicate.painters, "folder": config.local.folder,
    }  # fmt: skip

    def find(name: str, makes: Any) -> Painter:
        found = find_painter(name, makes, service)
        if found.makes == "moving" or not found.is_hosted:
            from daemon.video.film import library

            library()
        if not found.is_hosted:
            _must_have_libraries()
        return found

    with progress_bar(False) as bar:

        def bring(who: Painter, row: list[tuple[Wish, Path]]) -> Iterator[Path]:
            missing = sum(not path.exists() for _, path in row)
            if who.is_hosted and missing:
                usd = missing * who.price.estimate_usd(1)
                typer.echo(f"{who.name}: {missing} to buy, about {usd:.3f} USD", err=True)
            return painted(
                who, row, places, config.spend.per_day_usd,
                lambda value, said: bar(value, f"painting, {said}"),
            )  # fmt: skip

        yield find, bring


def _must_have_libraries() -> None:
    from daemon.engines.local.ready import EXTRA, missing_libraries

    if missing := missing_libraries("ace_step"):
        raise EngineError(f"{missing[0]} is not installed; run: {EXTRA}", "not_ready")


def _parted(text: str, by: str, name: str, *, least: int = 1) -> list[str]:
    found = [" ".join(part.split()) for part in text.split(by)]
    found = [part for part in found if part]
    if len(found) < least or len(text) > _MOST_WORDS:
        raise ServiceError(
            f"{name}: say 1 to {_MOST_WORDS} letters, as in: neon city, rain", "bad_request"
        )
    return found
