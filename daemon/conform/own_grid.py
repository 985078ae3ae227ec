"""The grid that a take has of its own: its engine's, its file's, or the one that is heard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.music import Key, Meter
from daemon.audio.sound import Sound
from daemon.brief import Brief
from daemon.conform.own_tempo import own_tempo
from daemon.conform.report import Report
from daemon.engines.contract import Grid, Take
from daemon.hearing import Heard
from daemon.witness.hearing import Verdict, hear_with
from daemon.witness.witnesses import Witnesses

#: Under this confidence of the downbeat, a file of whole bars begins with one.
_SURE_ONE = 0.7
#: Silence at a file's start, under which it counts as cut to its first sound.
_CUT_START_S = 0.03
#: Quarters by which the length and the start of a file of whole bars may be off.
_CUT_SLACK_Q = 0.06


def is_as_asked(take: Take, brief: Brief) -> bool:
    """Whether a take knows its grid and its key, and both are the requested ones."""
    if take.grid is None or take.grid.meter != brief.meter_name:
        return False
    if brief.bpm is not None and abs(take.grid.bpm - brief.bpm) > 1e-6:
        return False
    if brief.bars is not None and take.grid.bars < brief.bars:
        return False
    return not (brief.key and take.key) or set(Key.parse(take.key).scale) == set(brief.key.scale)


def verdict_on(
    take: Take, brief: Brief, sound: Sound, report: Report, given: Heard | None
) -> Verdict:
    """The take's grid: `given`, its engine's own, or heard with the witnesses of its file."""
    if given is not None:
        return Verdict(given, settled=True)
    if take.grid is not None:
        return Verdict(as_heard(take.grid), settled=True)
    witnesses = take.witnesses or Witnesses()
    verdict = hear_with(sound.audio, sound.sample_rate, brief.bpm, brief.meter, witnesses)
    report.found |= witnesses.to_json()
    report.said += verdict.notes
    if verdict.heard.tempo_step:
        report.said.append(verdict.heard.tempo_step)
    return verdict


def as_heard(grid: Grid) -> Heard:
    """An engine's own grid of its take, as if it had been detected."""
    meter = Meter.parse(grid.meter)
    quarters = np.arange(0, grid.bars * meter.quarters_per_bar + 1e-9, 4 / meter.denominator)
    seconds = quarters * 60 / grid.bpm
    said = ("the engine knows the grid of its take",)
    return Heard(
        meter, grid.bpm, 1.0, 1.0, quarters, seconds, 0.0, float(seconds[-1]), evidence=said
    )


def begun_with_file(heard: Heard, sound: Sound) -> Heard:
    """`heard`, corrected for a file that looks like a loop cut by hand.

    Such a file sounds from its start and is whole bars long. Where the downbeat is not sure, it
    is the file's start. Silence in the last beat belongs to the last bar.
    """
    bar_q, pulse_q = heard.meter.quarters_per_bar, 4 / heard.meter.denominator
    start_q = float(heard.position_of(0.0))
    pulse = round(start_q / pulse_q) * pulse_q
    bars = sound.seconds * heard.bpm / 60 / bar_q
    is_cut = (
        bars > 0.9
        and abs(bars - round(bars)) * bar_q < _CUT_SLACK_Q
        and abs(start_q - pulse) < _CUT_SLACK_Q
    )
    if not (heard.periodic and is_cut and heard.sounds_from_s < _CUT_START_S):
        return heard
    if heard.downbeat_confidence < _SURE_ONE:
        said = "the file is whole bars long and sounds from its start on: that is taken for the one"
        evidence = (*heard.evidence, said)
        heard, pulse = replace(heard, knots_q=heard.knots_q - pulse, evidence=evidence), 0.0
    return replace(heard, sounds_to_s=sound.seconds) if pulse % bar_q == 0 else heard


def clip_tempo(verdict: Verdict, brief: Brief, sound: Sound) -> float:
    """The clip's tempo (bpm): the requested one, the stated one, or the take's own."""
    if brief.bpm is not None:
        return brief.bpm
    if verdict.bpm is not None:
        return verdict.bpm
    heard = verdict.heard
    return own_tempo(heard.bpm, sound.frames, sound.sample_rate, heard.meter)
