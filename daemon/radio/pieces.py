"""The pieces of a set, composed and played phrase by phrase."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

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
from daemon.radio.phrase import RATE, Phrase

#: LUFS of a phrase of full energy, and LU by which the calmest is softer.
_LUFS, _CALMER_LU = -15.0, 2.0
#: dB that a phrase is turned up at most: one that is nearly silent stays so.
_MOST_UP_DB = 12.0
#: s of a passage, and dB by which one is brought down or up.
_WINDOW_S, _MOST_DOWN_DB, _MOST_UP_HERE_DB = 3.0, 4.0, 6.0


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
    """A phrase at the loudness of its energy, peaks held down; what rings on has its gain too.

    Passages that are softer or louder than the phrase go some way to it, as on any radio.
    """
    whole = measure_level(audio[:frames], RATE, is_loop=False).lufs
    if not math.isfinite(whole):
        return audio
    wanted = _LUFS - _CALMER_LU * (1 - energy)
    gain_db = min(wanted - whole, _MOST_UP_DB)
    half = round(_WINDOW_S / 2 * RATE)
    places = np.linspace(0, frames, max(2, round(frames / half) + 1))
    own = [_passage(audio[max(0, int(at) - half) : int(at) + half], whole) for at in places]
    curve_db = gain_db + np.interp(np.arange(len(audio)), places, own)
    louder = audio * (10 ** (curve_db / 20)).astype(np.float32)[:, None]
    return (louder * limiting(louder, RATE)).astype(np.float32)


def _passage(audio: np.ndarray, whole: float) -> float:
    """Decibels that bring a passage towards the loudness of the whole, in LUFS."""
    own = measure_level(audio, RATE, is_loop=False).lufs
    apart = whole - own if math.isfinite(own) else 0.0
    return float(np.clip(apart, -_MOST_DOWN_DB, _MOST_UP_HERE_DB))
