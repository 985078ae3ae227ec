"""The pieces of a set, composed and played phrase by phrase."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from bridge.music import Key
from bridge.request import read_request
from bridge.session import SessionView
from daemon.audio import rooms
from daemon.audio.filters import forget_long_responses
from daemon.audio.noise import forget_noise
from daemon.brief import Brief
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.engine import player_of
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.mode import with_mode
from daemon.engines.embedded.plan import Plan, Section
from daemon.engines.embedded.render import Track
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.wishes import read_wishes
from daemon.home.heap import give_back
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle
from daemon.prompt.words import parse_words
from daemon.radio.course import PHRASE_BARS, Course, Piece
from daemon.radio.leveller import Leveller
from daemon.radio.phrase import RATE, Phrase
from daemon.radio.woven import Loop, fitting, loop_phrases

#: Bars of the first phrases of a set or of new words: the sooner written, the sooner heard.
_FIRST_BARS = 2
#: Energy of a loop that is woven in.
_LOOP_ENERGY = 0.7
#: Pieces of the musician between two loops that are woven in.
_PIECES_BETWEEN = 2


@dataclass
class Desk:
    """What the pieces of a set have in common: their loudness, and the loops that may come in."""

    leveller: Leveller = field(default_factory=Leveller)
    loops: list[Loop] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    since: int = _PIECES_BETWEEN
    """Pieces of the musician since the last loop; a set may begin with one, which is there soon."""
    said: str = ""
    """What was wrong with the last loop, in words."""
    written: int = 0
    """Phrases so far."""

    def memory(self) -> dict[str, Any]:
        """What another desk needs to go on, for JSON; it is given the loops anew."""
        return {
            "heard": sorted(self.heard), "since": self.since, "said": self.said,
            "written": self.written,
        }  # fmt: skip

    def remember(self, memory: Mapping[str, Any]) -> None:
        """Go on from another desk. How its last phrase rings is not known here."""
        self.heard, self.since = set(memory["heard"]), int(memory["since"])
        self.said = str(memory["said"])
        # a place is left out, so that the station levels the next phrase after what it has played
        self.written = int(memory["written"]) + 1

    def levelled(self, phrase: Phrase, energy: float) -> Phrase:
        """The next phrase, at the loudness of its energy."""
        self.written += 1
        audio = self.leveller.level(phrase.audio, phrase.frames, energy)
        return replace(phrase, audio=audio, energy=energy, place=self.written)


def phrases(
    course: Course, turn: int, desk: Desk, *, until: float = math.inf, hurry: bool = True
) -> Iterator[Phrase]:
    """The phrases of a set from its next piece on, without an end or to piece number `until`.

    hurry: whether the first phrase is wanted soon, and is short.
    """
    is_first = hurry
    while course.number < until:
        piece, plan = planned(course, _FIRST_BARS if is_first else PHRASE_BARS)
        if is_first and not desk.written:
            yield from _woven(piece, plan, turn, desk)
        is_first = False
        yield from _of_piece(piece, plan, turn, desk)
        desk.since += 1
        yield from _woven(piece, plan, turn, desk)
        # a set goes on for days: what the last piece cached is given back
        player_of(RATE, None).forget()
        rooms.forget()
        forget_long_responses()
        forget_noise()
        give_back()


def _of_piece(piece: Piece, plan: Plan, turn: int, desk: Desk) -> Iterator[Phrase]:
    score = Score(plan)
    notes = {part: score.part(part) for part in plan.parts}
    track = Track(plan, notes, player_of(RATE, None), False)
    for section, frames, audio in track.blocks_played(lambda value, words: None):
        phrase = Phrase(
            audio, frames, piece.words, section.name, plan.key_.short, plan.bpm, plan.meter,
            section.bars, piece.number, turn,
        )  # fmt: skip
        yield desk.levelled(phrase, section.energy)


def _woven(piece: Piece, plan: Plan, turn: int, desk: Desk) -> Iterator[Phrase]:
    """A loop after every few pieces, in the key and at the tempo of the piece before it."""
    fresh = any(loop.fresh and loop.path not in desk.heard for loop in desk.loops)
    if desk.since < _PIECES_BETWEEN and not fresh:
        return
    if not (loop := fitting(desk.loops, plan.bpm, plan.meter, plan.key, desk.heard)):
        # all that fit were heard: they may come round again
        kept = {one.path for one in desk.loops if not one.fresh}
        desk.heard -= kept
        return
    desk.heard.add(loop.path)
    desk.since = 0
    try:
        for phrase in loop_phrases(loop, plan.bpm, plan.key, piece.number, turn):
            yield desk.levelled(replace(phrase, key=plan.key_.short), _LOOP_ENERGY)
    except SidecrateError as error:
        desk.said = f"{Path(loop.path).name}: {error.text}"


def planned(course: Course, first_bars: int = PHRASE_BARS) -> tuple[Piece, Plan]:
    """The next piece of a set, composed: its sections in phrases, each leading to the next.

    first_bars: of the phrases of its first section.
    """
    piece = course.next()
    asked = parse_words(piece.words)
    # by its words alone: their tempo, style and mode
    first = _brief(replace(piece, key=None, bpm=None))
    style, wishes = find_style(first), read_wishes(first)
    is_minor = wishes.minor if wishes.minor is not None else is_minor_mode(style.mode)
    piece = course.formed(piece, style.form, first.bpm or style.bpm, is_minor)
    if asked.key is not None:
        piece = replace(piece, key=with_mode(first).key_name)
    brief = _brief(piece).amended(sections=piece.sections)
    plan = compose(brief, piece.seed)
    plan = plan.with_(sections=in_phrases(plan.sections, first_bars))
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


def in_phrases(sections: list[Section], first_bars: int = PHRASE_BARS) -> list[Section]:
    """Sections of at most `PHRASE_BARS` bars; only the last of one leads out of it."""
    found: list[Section] = []
    for section in sections:
        left, most = section.bars, PHRASE_BARS if found else first_bars
        while left > 0:
            bars = min(most, left)
            left -= bars
            found.append(replace(section, bars=bars, exit=section.exit if left == 0 else ""))
    last = found[-1]
    return [*found[:-1], replace(last, exit=last.exit or "fill")]
