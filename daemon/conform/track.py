"""The path of a whole piece: kept whole, its bars put on the project's grid."""

from __future__ import annotations

import numpy as np

from daemon.audio.sound import Sound
from daemon.audio.stretch import stretch_report, stretcher_for
from daemon.audio.stretch_map import StretchMap
from daemon.brief import Brief
from daemon.conform.fitted import Fitted
from daemon.conform.gate import Refusal, check_beat, check_stretch
from daemon.conform.own_grid import clip_tempo, is_as_asked, verdict_on
from daemon.conform.report import Report
from daemon.conform.shift import Shift, choose_shift
from daemon.conform.warp import anchors, stretch_for
from daemon.engines.contract import Grid, Progress, Take
from daemon.hearing import Heard, key

#: Under this confidence a piece keeps its own time: a wrong grid is worse than none.
_LEAST_CONFIDENCE = 0.3
#: A piece whose whole map moves by less than this is not stretched.
_ON_GRID_S = 0.0015


def fit_track(
    take: Take,
    brief: Brief,
    sound: Sound,
    report: Report,
    progress: Progress,
    given: Heard | None = None,
) -> tuple[Fitted, list[Refusal]]:
    """The whole piece on the grid, with the gate's refusals. `given`: its grid, if known.

    It begins at the bar line at or before its first sound.
    """
    sound = sound.at_rate(brief.sample_rate)
    if take.grid is not None and is_as_asked(take, brief):
        return _known_piece(take, take.grid, brief, sound, report), []
    progress(0.1, "hearing the beat")
    verdict = verdict_on(take, brief, sound, report, given)
    heard = verdict.heard
    progress(0.3, "hearing the key")
    shift = choose_shift(take, brief, key.hear_tones(sound.mono, sound.sample_rate), report)
    report.found |= {
        "bpm": heard.bpm,
        "confidence": heard.confidence,
        "downbeat_confidence": heard.downbeat_confidence,
        "beats_s": heard.beats_s,
        "downbeat_s": float(heard.time_of(0.0)),
        "steady": heard.steady,
        "drift": heard.drift,
    } | heard.grounds()
    bpm = clip_tempo(verdict, brief, sound)
    refusals = check_beat(heard.periodic, heard.reason, bpm)
    if brief.bpm is not None and not refusals:
        refusals += check_stretch(heard.bpm / bpm, bpm, heard.bpm)
    progress(0.4, "putting it on the grid")
    is_sure = heard.periodic and heard.confidence >= _LEAST_CONFIDENCE
    if not is_sure or brief.grid == "off":
        report.did |= {"method": "none", "ratio": 1.0, "semitones": 0.0}
        why = "its beat is not sure enough to move it" if not is_sure else "grid: off asks for that"
        report.warnings.append(f"the piece was left in its own time: {why}")
        return Fitted(sound, None, shift.key_name if shift.is_none else None, None, False), refusals
    time_map, bars, from_q = _whole_map(heard, sound, bpm, brief.grid)
    report.did["from_s"] = float(heard.time_of(from_q))
    return Fitted(
        _warped(sound, time_map, shift, brief, report),
        bpm,
        shift.key_name,
        bars,
        True,
        None if verdict.settled else heard,
        from_q,
    ), refusals


def _known_piece(take: Take, grid: Grid, brief: Brief, sound: Sound, report: Report) -> Fitted:
    """A piece on the requested grid already, as it is."""
    report.found |= {
        "bpm": grid.bpm,
        "confidence": 1.0,
        "key": take.key,
        "downbeat_s": 0.0,
    }
    report.did |= {"method": "none", "ratio": 1.0, "semitones": 0.0}
    key_name = brief.key_name if take.key and brief.key_name else take.key
    return Fitted(sound, grid.bpm, key_name, grid.bars, False)


def _whole_map(heard: Heard, sound: Sound, bpm: float, grid: str) -> tuple[StretchMap, int, float]:
    """The stretch map of a whole take, its number of bars, and the position of its frame 0.

    Frame 0 is the bar line at or before the first sound.
    """
    bar_q, rate = heard.meter.quarters_per_bar, sound.sample_rate
    first, last = heard.position_of(np.array([heard.sounds_from_s, sound.seconds])) / bar_q
    start_q = np.floor(first + 0.1) * bar_q
    quarters = anchors(heard, float(start_q), float(last * bar_q), grid)
    target = (quarters - start_q) * 60 / bpm * rate
    time_map = StretchMap(heard.time_of(quarters) * rate, target, round(float(target[-1])))
    return time_map, int(np.ceil(last - start_q / bar_q - 0.1)), float(start_q)


def _warped(
    sound: Sound, time_map: StretchMap, shift: Shift, brief: Brief, report: Report
) -> Sound:
    rate = sound.sample_rate
    moved = time_map.source - time_map.target
    if shift.is_none and float(np.ptp(moved)) < _ON_GRID_S * rate:
        start = round(float(moved[0]))
        report.did |= {"method": "none", "ratio": 1.0, "semitones": 0.0}
        return sound.linear(lambda x: np.pad(x[max(0, start) :], ((max(0, -start), 0), (0, 0))))
    wanted = stretch_for(time_map, shift, brief)
    stretcher = stretcher_for(wanted)
    report.did |= {
        **stretch_report(stretcher, wanted),
        "ratio": time_map.ratio,
        "semitones": wanted.semitones,
    }
    return sound.shaped(lambda x: stretcher.stretch(x, rate, wanted))
