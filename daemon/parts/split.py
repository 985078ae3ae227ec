"""The work of `split`: a sound's parts as clips on its grid, its kit or its notes as one-shots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bridge.music import note_name
from daemon.audio.loudness import safe_gain
from daemon.audio.offset import silence_of
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.parts.kit import EXPECTED, cut_kit
from daemon.parts.single_notes import is_partial_of, single_notes
from daemon.parts.source import Source
from daemon.parts.stems import DRUMS, Stems
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: s; the shortest sound that has parts.
_SHORTEST_S = 0.2
#: What people call the part `vocals`.
_VOCALS = ("voice", "voices", "vocal")
#: The separator's share of the progress.
_SHARE = 0.75


def split(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """Results of the source's parts, or of its kit. ConformError where it holds nothing of them."""
    source = Source.read(brief)
    check(source)
    words = (word.lower() for word in request.get("parts", ()))
    asked = tuple("vocals" if word in _VOCALS else word for word in words)
    into = request.get("into", "stems")
    stems = Stems(source, brief.separator, lambda share, words: tell(0.02 + _SHARE * share, words))
    if into == "kit":
        yield from _kit(source, stems, tell)
    elif into == "oneshots":
        yield from _notes(source, stems, asked, tell)
    else:
        yield from _stems(source, stems, stems.wanted(asked))


def check(source: Source) -> None:
    """ConformError where it is too short to have parts, or silent."""
    name = source.name
    if len(source.audio) < _SHORTEST_S * source.sample_rate:
        raise ConformError(
            f"{name} is {len(source.audio) / source.sample_rate:.3f} s long: "
            f"parts can be told from {_SHORTEST_S:g} s on"
        )
    if silence := silence_of(source.audio):
        raise ConformError(f"{name} is {silence}: there is nothing to take apart")


def _stems(source: Source, stems: Stems, wanted: dict[str, np.ndarray]) -> Iterator[Result]:
    grid = source.grid
    empty = [name for name, part in wanted.items() if stems.is_empty(name, part)]
    # all parts alike, or they would no longer add up to the source
    down_db = min(safe_gain(part) for part in wanted.values())
    if len(empty) == len(wanted):
        raise ConformError(f"{source.name} holds no {' and no '.join(empty)}")
    better, no_loop = stems.better, source.no_loop
    lacks = [
        "the source holds nothing else" if one == "other" else f"the source holds no {one}"
        for one in empty
    ]
    for name, part in wanted.items():
        if name in empty:
            continue
        # once for all parts
        said, lacks = lacks, []
        if no_loop:
            said, no_loop = [*said, f"its parts are tracks, not loops: {no_loop}"], ""
        exact = stems.is_exact if name in stems.parts else stems.pieces_are_exact
        if down_db < 0:
            said.append(
                f"all parts are turned down by {-down_db:.1f} dB alike: one was over full scale"
            )
        if better:
            said, better = [*said, better], ""
        if not exact:
            said.append(f"{name} is estimated, it is not the original part")
        yield Result(
            "loop" if grid.is_loop else "oneshot" if source.is_one_sound else "track",
            part * np.float32(10 ** (down_db / 20)),
            source.sample_rate,
            part=name,
            words=f"{source.name} {name}" if source.record is None else "",
            bpm=grid.bpm,
            key=None if name in ("drums", *DRUMS) else source.key,
            meter=grid.meter,
            bars=grid.bars,
            method="split",
            model=stems.method,
            license=source.licence,
            report={
                "found": {
                    "grid": grid.how, "bpm": grid.bpm, "confidence": grid.confidence,
                    "empty": empty,
                },
                "did": {
                    "method": stems.method,
                    "exact": exact,
                    "sum_db": stems.sum_db,
                    "gain_db": round(down_db, 2),
                    "parts": list(wanted),
                },
                "said": said,
            },
        )  # fmt: skip


def _kit(source: Source, stems: Stems, tell: Tell) -> Iterator[Result]:
    drums, pieces = stems.drums(), stems.pieces()
    tell(0.8, "cutting its sounds")
    shots = cut_kit(drums, pieces, source.sample_rate, stems.pieces_are_exact)
    if not shots:
        raise ConformError(f"{source.name}: no hit stands alone enough to be cut")
    roles = {shot.role for shot in shots}
    lacks = [f"the kit has no {role}: none stands alone" for role in EXPECTED if role not in roles]
    whose = "exact" if stems.pieces_are_exact else "estimated"
    lacks += [
        f"no {one.role} stands alone: it was cut from the {whose} {one.from_piece}"
        for one in shots
        if one.from_piece
    ]
    of_role: Counter[str] = Counter()
    for shot in shots:
        of_role[shot.role] += 1
        number = of_role[shot.role]
        # four of one name could not be told apart in a sampler's list
        name = shot.role if number == 1 else f"{shot.role} {number}"
        yield _one_shot(
            source,
            stems,
            shot.audio,
            f"{source.name} kit",
            {"role": shot.role, "words": name, "note": shot.note},
            {"at_s": shot.at_s, "hits": shot.hits, "purity": round(shot.purity, 3)},
            {"gain_db": round(shot.gain_db, 2)},
            lacks,
        )
        # once for the whole kit
        lacks = []


def _notes(source: Source, stems: Stems, asked: tuple[str, ...], tell: Tell) -> Iterator[Result]:
    """The single notes of its pitched parts. ConformError where none stands alone."""
    wanted = stems.wanted(asked or tuple(name for name in stems.parts if name != "drums"))
    tell(0.8, "looking for notes that stand alone")
    found = 0
    sounding = {name: part for name, part in wanted.items() if not stems.is_empty(name, part)}
    for name, part in sounding.items():
        others = [other for own, other in stems.parts.items() if own not in (name, "drums")]
        for one in single_notes(part, source.sample_rate):
            if any(is_partial_of(other, source.sample_rate, one) for other in others):
                continue
            found += 1
            yield _one_shot(
                source,
                stems,
                one.audio,
                f"{source.name} notes",
                {"part": name, "words": name, "note": one.note},
                {"at_s": one.at_s, "alone": one.alone, "pitch": note_name(one.note, "scientific")},
                {"gain_db": one.gain_db, "cents": one.cents},
                [],
            )
    if not found:
        raise ConformError(
            f"{source.name}: no note stands alone enough to be cut from {', '.join(wanted)}"
        )


def _one_shot(
    source: Source,
    stems: Stems,
    audio: np.ndarray,
    collection: str,
    what: Mapping[str, Any],
    found: Mapping[str, Any],
    did: Mapping[str, Any],
    said: list[str],
) -> Result:
    return Result(
        "oneshot",
        audio,
        source.sample_rate,
        method="split",
        model=stems.method,
        license=source.licence,
        report={
            "found": dict(found),
            "did": {"method": stems.method, **did},
            **({"said": said} if said else {}),
        },
        more={"collection": collection},
        **what,
    )
