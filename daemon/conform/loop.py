"""The path of a loop: beats found, bars chosen, warped onto the grid and into the key, closed."""

from __future__ import annotations

import numpy as np

from bridge.music import Meter, loop_frames
from daemon.audio import seam
from daemon.audio.resample import fit_length, resample_loop
from daemon.audio.rounds import repeated
from daemon.audio.sound import Sound
from daemon.audio.stretch import stretch_report, stretcher_for
from daemon.audio.stretch_map import StretchMap
from daemon.brief import Brief
from daemon.conform import choose
from daemon.conform.fitted import Fitted
from daemon.conform.gate import (
    Refusal,
    check_beat,
    check_cut,
    check_length,
    check_stretch,
    rms_db,
)
from daemon.conform.own_grid import begun_with_file, clip_tempo, verdict_on
from daemon.conform.own_tempo import LOOP_S
from daemon.conform.report import Report
from daemon.conform.shift import Shift, choose_shift
from daemon.conform.warp import ON_GRID_S, anchors, stretch_for
from daemon.engines.contract import Grid, Progress, Take
from daemon.hearing import Heard, key

#: A file that is the loop already begins on a 16th of its own grid, within this.
_SAME_START_S = 0.02
#: Such a file also has the requested tempo, within this share.
_SAME_TEMPO = 0.01
#: Cuts listed in the report, and tried one after the other where the gate refuses one.
_MOST_CHOICES = 8


def known_loop(take: Take, brief: Brief, sound: Sound, grid: Grid, report: Report) -> Fitted:
    """A take on the requested grid: cut and resampled to the brief's sample rate, nothing else."""
    meter = Meter.parse(grid.meter)
    bars = min(brief.bars or grid.bars, grid.bars)
    source_frames = loop_frames(bars, meter, grid.bpm, sound.sample_rate)
    frames = loop_frames(bars, meter, grid.bpm, brief.sample_rate)
    pulse_q = meter.quarters_per_bar / meter.beats_per_bar
    report.found |= {
        "bpm": grid.bpm,
        "confidence": 1.0,
        "key": take.key,
        "key_confidence": 1.0 if take.key else 0.0,
    }
    report.found |= {
        "downbeat_s": 0.0,
        "beats_s": np.arange(bars * meter.beats_per_bar) * pulse_q * 60 / grid.bpm,
    }
    report.did |= {"method": "none", "ratio": 1.0, "semitones": 0.0}
    fitted = sound.linear(
        lambda x: resample_loop(
            fit_length(x, source_frames), sound.sample_rate, brief.sample_rate, frames
        )
    )
    fitted.sample_rate = brief.sample_rate
    return Fitted(
        fitted, grid.bpm, brief.key_name if take.key and brief.key_name else take.key, bars, False
    )


def fit_loop(
    take: Take,
    brief: Brief,
    sound: Sound,
    report: Report,
    progress: Progress,
    given: Heard | None = None,
) -> tuple[Fitted, list[Refusal]]:
    """Any other take, fitted, with the gate's refusals of its bars. `given`: its grid, if known."""
    sound = sound.at_rate(brief.sample_rate)
    progress(0.1, "hearing the beat")
    verdict = verdict_on(take, brief, sound, report, given)
    heard = verdict.heard if verdict.settled else begun_with_file(verdict.heard, sound)
    progress(0.35, "hearing the key")
    shift = choose_shift(take, brief, key.hear_tones(sound.mono, sound.sample_rate), report)
    # with a tempo asked, its beat was the measure before anything was heard
    if brief.bpm is None and (
        hopeless := check_length(sound.seconds, 60 / heard.bpm)
        or check_beat(heard.periodic, heard.reason, None)
    ):
        return Fitted(sound, None, None, None, False), hopeless
    bpm = clip_tempo(verdict, brief, sound)
    progress(0.45, "choosing the bars")
    cut, wanted_bars, refusals = _choose(heard, sound, bpm, brief, report)
    report.found |= {
        "bpm": heard.bpm,
        "confidence": heard.confidence,
        "downbeat_confidence": heard.downbeat_confidence,
        "downbeat_s": cut.start_s,
        "beats_s": heard.beats_s,
        "steady": heard.steady,
        "drift": heard.drift,
    } | heard.grounds()
    progress(0.5, "putting it on the grid")
    exact_frames = _quarters(cut, heard) * 60 / bpm * sound.sample_rate
    frames = round(exact_frames)
    made, stretched = _warped(sound, heard, cut, bpm, frames, shift, brief, report)
    if cut.part_q:
        beats = "one beat was" if cut.part_q == 1 else f"{cut.part_q:g} beats were"
        report.warnings.append(
            f"the take holds less than a bar: its {beats} repeated to fill {wanted_bars}"
        )
    elif cut.bars < wanted_bars:
        held = (
            "one whole bar, so it was" if cut.bars == 1 else f"{cut.bars} whole bars, so they were"
        )
        report.warnings.append(f"the take holds {held} repeated to fill {wanted_bars}")
    if cut.part_q or cut.bars < wanted_bars:
        whole = loop_frames(wanted_bars, heard.meter, bpm, sound.sample_rate)
        made = _repeated(made, exact_frames, whole, report)
    # a file that is a loop as it is, and a grid that is known, are not judged by the ear
    is_open = not (verdict.settled or _is_whole(cut, sound))
    return Fitted(
        made, bpm, shift.key_name, wanted_bars, stretched, heard if is_open else None, cut.start_q
    ), refusals


def _is_whole(cut: choose.Cut, sound: Sound) -> bool:
    return cut.start_s == 0.0 and cut.end_s == sound.seconds


def _quarters(cut: choose.Cut, heard: Heard) -> float:
    return cut.part_q or cut.bars * heard.meter.quarters_per_bar


def _choose(
    heard: Heard, sound: Sound, bpm: float, brief: Brief, report: Report
) -> tuple[choose.Cut, int, list[Refusal]]:
    """The cut to make, the number of bars wanted, and the gate's refusals of that cut.

    Unless the user chose, the best cut without a refusal wins. Another cut of the same take
    comes before another take.
    """
    whole = _whole_file(heard, sound, bpm, brief)
    if whole is not None and brief.choice == 1:
        return whole, whole.bars, _refusals(heard, sound, whole, bpm, brief)
    bars = brief.bars or max(1, _whole_bars(heard, sound.seconds))
    missing_q = choose.missing_quarters(heard, sound.seconds) if brief.bars is None else 0.0
    if missing_q:
        report.warnings.append(
            f"the take ends {missing_q:.2f} quarters before its last bar does:"
            " that bar was left out"
        )
    found = choose.cuts(heard, sound.mono, sound.sample_rate, bars)
    report.choices = [cut.to_json() for cut in found[:_MOST_CHOICES]]
    if brief.choice > len(found):
        report.warnings.append(
            f"choice {brief.choice} was asked, but there are {len(found)}: the last was taken"
        )
    if brief.choice > 1:
        cut = found[min(brief.choice, len(found)) - 1]
        return cut, bars, _refusals(heard, sound, cut, bpm, brief)
    against = [_refusals(heard, sound, found[0], bpm, brief)]
    while against[-1] and len(against) < min(len(found), _MOST_CHOICES):
        against.append(_refusals(heard, sound, found[len(against)], bpm, brief))
    if against[-1] or len(against) == 1:
        return found[0], bars, against[0]
    report.warnings.append(
        f"choice {len(against)} was taken: of the bars before it, {against[0][0].text}"
    )
    return found[len(against) - 1], bars, []


def _whole_file(heard: Heard, sound: Sound, bpm: float, brief: Brief) -> choose.Cut | None:
    """The whole file as the cut, where it is a loop already; else None.

    It is whole bars long at this tempo, and begins on a 16th of its own grid.
    """
    meter = heard.meter
    bars = brief.bars or max(1, round(sound.seconds * bpm / 60 / meter.quarters_per_bar))
    sixteenth = 4 * float(heard.position_of(0.0))
    off_slot_s = abs(sixteenth - round(sixteenth)) / 4 * 60 / heard.bpm
    off_length_s = abs(sound.seconds - bars * meter.quarters_per_bar * 60 / bpm)
    if (
        off_length_s > LOOP_S
        or off_slot_s > _SAME_START_S
        or abs(heard.bpm / bpm - 1) > _SAME_TEMPO
    ):
        return None
    return choose.Cut(round(sixteenth) / 4, bars, 0.0, sound.seconds, 1.0, {})


def _whole_bars(heard: Heard, length_s: float) -> int:
    first = float(heard.position_of(heard.sounds_from_s - 0.06)) / heard.meter.quarters_per_bar
    return choose.ended_bars(heard, length_s) - int(np.ceil(first))


def _refusals(
    heard: Heard, sound: Sound, cut: choose.Cut, bpm: float, brief: Brief
) -> list[Refusal]:
    """The gate's refusals of a cut.

    No beat, a tempo far off the requested one, or bars that are clipped or empty.
    """
    found = check_beat(heard.periodic, heard.reason, bpm)
    if brief.bpm is not None and not found:
        own_bpm = _quarters(cut, heard) * 60 / (cut.end_s - cut.start_s)
        found += check_stretch(own_bpm / bpm, bpm, own_bpm)
    first = max(0, round(cut.start_s * sound.sample_rate))
    last = round(cut.end_s * sound.sample_rate)
    return found + check_cut(sound.audio[first:last], rms_db(sound.audio))


def _warped(
    sound: Sound,
    heard: Heard,
    cut: choose.Cut,
    bpm: float,
    frames: int,
    shift: Shift,
    brief: Brief,
    report: Report,
) -> tuple[Sound, bool]:
    """A closed loop of `frames` frames, and whether it was stretched."""
    rate = sound.sample_rate
    start, on_grid = _untouched_start(sound, heard, cut, bpm)
    roll = round(seam.ROLL_S * rate)
    report.did["from_s"] = cut.start_s
    if on_grid and shift.is_none:
        report.did |= {"method": "none", "ratio": 1.0, "semitones": 0.0}
        rolled = sound.linear(lambda x: _rolled(x, start, frames, roll))
        return _closed(rolled, roll, report), False
    time_map = (
        StretchMap.straight(start - roll, 1.0, frames + 2 * roll)
        if on_grid
        else _time_map(heard, cut, frames, roll, rate, brief)
    )
    wanted = stretch_for(time_map, shift, brief)
    stretcher = stretcher_for(wanted)
    ratio = frames / ((cut.end_s - cut.start_s) * rate)
    report.did |= {
        **stretch_report(stretcher, wanted),
        "ratio": ratio,
        "semitones": wanted.semitones,
    }
    rolled = sound.shaped(lambda x: stretcher.stretch(x, rate, wanted))
    return _closed(rolled, roll, report), True


def _untouched_start(sound: Sound, heard: Heard, cut: choose.Cut, bpm: float) -> tuple[int, bool]:
    """The first frame of the cut, and whether the take is exact enough to be left as it is."""
    rate = sound.sample_rate
    if _is_whole(cut, sound):
        return 0, True
    inside = (heard.knots_s >= cut.start_s - 1e-6) & (heard.knots_s <= cut.end_s + 1e-6)
    straight = cut.start_s + (heard.knots_q[inside] - cut.start_q) * 60 / bpm
    apart = np.abs(heard.knots_s[inside] - straight)
    return round(cut.start_s * rate), bool(len(apart) and apart.max() < ON_GRID_S)


def _time_map(
    heard: Heard, cut: choose.Cut, frames: int, roll: int, rate: int, brief: Brief
) -> StretchMap:
    """The cut onto `frames`, with `roll` frames of the take before and after it."""
    whole_q = _quarters(cut, heard)
    quarters = anchors(heard, cut.start_q, cut.start_q + whole_q, brief.grid)
    target = roll + (quarters - cut.start_q) / whole_q * frames
    return StretchMap(heard.time_of(quarters) * rate, target, frames + 2 * roll)


def _repeated(made: Sound, round_frames: float, frames: int, report: Report) -> Sound:
    """A closed loop repeated to `frames` frames; `round_frames`: exact frames of a round.

    It is closed anew where it ends inside a round, because the start does not follow there.
    """
    rounds, roll = repeated(made, round_frames, frames)
    return _closed(rounds, roll, report) if roll else rounds


def _rolled(audio: np.ndarray, start: int, frames: int, roll: int) -> np.ndarray:
    before, after = max(0, roll - start), max(0, start + frames + roll - len(audio))
    inside = audio[max(0, start - roll) : start + frames + roll]
    return np.pad(inside, ((before, after), (0, 0)))


def _closed(rolled: Sound, roll: int, report: Report) -> Sound:
    closing, left = seam.best_closing(rolled.audio, roll, rolled.sample_rate)
    report.did["seam_from"] = closing.way
    report.after["seam_dip_db"] = left.dip_db
    report.did["seam_ms"] = 1000 * closing.frames / rolled.sample_rate
    return rolled.linear(lambda x: seam.close(x, roll, closing))
