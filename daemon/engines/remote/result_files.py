"""A verb's results as files, on their way from a worker to the machine that asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

from bridge.files.whole import write_whole
from daemon.errors import EngineError
from daemon.verbs.registry import Result

#: Results of one piece of work; a kit has dozens.
MOST_RESULTS = 100
#: What stands in files of its own.
_APART = ("audio", "midi", "picture", "video")


def save_results(results: Iterable[Result], folder: Path) -> None:
    """Write each result as `result-N`: .json, and .au (float), .mid and .png where it has them.

    EngineError where there are too many, or one is a film, which none of these verbs gives.
    """
    import soundfile

    folder.mkdir(parents=True, exist_ok=True)
    for n, result in enumerate(results):
        if n == MOST_RESULTS or result.video is not None:
            raise EngineError("it gave more results than go over a line, or a film", "engine")
        stem = folder / f"result-{n}"
        if result.audio is not None:
            path = stem.with_suffix(".au")
            soundfile.write(path, result.audio, result.sample_rate, format="AU", subtype="FLOAT")
        for ending, held in ((".mid", result.midi), (".png", result.picture)):
            if held is not None:
                stem.with_suffix(ending).write_bytes(held)
        said = {one.name: getattr(result, one.name) for one in fields(Result)}
        plain = {name: kept for name, kept in said.items() if name not in _APART}
        write_whole(stem.with_suffix(".json"), json.dumps(plain))


def load_results(folder: Path) -> Iterator[Result]:
    """What `save_results` wrote, in its order. EngineError where it is none of it."""
    import soundfile

    for n in range(MOST_RESULTS):
        stem = folder / f"result-{n}"
        if not stem.with_suffix(".json").exists():
            return
        try:
            said = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
            pair = said.pop("pair", None)
            audio, rate = None, said.pop("sample_rate", 44100)
            if stem.with_suffix(".au").exists():
                audio, rate = soundfile.read(
                    stem.with_suffix(".au"), dtype="float32", always_2d=True
                )
            yield Result(
                **said,
                audio=audio,
                sample_rate=int(rate),
                midi=_bytes(stem.with_suffix(".mid")),
                picture=_bytes(stem.with_suffix(".png")),
                pair=None if pair is None else (int(pair[0]), int(pair[1])),
            )
        except (OSError, ValueError, TypeError, KeyError, soundfile.SoundFileError) as error:
            raise EngineError(f"the box sent what is no result ({error})", "box") from None


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
