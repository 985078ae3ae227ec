"""The writer: composes and plays the pieces of a set phrase by phrase, ahead of what is heard."""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bridge.errors import SidecrateError
from bridge.music import Key
from bridge.request import read_request
from bridge.session import SessionView
from daemon.audio import rooms
from daemon.audio.loudness import limiting, measure_level
from daemon.audio.signals import forget_long_responses
from daemon.brief import Brief
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.engine import player_of
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.plan import Plan, Section
from daemon.engines.embedded.render import Track
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.wishes import read_wishes
from daemon.home.heap import give_back
from daemon.prompt.settle import PromptDefaults, settle
from daemon.prompt.words import parse_words
from daemon.radio.course import PHRASE_BARS, Course, Piece

log = logging.getLogger(__name__)

#: Hz; the rate of Opus, which MP3 takes too.
RATE = 48000
#: Phrases that are ready beside the one that is heard.
AHEAD = 3
#: LUFS of a phrase of full energy, and LU by which the calmest is softer.
_LUFS, _CALMER_LU = -15.0, 2.0
#: dB that a phrase is turned up at most: one that is nearly silent stays so.
_MOST_UP_DB = 12.0
#: Share of full scale from which what is left over after the limiter is bent.
_KNEE = 0.92


@dataclass(frozen=True)
class Phrase:
    """Some bars of a piece, with all that rings on after them."""

    audio: np.ndarray
    """float32 (frames and ringing, 2)."""
    frames: int
    words: str
    section: str
    key: str
    bpm: float
    meter: str
    bars: int
    number: int
    """The piece's, from 0."""
    round: int
    """Which words these are: it rises with each change."""
    license: str = "CC0-1.0"

    @property
    def title(self) -> str:
        """What plays, in a line: `lo-fi, rain, slow (hook, Am, 78 bpm)`."""
        return f"{self.words} ({self.section}, {self.key}, {self.bpm:g} bpm)"


def phrases(course: Course, turn: int) -> Iterator[Phrase]:
    """The phrases of a set from its next piece on, without an end."""
    while True:
        yield from _of_piece(course, turn)
        # a set goes on for days: what the last piece cached is given back
        player_of(RATE, None).forget()
        rooms.forget()
        forget_long_responses()
        give_back()


def _of_piece(course: Course, turn: int) -> Iterator[Phrase]:
    piece, plan = planned(course)
    score = Score(plan)
    notes = {part: score.part(part) for part in plan.parts}
    track = Track(plan, notes, player_of(RATE, None), False)
    for section, frames, audio in track.blocks_played(lambda value, words: None):
        yield Phrase(
            levelled(audio, frames, section.energy), frames, piece.words, section.name,
            plan.key_.short, plan.bpm, plan.meter, section.bars, piece.number, turn,
        )  # fmt: skip


def planned(course: Course) -> tuple[Piece, Plan]:
    """The next piece of a set, composed: its sections in phrases, each leading to the next."""
    piece = course.next()
    asked = parse_words(piece.words)
    # by its words alone: their tempo, style and mode
    first = _brief(replace(piece, key=None, bpm=None))
    style, wishes = find_style(first), read_wishes(first)
    is_minor = wishes.minor if wishes.minor is not None else is_minor_mode(style.mode)
    piece = course.formed(piece, style.form, first.bpm or style.bpm, is_minor)
    if asked.key is not None:
        piece = replace(piece, key=asked.key)
    brief = _brief(piece).amended(sections=piece.sections)
    plan = compose(brief, piece.seed)
    plan = plan.with_(sections=in_phrases(plan.sections))
    course.played(replace(piece, key=plan.key, bpm=plan.bpm))
    return piece, plan


def is_minor_mode(mode: str) -> bool:
    return Key.parse(f"C {mode}").is_minor


def _brief(piece: Piece) -> Brief:
    fields: dict[str, object] = {"prompt": piece.words, "kind": "track", "seed": piece.seed}
    if piece.key is not None:
        fields["key"] = piece.key
    if piece.bpm is not None and piece.sections:
        fields["bpm"] = piece.bpm
    if piece.sections:
        fields["sections"] = [f"{name} {bars}" for name, bars in piece.sections]
    brief = settle(read_request(fields.items()), SessionView(), PromptDefaults(), seed=piece.seed)
    return brief.amended(sample_rate=RATE)


def in_phrases(sections: list[Section]) -> list[Section]:
    """Sections of at most `PHRASE_BARS` bars; only the last of one leads out of it."""
    found: list[Section] = []
    for section in sections:
        left = section.bars
        while left > 0:
            bars = min(PHRASE_BARS, left)
            left -= bars
            found.append(replace(section, bars=bars, exit=section.exit if left == 0 else ""))
    last = found[-1]
    return [*found[:-1], replace(last, exit=last.exit or "fill")]


def levelled(audio: np.ndarray, frames: int, energy: float) -> np.ndarray:
    """A phrase at the loudness of its energy, peaks held down; what rings on has its gain too."""
    level = measure_level(audio[:frames], RATE, is_loop=False)
    if not math.isfinite(level.lufs):
        return audio
    wanted = _LUFS - _CALMER_LU * (1 - energy)
    gain_db = min(wanted - level.lufs, _MOST_UP_DB)
    louder = audio * np.float32(10 ** (gain_db / 20))
    gain = limiting(louder, RATE)
    return (louder * gain).astype(np.float32)


def bent(audio: np.ndarray) -> np.ndarray:
    """Samples whose peaks stay under full scale: where two phrases add up, they are rounded."""
    over = np.abs(audio) > _KNEE
    if not over.any():
        return audio
    room = 1 - _KNEE
    rounded = np.sign(audio) * (_KNEE + room * np.tanh((np.abs(audio) - _KNEE) / room))
    return np.where(over, rounded, audio).astype(np.float32)


class Writer:
    """Renders ahead on a thread of its own; `take` gives the next phrase, and never waits."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._ready: deque[Phrase] = deque()
        self._changed = threading.Condition()
        self._turn = 0
        self._ended = False
        self._last: Phrase | None = None
        self.repeats = 0
        """How often a phrase was heard again, for the next was not ready."""
        self.trouble = ""
        """Why nothing new is written, in words; empty where all is well."""
        self._thread = threading.Thread(target=self._run, name="radio writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def say(self, words: str) -> None:
        """New words: they count from the next phrase that is not written yet."""
        with self._changed:
            self._course.say(words)
            self._turn += 1
            self._changed.notify_all()

    def take(self) -> Phrase | None:
        """The next phrase; the last one again where the next is late; None before the first."""
        with self._changed:
            if self._ready:
                self._last = self._ready.popleft()
            elif self._last is not None:
                self.repeats += 1
            self._changed.notify_all()
            return self._last

    def wait(self, timeout_s: float) -> bool:
        """Wait for the first phrase; whether it is there."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._ready), timeout_s)

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join(timeout=20)

    def _run(self) -> None:
        while not self._ended:
            turn = self._turn
            try:
                for phrase in phrases(self._course, turn):
                    if not self._put(phrase, turn):
                        break
                self.trouble = ""
            except SidecrateError as error:
                self._rest(error.text)
            except Exception as error:
                # a set of hours outlives a piece that fails: another seed makes the next
                log.exception("the radio's writer")
                self._rest(f"{type(error).__name__}: {error}")

    def _rest(self, why: str) -> None:
        self.trouble = why
        with self._changed:
            self._changed.wait(2.0)

    def _put(self, phrase: Phrase, turn: int) -> bool:
        """Keep a phrase, and wait until another is wanted; False where the words are others now.

        The first of new words takes the place of what was ready of the old ones.
        """
        with self._changed:
            if self._ended:
                return False
            if turn != self._turn:
                return False
            if any(one.round != turn for one in self._ready):
                self._ready.clear()
            self._ready.append(phrase)
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._ended or turn != self._turn or len(self._ready) < AHEAD
            )
            return not self._ended and turn == self._turn
