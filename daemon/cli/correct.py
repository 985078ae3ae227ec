"""`sidecrate correct`: the user's word on a clip or file whose tempo, beat or key was misheard."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.library import open_library
from daemon.cli.options import AsJson
from daemon.correction import Correction
from daemon.errors import LibraryError
from daemon.library.library import Library


def correct(
    what: Annotated[str, typer.Argument(help="A clip, last, or an audio file.")] = "last",
    bpm: Annotated[
        float | None, typer.Option(help="Its tempo, from 40 to 300.", metavar="X")
    ] = None,
    downbeat: Annotated[
        float | None,
        typer.Option(help="Seconds from its start to the first beat of any bar.", metavar="X"),
    ] = None,
    key: Annotated[str | None, typer.Option(help="Its key, as in Am or 8A.", metavar="X")] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take back all that was said of it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say the tempo, first beat or key of a clip or file that was heard wrong.

    It is kept and goes before what is heard: in searches and edits, and when the file is fitted
    or looked at again. Without an option it is shown.
    """
    word = Correction(bpm, downbeat, key)
    if forget and word:
        raise LibraryError(
            f"--forget takes back what was said; say {word.words} without it", "bad_request"
        )
    with open_library() as library:
        path = Path(what).expanduser()
        clip = _clip_of(library, what, path)
        if clip is None:
            before = library.corrections.of_content(path)
            now = _on_file(library, path, word, forget=forget)
        else:
            before = library.corrections.of_clip(clip)
            now = _on_clip(library, clip, word, forget=forget)
    name = clip or str(path)
    if as_json:
        print(json.dumps({"what": name, "corrected": now.to_json()}))
    else:
        print(f"{name}\n  {_told(now, before, forget=forget)}")


def _told(now: Correction, before: Correction, *, forget: bool) -> str:
    """What holds from now on, for people. before: what was said of it until now."""
    if now:
        return f"you said: {now.words}"
    if forget and before:
        return f"forgotten: {before.words}; what is heard counts"
    nothing = "there is nothing to forget: " if forget else ""
    return f"{nothing}you said nothing of it, and what is heard counts"


def _clip_of(library: Library, what: str, path: Path) -> str | None:
    """The id of the clip that is meant; None for a file that is no clip of the library."""
    if not path.is_file():
        return library.find(what)
    try:
        return library.find(str(path.absolute()))
    except LibraryError:
        return None


def _on_file(library: Library, path: Path, word: Correction, *, forget: bool) -> Correction:
    now = word.over(library.corrections.of_content(path)).within(_seconds(path))
    if forget:
        now = Correction()
    if word or forget:
        library.corrections.correct_file(path, now)
    return now


def _on_clip(library: Library, clip: str, word: Correction, *, forget: bool) -> Correction:
    """Correct a clip, and the file that it was fitted from where that is there."""
    if forget:
        library.uncorrect(clip)
        library.uncorrect_source(clip)
        return Correction()
    if not word:
        return library.corrections.of_clip(clip)
    now = library.correct(clip, word)
    if (source := library.correct_source(clip, word)) is not None:
        print(f"its source {source} is heard so too from now on", file=sys.stderr)
    return now


def _seconds(path: Path) -> float:
    """The file's length. AudioError where it cannot be read."""
    from daemon.audio.files import read_audio

    audio, rate = read_audio(path)
    return len(audio) / rate
