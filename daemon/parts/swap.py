"""The work of `swap`: one part of a loop is written anew by the musician, the rest stays as it is.

The loop is taken apart, the musician hears what is left and plays a new part to it: in its tempo,
its key, its chords bar by bar, with the swing of the part that goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from daemon.audio.loudness import measure_level, safe_gain
from daemon.audio.sound import mixed
from daemon.brief import Brief, Decision
from daemon.engines.contract import Take
from daemon.engines.embedded import INFO
from daemon.errors import ConformError
from daemon.hearing.doubt import beat_doubt
from daemon.parts.cuts import attacks
from daemon.parts.places import Place, place_in
from daemon.parts.source import Source
from daemon.parts.split import check
from daemon.parts.stems import Stems
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: The separator's share of the progress; then the musician's.
_SHARE = 0.6
#: dB under what stays, at which a part comes that the loop did not have.
_NEW_DB = -4.0
#: Genres of new parts by the tempo that they go up to, where no word names or suggests one.
_GENRE_UP_TO = ((104.0, "boom bap"), (131.0, "house"), (152.0, "techno"), (400.0, "drum and bass"))
#: Attacks between the eighths that make a swing, and where they may lie between two eighths.
_LEAST_SWUNG, _SWUNG = 4, (0.4, 0.78)


def swap(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The loop with one part written anew. ConformError where it is no loop, or holds nothing."""
    wanted = place_in(brief.change)
    if wanted is None:
        names = f"{brief.change} names no part" if brief.change else "nothing is named"
        raise ConformError(f"change: {names}; say drums, bass, chords or lead")
    source = Source.read(brief)
    check(source)
    grid = source.grid
    if not grid.is_loop:
        raise ConformError(source.no_loop or f"{source.name} is one sound: it has no parts")
    stems = Stems(source, brief.separator, lambda share, words: tell(_SHARE * share, words))
    old = _old(stems, wanted)
    rest = source.audio - old
    tell(_SHARE, "writing")
    take, swing = _written(brief, source, wanted, old, rest, folder, tell)
    new = _fitted(take, old, rest, source)
    audio = rest + new
    key = source.key or take.key
    doubt = beat_doubt(grid.confidence)
    down_db = safe_gain(audio)
    said = [f"the {wanted.stem} of {source.name} went; all else of it stays"]
    if not old.any():
        said = [f"{source.name} had no {wanted.part}: the new part comes to all that it has"]
    elif wanted.stem == "other":
        said = [f"chords and lead of {source.name} went together: they are one part here"]
    if old.any() and not stems.is_exact:
        said.append(f"what went is estimated by the {stems.method}: traces of it may stay")
    yield Result(
        "loop",
        audio * np.float32(10 ** (down_db / 20)),
        source.sample_rate,
        midi=take.midi,
        words=f"{brief.words or source.title} with new {wanted.part}",
        bpm=grid.bpm,
        key=key,
        meter=grid.meter,
        bars=grid.bars,
        method="swap",
        model=stems.method,
        license=_licence(source, take),
        report={
            "found": {
                "grid": grid.how, "bpm": grid.bpm, "confidence": grid.confidence, "swing": swing,
            },
            "did": {
                "method": stems.method,
                "changed": wanted.part,
                "kept": [name for name in stems.parts if name != wanted.stem],
                "gain_db": round(down_db, 2),
            },
            "said": [*said, *take.said],
            "warnings": [
                *([doubt] if doubt else []),
                *_key_told(source, wanted, take, _left(source, rest)),
            ],
        },
        more={"changed": wanted.part},
    )  # fmt: skip


def _left(source: Source, rest: np.ndarray) -> np.ndarray:
    """What the musician hears: what stays, or the loop itself where that is silence."""
    return rest if np.abs(rest).max(initial=0) > 1e-4 else source.audio


def _key_told(source: Source, wanted: Place, take: Take, left: np.ndarray) -> list[str]:
    """What to tell of the key of a new part, where none was heard in the loop."""
    if source.key is not None or take.key is None:
        return []
    from daemon.engines.embedded.listen import key_of

    if key_of(mixed(left), source.sample_rate) is not None:
        why = "which was heard in what stays without its kick"
    else:
        why = "which its genre and the seed chose"
    return [
        f"no key was heard in {source.name}: the new {wanted.part} is in {take.key}, {why};"
        " say the loop's own with `sidecrate correct FILE --key KEY`"
    ]


def _licence(source: Source, take: Take) -> str:
    """The source's; and the new part's, where a kit or a font plays it whose sounds have their own.

    What the musician plays with sounds of his own asks for nothing.
    """
    if take.license == INFO.license:
        return source.licence
    return f"{source.licence} (what stays), {take.license}"


def _old(stems: Stems, wanted: Place) -> np.ndarray:
    """The stem that goes: silence where the source has none, or where it is only leakage."""
    # a clip of our own has no `other`: there the part itself is a stem
    names = [name for name in (wanted.part, wanted.stem) if name in stems.parts]
    if not names or stems.is_empty(names[0], stems.parts[names[0]]):
        return np.zeros_like(next(iter(stems.parts.values())))
    return stems.parts[names[0]]


def _written(
    brief: Brief,
    source: Source,
    wanted: Place,
    old: np.ndarray,
    rest: np.ndarray,
    folder: Path,
    tell: Tell,
) -> tuple[Take, float | None]:
    """The musician's part to what is left, and the swing that it was given."""
    from daemon.engines.embedded.engine import make
    from daemon.engines.embedded.likeness import likeness_places

    grid = source.grid
    left = folder / "left.wav"
    soundfile.write(left, _left(source, rest), source.sample_rate, "FLOAT")
    swing = brief.swing
    if swing is None and grid.bpm:
        swing = swing_of(mixed(old if old.any() else source.audio), source.sample_rate, grid.bpm)
    genre = brief.genre
    if not genre and grid.bpm and not likeness_places(" ".join([brief.change, *brief.mood])):
        genre = next(name for up_to, name in _GENRE_UP_TO if grid.bpm <= up_to)
    asked = brief.amended(
        genre=genre, do="make", kind="loop", prompt=brief.change, words=brief.change, change="",
        reference=str(left), reference_start=0.0, reference_end=None, source="", corrected={},
        use="accompany", bpm=grid.bpm, bars=grid.bars, meter_name=grid.meter,
        key_name=source.key, instruments=(wanted.part,), only=True, swing=swing,
        sample_rate=source.sample_rate, stems=False,
        decided={**brief.decided, "bars": Decision(grid.bars, "the loop")},
    )  # fmt: skip

    def say(share: float, words: str = "") -> None:
        tell(_SHARE + (1 - _SHARE) * share, words)

    take = make(asked, brief.seed, say)
    if genre != brief.genre:
        told = f"no genre is named: it is {genre} by its tempo; another comes with --genre"
        take = replace(take, said=(told, *take.said))
    return take, swing


def _fitted(take: Take, old: np.ndarray, rest: np.ndarray, source: Source) -> np.ndarray:
    """The new part, as loud as the old one, with the source's channels."""
    assert take.audio is not None
    new = take.audio
    if new.shape[1] != source.audio.shape[1]:
        new = new.mean(axis=1, keepdims=True, dtype=np.float32)
    if len(new) != len(source.audio):
        raise ConformError(f"the new part has {len(new)} frames, the loop {len(source.audio)}")

    def lufs(sound: np.ndarray) -> float:
        return measure_level(sound, source.sample_rate, is_loop=True).lufs

    wanted = lufs(old) if old.any() else lufs(rest) + _NEW_DB
    now = lufs(new)
    if not (np.isfinite(wanted) and np.isfinite(now)):
        return new
    return np.asarray(new * np.float32(10 ** ((wanted - now) / 20)), np.float32)


def swing_of(mono: np.ndarray, sample_rate: int, bpm: float) -> float | None:
    """Where the sixteenths between the eighths are struck, in per cent; None where too few are.

    `mono` is float32 (frames,) and starts on a beat. 50 is straight, 66.7 a triplet.
    """
    eighths = np.array(attacks(mono, sample_rate)) / sample_rate / (30 / bpm)
    between = eighths % 1
    swung = between[(between > _SWUNG[0]) & (between < _SWUNG[1])]
    if len(swung) < _LEAST_SWUNG:
        return None
    return round(float(np.clip(100 * np.median(swung), 50, 75)), 1)
