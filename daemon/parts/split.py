"""The work of `split`: a sound's parts as clips on its grid, or its kit's sounds as one-shots."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from daemon.audio.loudness import safe_gain
from daemon.brief import Brief
from daemon.errors import ConformError, LibraryError
from daemon.parts import own
from daemon.parts.kit import cut_kit
from daemon.parts.source import Source
from daemon.parts.spectra import Spectra
from daemon.parts.true_stems import pieces_of_plan, read_stems
from daemon.verbs.registry import Result

Tell = Callable[[float, str], None]

#: What the own separator tells apart in a mix, and in drums.
MIX = ("drums", "bass", "other")
DRUMS = ("kick", "snare", "hats", "toms", "cymbals")
#: dB below the source under which an estimated part holds nothing: what is there is leakage. A true
#: part may be softer. Drums that softly leaked hold no kit.
_LEAKAGE_DB, _NO_KIT_DB, _SILENCE_DB = -26.0, -17.0, -80.0
#: Share of struck power from which drums are drums: real ones have half and more.
_LEAST_STRUCK = 0.2
#: s; the shortest sound that has parts.
_SHORTEST_S = 0.2
#: Seconds of work for a second of sound, on one core; said before long work begins.
_WORK_SHARE = 0.25
_SAID_FROM_S = 10.0


def split(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """Results of the source's parts, or of its kit. ConformError where it holds nothing of them."""
    source = Source.read(brief)
    _check(source)
    asked = tuple(word.lower() for word in request.get("parts", ()))
    into_kit = request.get("into", "stems") == "kit"
    expected_s = len(source.audio) / source.sample_rate * _WORK_SHARE
    words = (
        f"taking it apart, about {expected_s:.0f} s"
        if expected_s > _SAID_FROM_S
        else "taking it apart"
    )
    tell(0.02, words)
    stems = Stems(source, lambda share: tell(0.02 + 0.6 * share, words))
    if into_kit:
        yield from _kit(source, stems, tell)
    else:
        yield from _stems(source, stems, stems.wanted(asked))


class Stems:
    """The parts of a source: the true ones of our own clips, else what the separator estimates."""

    def __init__(self, source: Source, tell: Callable[[float], None]) -> None:
        self._source = source
        try:
            if source.record is None:
                raise LibraryError("a file has no stems of its own", "no_stems")
            self.parts = read_stems(source.record, source.audio, source.sample_rate)
            self.method = "its own plan"
        except LibraryError:
            self.parts = own.separate(
                "mix", source.audio, source.sample_rate, source.grid.is_loop, tell
            )
            self.method = "own separator"
        self.is_exact = self.method == "its own plan"
        _add_rest(self.parts, source.audio)

    def wanted(self, asked: tuple[str, ...]) -> dict[str, np.ndarray]:
        """The parts that were asked for, or all. ConformError names one that cannot be had."""
        there = (*self.parts, *DRUMS)
        for name in asked:
            if name not in there:
                raise ConformError(
                    f"parts: {name} cannot be told apart here; there are {', '.join(there)}"
                    + (". The own separator knows no voices" if name in ("vocals", "voice") else "")
                )
        pieces = self.pieces() if set(asked) & set(DRUMS) else {}
        chosen = asked or tuple(self.parts)
        return {name: self.parts[name] if name in self.parts else pieces[name] for name in chosen}

    def is_empty(self, name: str, leakage_db: float) -> bool:
        """Whether a part holds nothing. Softly leaked tones make no drums: nothing is struck."""
        part = self.parts[name]
        if self.is_exact:
            return holds_nothing(part, self._source.audio, _SILENCE_DB)
        if holds_nothing(part, self._source.audio, leakage_db):
            return True
        return name == "drums" and struck_share(part, self._source.sample_rate) < _LEAST_STRUCK

    def pieces(self) -> dict[str, np.ndarray]:
        """The drums piece by piece: by the plan of a clip of our own, else estimated."""
        drums = self.drums()
        if self.is_exact and self._source.record:
            return pieces_of_plan(self._source.record, drums, self._source.sample_rate)
        return own.separate("drums", drums, self._source.sample_rate, self._source.grid.is_loop)

    def drums(self) -> np.ndarray:
        """The drums. ConformError where there are none."""
        drums = self.parts.get("drums")
        if drums is None or self.is_empty("drums", _NO_KIT_DB):
            raise ConformError(f"{self._source.name} holds no drums that could be cut")
        return drums


def holds_nothing(part: np.ndarray, source: np.ndarray, least_db: float) -> bool:
    power = float(np.mean(part.astype(np.float64) ** 2))
    return power <= 10 ** (least_db / 10) * float(np.mean(source.astype(np.float64) ** 2))


def struck_share(sound: np.ndarray, sample_rate: int) -> float:
    """The share of its power, 0-1, that is struck rather than held."""
    spectra = Spectra(sound, sample_rate)
    power = spectra.magnitude**2
    return float(power[spectra.struck > spectra.steady].sum() / (power.sum() + 1e-12))


def _check(source: Source) -> None:
    name = source.name
    if len(source.audio) < _SHORTEST_S * source.sample_rate:
        raise ConformError(
            f"{name} is {len(source.audio) / source.sample_rate:.3f} s long: "
            f"parts can be told from {_SHORTEST_S:g} s on"
        )
    if not np.abs(source.audio).max(initial=0) > 1e-4:
        raise ConformError(f"{name} is silent: there is nothing to take apart")


def _add_rest(parts: dict[str, np.ndarray], source: np.ndarray) -> None:
    """What rounding left over goes to the loudest part, so that all add up to the source."""
    rest = source - np.sum(list(parts.values()), axis=0)
    loudest = max(parts, key=lambda name: float(np.mean(parts[name] ** 2)))
    parts[loudest] = (parts[loudest] + rest).astype(np.float32)


def _stems(source: Source, stems: Stems, wanted: dict[str, np.ndarray]) -> Iterator[Result]:
    grid = source.grid
    empty = [
        name
        for name, part in wanted.items()
        if (
            stems.is_empty(name, _LEAKAGE_DB)
            if name in stems.parts
            else holds_nothing(part, source.audio, _LEAKAGE_DB)
        )
    ]
    # all parts alike, or they would no longer add up to the source
    down_db = min(safe_gain(part) for part in wanted.values())
    if len(empty) == len(wanted):
        raise ConformError(f"{source.name} holds no {' and no '.join(empty)}")
    for name, part in wanted.items():
        if name in empty:
            continue
        said = [f"the source holds no {one}" for one in empty]
        exact = stems.is_exact and name in stems.parts
        if down_db < 0:
            said.append(
                f"all parts are turned down by {-down_db:.1f} dB alike: one was over full scale"
            )
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
                    "gain_db": round(down_db, 2),
                    "parts": list(wanted),
                },
                "said": said,
            },
        )  # fmt: skip


def _kit(source: Source, stems: Stems, tell: Tell) -> Iterator[Result]:
    drums, pieces = stems.drums(), stems.pieces()
    tell(0.8, "cutting its sounds")
    shots = cut_kit(drums, pieces, source.sample_rate)
    if not shots:
        raise ConformError(f"{source.name}: no hit stands alone enough to be cut")
    name = f"{source.name} kit"
    for shot in shots:
        yield Result(
            "oneshot",
            shot.audio,
            source.sample_rate,
            role=shot.role,
            words=shot.role,
            note=shot.note,
            method="split",
            model=stems.method,
            license=source.licence,
            report={
                "found": {"at_s": shot.at_s, "hits": shot.hits, "purity": round(shot.purity, 3)},
                "did": {"method": stems.method, "gain_db": round(shot.gain_db, 2)},
            },
            more={"collection": name},
        )
