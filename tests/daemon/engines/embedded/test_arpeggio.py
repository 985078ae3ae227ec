"""One part by name: arpeggios go as the words say, lines lie in their instrument's register."""

from __future__ import annotations

import time

import pytest

from bridge.request import read_request
from bridge.session import Session
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.harmony import chords_of_bar
from daemon.engines.embedded.notes import STEP
from daemon.engines.embedded.plan import read_plan
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.voices.table import VOICES
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle


def made(prompt, seed=3):
    """(the plan, its notes by part, the take) of a prompt of kind midi."""
    request = read_request([("prompt", prompt), ("kind", "midi")])
    brief = settle(request, Session().view(time.monotonic()), PromptDefaults(), seed=seed)
    take = make(brief, seed, lambda *_: None)
    plan = read_plan(take.plan)
    score = Score(plan)
    return plan, {part: score.part(part) for part in plan.parts}, take


@pytest.mark.parametrize(("words", "every", "first"), [
    ("arpeggio, sixteenths, up-down", 1, "up"), ("arpeggio, eighths, ascending", 2, "up"),
    ("descending arpeggio, sixteenths", 1, "down"), ("arpeggio, 16ths, down-up", 1, "down"),
])  # fmt: skip
def test_an_arpeggio_goes_through_each_chord_as_the_words_say(words, every, first):
    plan, parts, take = made(words)
    assert list(parts) == ["lead"]
    assert not any("set nothing" in one for one in take.said)
    notes = parts["lead"]
    assert len(notes) == plan.bars * plan.meter_.sixteenths_per_bar // every
    for note in notes:
        bar, tick = divmod(note.start + STEP // 2, 16 * STEP)
        chords = chords_of_bar(plan.chords_of[bar % len(plan.chords_of)], plan.key_)
        chord = chords[tick * len(chords) // (16 * STEP)]
        assert note.pitch % 12 in chord.pitch_classes
    a, b, c = (note.pitch for note in notes[:3])
    assert (a < b < c) if first == "up" else (a > b > c)


def test_an_arpeggio_that_nobody_describes_is_as_it_was():
    plan, _, _ = made("arpeggio")
    assert plan.lead is not None and not plan.lead.written


@pytest.mark.parametrize("words", [
    "sad cello melody", "trombone melody", "bassoon melody", "tuba solo", "flute melody",
    "baritone saxophone solo, jazz", "sad violin melody", "piccolo melody",
])  # fmt: skip
def test_a_line_comes_alone_in_its_instruments_register_and_can_be_played(words):
    for seed in (1, 2, 3):
        plan, parts, _ = made(words, seed)
        assert list(parts) == ["lead"] and plan.lead is not None
        voice = VOICES[plan.lead.sound.voice]
        notes = parts["lead"]
        assert all(voice.low <= note.pitch <= voice.high for note in notes), voice.name
        starts = [note.start for note in notes]
        assert len(set(starts)) == len(starts), "one line: nobody bows two at once"


def test_a_walking_bass_walks_over_the_named_chords():
    _, parts, _ = made("walking bass over Am7 D7 Gmaj7")
    assert list(parts) == ["bass"]
    bars = [[n for n in parts["bass"] if n.start // (16 * STEP) == bar] for bar in range(3)]
    assert [len(bar) for bar in bars] == [4] * 3
    assert [bar[0].pitch % 12 for bar in bars] in ([9, 9, 7], [9, 2, 7])
