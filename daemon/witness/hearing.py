"""Hearing with witnesses: the ear first, then what the file states, and over both its user.

A statement decides what the ear cannot: the octave, and ties. It never wins against a sure ear.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bridge.music import Key, Meter, bar_seconds
from daemon.hearing import Heard, hear
from daemon.witness.statement import Statement, Weight, length_tolerance_s
from daemon.witness.witnesses import SURE, Witnesses

#: Tempi within this share of each other are the same.
_SAME = 0.02
#: Within this share, a statement gives the measured tempo its exact number.
_EXACT = 0.002
#: Share of the ear's own confidence that a hearing told the stated tempo must reach, in a tie.
_TIE = 0.8
#: Confidence of a grid that only the file states: its length fits, but no beat was heard, or one
#: that is less sure.
_STATED_ALONE = 0.5
#: Seconds from a heard beat within which the user's first beat is that beat.
_NEAR_BEAT_S = 0.08
#: Confidence from which a key that was heard is sure.
_SURE_KEY = 0.6


@dataclass(frozen=True)
class Verdict:
    """The grid that was taken, the tempo's exact number where it was stated, and notes for people.

    `settled` says that nobody need look again: the user's word or our own grid decided.
    """

    heard: Heard
    bpm: float | None = None
    notes: tuple[str, ...] = ()
    settled: bool = False


def hear_with(
    audio: np.ndarray,
    sample_rate: int,
    asked_bpm: float | None,
    meter: Meter,
    witnesses: Witnesses,
) -> Verdict:
    """The grid of float32 (frames, channels), by ear and witnesses; see `hear`."""
    doubts = witnesses.doubts
    if witnesses.correction.bpm is not None or witnesses.correction.downbeat_s is not None:
        return _by_user(audio, sample_rate, asked_bpm, meter, witnesses)
    if witnesses.own_grid:
        return _by_own_grid(len(audio) / sample_rate, meter, witnesses.tempi[0])
    heard = hear(audio, sample_rate, asked_bpm, meter)
    tempi = witnesses.tempi
    if not tempi:
        return Verdict(heard, notes=doubts)
    agreeing = [one for one in tempi if _agrees(heard, one, asked_bpm)]
    if not agreeing:
        return _quarrel(audio, sample_rate, asked_bpm, meter, witnesses, heard)
    others = tuple(
        f"{_says(one)}, but {agreeing[0].who} and the sound say {heard.bpm:.4g}: that was taken"
        for one in tempi
        if one not in agreeing and one.weight != Weight.BARE
    )
    verdict = _exact(heard, agreeing)
    return replace(verdict, notes=(*doubts, *others))


def _agrees(heard: Heard, one: Statement, asked_bpm: float | None) -> bool:
    """Whether the ear has a stated tempo; where a tempo was asked, that decided the octave."""
    assert one.bpm is not None
    if not heard.periodic:
        return False
    if asked_bpm is None:
        return _same(heard.bpm, one.bpm)
    return any(_same(heard.bpm * octave, one.bpm) for octave in (1.0, 0.5, 2.0))


def _same(a: float, b: float) -> bool:
    return abs(a / b - 1) <= _SAME


def _says(one: Statement) -> str:
    return f"{one.who} says {one.bpm:g} bpm"


def _exact(heard: Heard, agreeing: list[Statement]) -> Verdict:
    """The verdict with the first stated number that the measured tempo cannot be told from."""
    for one in agreeing:
        assert one.bpm is not None
        if one.weight < Weight.STALE and abs(heard.bpm / one.bpm - 1) <= _EXACT:
            said = f"{_says(one)}, and so does the sound"
            evidence = (*heard.evidence, said)
            return Verdict(replace(heard, bpm=one.bpm, evidence=evidence), one.bpm)
    return Verdict(heard)


def _quarrel(
    audio: np.ndarray,
    sample_rate: int,
    asked_bpm: float | None,
    meter: Meter,
    witnesses: Witnesses,
    heard: Heard,
) -> Verdict:
    """The verdict where the ear has none of the stated tempi: it is asked again with the best."""
    best = witnesses.tempi[0]
    assert best.bpm is not None
    told = hear(audio, sample_rate, best.bpm, meter)
    found = told.periodic and _same(told.bpm, best.bpm)
    sound = f"the sound says {heard.bpm:.4g}" if heard.periodic else "no beat is heard"
    if found and (not heard.periodic or _yields(heard, told, best, asked_bpm, audio, sample_rate)):
        note = f"{_says(best)}, and {sound}: {best.bpm:g} was taken"
        verdict = _exact(told, [best])
        return replace(verdict, notes=(*witnesses.doubts, note))
    seconds = len(audio) / sample_rate
    # beats that are hardly heard say less than a file as long as it states
    is_doubtful = not heard.periodic or heard.confidence < _STATED_ALONE
    if is_doubtful and best.weight < Weight.STALE and _fits(best, seconds, meter):
        unsure = f"{sound}, and is not sure" if heard.periodic else sound
        note = f"{unsure}; {_says(best)}, and the file is whole bars long at that"
        heard = _straight(best, seconds, meter, _STATED_ALONE, note)
        return Verdict(heard, best.bpm, (*witnesses.doubts, f"{note}: that was taken"))
    note = f"{_says(best)}, but {sound}"
    if heard.periodic:
        note += ": that was taken"
    # a number alone is often no tempo, so nobody need hear of it
    notes = witnesses.doubts if best.weight == Weight.BARE else (*witnesses.doubts, note)
    return Verdict(heard, notes=notes)


def _yields(
    heard: Heard,
    told: Heard,
    best: Statement,
    asked_bpm: float | None,
    audio: np.ndarray,
    sample_rate: int,
) -> bool:
    """Whether the ear gives way: by an octave, in a tie, or where only what was asked misled it."""
    assert best.bpm is not None
    if asked_bpm is None:
        octave = any(_same(heard.bpm * factor, best.bpm) for factor in (0.25, 0.5, 2.0, 4.0))
        return octave or (heard.confidence < SURE and told.confidence >= _TIE * heard.confidence)
    if heard.confidence >= SURE and _same(heard.bpm, asked_bpm):
        alone = hear(audio, sample_rate, None, heard.meter)
        return alone.periodic and any(
            _same(alone.bpm * factor, best.bpm) for factor in (0.25, 0.5, 1.0, 2.0, 4.0)
        )
    return heard.confidence < SURE and told.confidence >= _TIE * heard.confidence


def _fits(one: Statement, seconds: float, meter: Meter) -> bool:
    """Whether the file is as long as its stated beats, or whole bars long at a stated tempo."""
    assert one.bpm is not None
    if one.beats is not None:
        return True
    bar_s = bar_seconds(meter, one.bpm)
    bars = round(seconds / bar_s)
    return bars >= 1 and abs(seconds - bars * bar_s) <= length_tolerance_s(seconds)


def _straight(one: Statement, seconds: float, meter: Meter, confidence: float, said: str) -> Heard:
    """An even grid at a stated tempo from the file's start."""
    assert one.bpm is not None
    quarters = np.arange(0, seconds * one.bpm / 60 + 1e-6, 4 / meter.denominator)
    if len(quarters) < 2:
        quarters = np.array([0.0, 4 / meter.denominator])
    return Heard(
        meter, one.bpm, confidence, confidence, quarters, quarters * 60 / one.bpm, 0.0, seconds,
        evidence=(said,),
    )  # fmt: skip


def _by_own_grid(seconds: float, meter: Meter, record: Statement) -> Verdict:
    said = "the file is a clip of Sidecrate's, and its record knows its grid"
    heard = _straight(record, seconds, meter, 1.0, said)
    return Verdict(heard, record.bpm, settled=True)


def _by_user(
    audio: np.ndarray,
    sample_rate: int,
    asked_bpm: float | None,
    meter: Meter,
    witnesses: Witnesses,
) -> Verdict:
    """The grid by the user's word: the ear only says where exactly the beats lie."""
    word = witnesses.correction
    if word.bpm is None and witnesses.own_grid:
        heard = _by_own_grid(len(audio) / sample_rate, meter, witnesses.tempi[0]).heard
    else:
        heard = hear(audio, sample_rate, word.bpm or asked_bpm, meter)
    if word.bpm is not None and not (heard.periodic and _same(heard.bpm, word.bpm)):
        one = Statement("you", Weight.RECORD, bpm=word.bpm)
        even = _straight(one, len(audio) / sample_rate, meter, 1.0, "the beats are even")
        start_s = heard.sounds_from_s if word.downbeat_s is None else 0.0
        heard = replace(
            even, knots_s=even.knots_s + start_s, sounds_from_s=heard.sounds_from_s,
            sounds_to_s=heard.sounds_to_s, downbeat_confidence=0.0,
        )  # fmt: skip
    bpm = word.bpm if word.bpm is not None else heard.bpm
    heard = replace(heard, bpm=bpm, evidence=(*heard.evidence, f"you said: {word.words}"))
    if word.downbeat_s is not None:
        heard = _from_downbeat(heard, word.downbeat_s)
    return Verdict(heard, word.bpm, witnesses.doubts, settled=True)


def _from_downbeat(heard: Heard, downbeat_s: float) -> Heard:
    """The grid with a first beat where the user said: the nearest heard beat, or that second."""
    pulse_q, bar_q = 4 / heard.meter.denominator, heard.meter.quarters_per_bar
    said_q = float(heard.position_of(downbeat_s))
    one_q = round(said_q / pulse_q) * pulse_q
    if abs(float(heard.time_of(one_q)) - downbeat_s) > _NEAR_BEAT_S:
        one_q = said_q
    # position 0 is the first downbeat of the sounding part
    begins_q = float(heard.position_of(heard.sounds_from_s - 0.06))
    one_q -= np.floor((one_q - begins_q) / bar_q) * bar_q
    return replace(
        heard, knots_q=heard.knots_q - one_q, periodic=True, confidence=1.0,
        downbeat_confidence=1.0, alternatives=(),
    )  # fmt: skip


def choose_key(
    found: Key | None, confidence: float, witnesses: Witnesses
) -> tuple[Key | None, float, tuple[str, ...]]:
    """(key, confidence, notes) of what was heard and what is said.

    The user's word is sure. A stated key decides between relatives, where nothing is heard and
    where the ear is not sure.
    """
    if witnesses.correction.key is not None:
        return Key.parse(witnesses.correction.key), 1.0, ()
    if not witnesses.keys:
        return found, confidence, ()
    best = witnesses.keys[0]
    assert best.key is not None
    if found is None or (best.key.tonic, best.key.mode) == (found.tonic, found.mode):
        return best.key, max(confidence, _STATED_ALONE), ()
    says = f"{best.who} says {best.key.short}, the sound {found.short}"
    if best.key.relative_major_tonic == found.relative_major_tonic:
        return best.key, max(confidence, _STATED_ALONE), ()
    if confidence >= _SURE_KEY and best.weight != Weight.RECORD:
        return found, confidence, (f"{says}: {found.short} was taken",)
    return best.key, _STATED_ALONE, (f"{says}: {best.key.short} was taken",)


def choose_note(found: float | None, witnesses: Witnesses) -> tuple[float | None, tuple[str, ...]]:
    """(MIDI number, notes) of a one-shot: the ear's, in the stated octave; else the stated one."""
    stated = [one for one in witnesses.statements if one.root is not None]
    classes = [one for one in witnesses.statements if one.root_class is not None]
    if stated:
        one = stated[0]
        assert one.root is not None
        if found is None:
            return float(one.root), ()
        apart = (found - one.root + 6) % 12 - 6
        if abs(apart) <= 1:
            return one.root + apart, ()
        return found, (f"{one.who} says {one.words}, the sound another note: that was taken",)
    if classes and found is not None:
        one = classes[0]
        assert one.root_class is not None
        if abs((found - one.root_class + 6) % 12 - 6) > 1:
            return found, (f"{one.who} says {one.words}, the sound another note: that was taken",)
    return found, ()
