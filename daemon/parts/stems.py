"""The parts of a source: the true ones of our own clips, else what a separator estimates."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from daemon.errors import ConformError, LibraryError
from daemon.hearing.struck import EVEN, odds_of_drums
from daemon.parts import own
from daemon.parts.pieces import rest_db, with_rest
from daemon.parts.separators import SEPARATORS, Separator, better_than, choose
from daemon.parts.source import Source
from daemon.parts.true_stems import pieces_of_plan, read_stems
from daemon.verbs.registry import load_object
from daemon.verbs.tell import Tell

#: The parts of drums.
DRUMS = ("kick", "snare", "hats", "toms", "cymbals")
#: dB below the source under which an estimated part holds nothing: what is there is leakage. A true
#: part may be softer. Drums that softly leaked hold no kit.
_LEAKAGE_DB, _NO_KIT_DB, _SILENCE_DB = -26.0, -17.0, -80.0
#: Odds of drums under which the loudest part is none of them either.
_NO_DRUMS = 0.15
#: s, a beat at 100 bpm: a shorter sound has too few strokes for odds. There drums are drums where
#: they are the loudest part.
_BEAT_S = 0.6
#: s of work from which it is said how long it takes.
_SAID_FROM_S = 10.0
#: The part that takes what the others leave over.
_REST = "other"


class Stems:
    """A source's parts, and how they were found. `parts` add up to the source."""

    def __init__(self, source: Source, separator: str, tell: Tell) -> None:
        """`tell` hears the work, 0 to 1. ConformError where the separator cannot be used."""
        self._source = source
        self._pieces: dict[str, np.ndarray] | None = None
        self.separator: Separator | None = None
        self.is_exact = True
        self.pieces_are_exact = True
        try:
            if source.record is None:
                raise LibraryError("a file has no stems of its own", "no_stems")
            tell(0.0, "playing its plan again")
            self.parts = read_stems(source.record, source.audio, source.sample_rate)
            self.method = "its own plan"
        except LibraryError:
            self.separator = choose(separator)
            self.is_exact = self.pieces_are_exact = False
            self.method = f"{self.separator.name} separator"
            self.parts = _estimated(self.separator, source, tell)
        rest = _REST if _REST in self.parts else self._loudest()
        self.parts = with_rest(source.audio, self.parts, rest)
        if not self.is_exact:
            self._keep_what_leaked()
        self.sum_db = round(rest_db(source.audio, self.parts), 1)

    def _loudest(self) -> str:
        return max(self.parts, key=lambda name: own.mean_power(self.parts[name]))

    def _keep_what_leaked(self) -> None:
        """Give what parts hold that are none to the loudest: else the others would lack it.

        The loudest part is always one, however it sounds; but where nothing is struck, drums are
        the attacks of the others.
        """
        empty = [one for one in self.parts if self.is_empty(one, self.parts[one])]
        kept = [one for one in self.parts if one not in empty]
        loudest = max(kept or [self._loudest()], key=lambda one: own.mean_power(self.parts[one]))
        for name in [one for one in empty if one != loudest]:
            self.parts[loudest] = self.parts[loudest] + self.parts[name]
            self.parts[name] = np.zeros_like(self.parts[name])

    @property
    def better(self) -> str:
        """What a better separator would need; empty where the parts are true.

        Speech is no music: without a beat it is said first how little such parts then mean.
        """
        if self.separator is None:
            return ""
        line = better_than(self.separator)
        if "vocals" in self.separator.parts or self._source.grid.bpm is not None:
            return line
        doubt = "without a beat it may be speech, or one voice, which this separator does not know"
        return f"{doubt}: {line}"

    def wanted(self, asked: tuple[str, ...]) -> dict[str, np.ndarray]:
        """The parts that were asked for, or all. ConformError names one that cannot be had."""
        there = (*self.parts, *DRUMS)
        for name in asked:
            if name not in there:
                raise ConformError(
                    f"parts: {name} cannot be told apart here; there are {', '.join(there)}"
                    + self._no_voices(name)
                )
        pieces = self.pieces() if set(asked) & set(DRUMS) else {}
        chosen = asked or tuple(self.parts)
        return {name: self.parts[name] if name in self.parts else pieces[name] for name in chosen}

    def _no_voices(self, name: str) -> str:
        if name != "vocals" or self.separator is None:
            return ""
        return f". The own separator knows no voices; {self.better}"

    def is_empty(self, name: str, part: np.ndarray) -> bool:
        """Whether a part holds nothing. The attacks of tones make no drums: the source has none."""
        if name not in self.parts:
            least_db = _SILENCE_DB if self.pieces_are_exact else _LEAKAGE_DB
            return holds_nothing(part, self._source.audio, least_db)
        return self._is_empty(name, _LEAKAGE_DB)

    def _is_empty(self, name: str, leakage_db: float) -> bool:
        part = self.parts[name]
        if self.is_exact:
            return holds_nothing(part, self._source.audio, _SILENCE_DB)
        if holds_nothing(part, self._source.audio, leakage_db):
            return True
        if name != "drums":
            return False
        if name != self._loudest():
            return self._odds_of_drums < EVEN
        return self._source.seconds >= _BEAT_S and self._odds_of_drums < _NO_DRUMS

    @cached_property
    def _odds_of_drums(self) -> float:
        return odds_of_drums(self._source.audio, self._source.sample_rate)

    def pieces(self) -> dict[str, np.ndarray]:
        """The drums piece by piece: by the plan of a clip of our own, else estimated."""
        if self._pieces is None:
            drums, rate = self.drums(), self._source.sample_rate
            if self.is_exact and self._source.record and self._source.record.get("plan"):
                self._pieces, self.pieces_are_exact = pieces_of_plan(
                    self._source.record, drums, rate
                )
            else:
                self.pieces_are_exact = False
                self._pieces = own.separate("drums", drums, rate, self._source.grid.is_loop)
        return self._pieces

    def drums(self) -> np.ndarray:
        """The drums. ConformError where there are none."""
        drums = self.parts.get("drums")
        if drums is None or self._is_empty("drums", _NO_KIT_DB):
            raise ConformError(f"{self._source.name} holds no drums that could be cut")
        return drums


def _estimated(separator: Separator, source: Source, tell: Tell) -> dict[str, np.ndarray]:
    seconds = len(source.audio) / source.sample_rate
    expected_s = seconds * separator.work_s
    words = "taking it apart"
    if expected_s > _SAID_FROM_S:
        words = f"{separator.name}: {_time(expected_s)}, {separator.memory_mb} MB"
    tell(0.0, words)
    work = load_object(separator.work)
    parts: dict[str, np.ndarray] = work(
        source.audio, source.sample_rate, source.grid.is_loop, lambda share: tell(share, words)
    )
    return {name: parts[name] for name in SEPARATORS[separator.name].parts}


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def holds_nothing(part: np.ndarray, source: np.ndarray, least_db: float) -> bool:
    return own.mean_power(part) <= 10 ** (least_db / 10) * own.mean_power(source)
