"""The path of a loop: beats found, bars chosen, warped onto the grid and into the key, closed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bridge.music import Key, Meter, loop_frames, snap_tempo
from daemon.audio import seam
from daemon.audio.resample import fit_length, resample_loop
from daemon.audio.sound import Sound
from daemon.audio.stretch import Stretch, stretch_report, stretcher_for
from daemon.audio.stretch_map import StretchMap
from daemon.brief import Brief
from daemon.conform import choose
from daemon.conform.gate import Refusal, check_cut, check_length, check_stretch, rms_db
from daemon.conform.report import Report
from daemon.engines.contract import Grid, Progress, Take
from daemon.hearing import Heard, key
from daemon.witness.hearing import Verdict, choose_key, hear_with
from daemon.witness.witnesses import Witnesses

#: A take whose beats all lie closer to the grid than this is not stretched.
_ON_GRID_S = 0.0015
#: A file is the loop already where its length is that of the requested bars within 2 ms.
_SAME_LENGTH_S = 0.002
#: Such a file also begins on a 16th of its own grid, within this.
_SAME_START_S = 0.02
#: Such a file also has the requested tempo, within this share.
_SAME_TEMPO = 0.01
#: Relative error of a measured tempo. Within it the roundest number is the tempo.
TEMPO_ERROR = 0.002
#: Under this confidence of the downbeat, a file of whole bars begins with one.
_SURE_ONE = 0.7
#: Silence at a file's start, under which it counts as cut to its first sound.
_CUT_START_S = 0.03
#: Quarters by which the length and the start of a file of whole bars may be off.
_CUT_SLACK_Q = 0.06
#: Under this confidence a key is not reported as the clip's key.
_KEY_CONFIDENCE = 0.3
#: Cuts listed in the report, and tried one after the other where the gate refuses one.
_MOST_CHOICES = 8
#: Semitones under which a pitch shift is skipped: 5 cents are unheard.
_LEAST_SHIFT = 0.05


@dataclass
class Fitted:
    """A loop or piece before its level is set, with its tempo, key and bars."""

    sound: Sound
    bpm: float | None
    key: str | None
    bars: int | None
    stretched: bool
    heard: Heard | None = None
    """The grid that it was fitted by, where hearing it anew may better it."""
    from_q: float = 0.0
    """Position of its first frame on that grid, in quarters."""


@dataclass(frozen=True)
class Shift:
    """How far to move the pitch, and the key after it."""

    semitones: float
    key_name: str | None
    """The resulting key; None where none is known."""
    drums: bool
    """Nothing in the take has a pitch to keep."""

    @property
    def is_none(self) -> bool:
        return abs(self.semitones) < _LEAST_SHIFT


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


def tempo_of(verdict: Verdict, brief: Brief) -> float:
    """The clip's tempo: the requested one, the stated one, or the measured one made round."""
    own_bpm = verdict.heard.bpm
    if brief.bpm is not None:
        return brief.bpm
    return verdict.bpm if verdict.bpm is not None else snap_tempo(own_bpm, TEMPO_ERROR * own_bpm)


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
    if brief.bpm is None and (short := check_length(sound.seconds, 60 / heard.bpm)):
        return Fitted(sound, None, None, None, False), short
    bpm = tempo_of(verdict, brief)
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
    if heard.reason:
        report.warnings.append(heard.reason)
    progress(0.5, "putting it on the grid")
    frames = round(_quarters(cut, heard) * 60 / bpm * sound.sample_rate)
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
        made = _repeated(made, whole, report)
    # a file that is a loop as it is, and a grid that is known, are not judged by the ear
    is_open = not (verdict.settled or _is_whole(cut, sound))
    return Fitted(
        made, bpm, shift.key_name, wanted_bars, stretched, heard if is_open else None, cut.start_q
    ), refusals


def _is_whole(cut: choose.Cut, sound: Sound) -> bool:
    return cut.start_s == 0.0 and cut.end_s == sound.seconds


def _quarters(cut: choose.Cut, heard: Heard) -> float:
    return cut.part_q or cut.bars * heard.meter.quarters_per_bar


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


def as_heard(grid: Grid) -> Heard:
    """An engine's own grid of its take, as if it had been detected."""
    meter = Meter.parse(grid.meter)
    quarters = np.arange(0, grid.bars * meter.quarters_per_bar + 1e-9, 4 / meter.denominator)
    seconds = quarters * 60 / grid.bpm
    said = ("the engine knows the grid of its take",)
    return Heard(
        meter, grid.bpm, 1.0, 1.0, quarters, seconds, 0.0, float(seconds[-1]), evidence=said
    )


def choose_shift(take: Take, brief: Brief, tones: key.Tones, report: Report) -> Shift:
    """The pitch shift to the requested key, and the key that results."""
    found, confidence = key.find_key(tones)
    if take.key:
        found, confidence = Key.parse(take.key), 1.0
    witnesses = take.witnesses or Witnesses()
    found, confidence, notes = choose_key(found, confidence, witnesses)
    report.said += notes
    report.found |= {
        "key": found.short if found else None,
        "key_confidence": confidence,
        "tuning_cents": tones.tuning_cents,
    }
    if brief.key is None:
        return Shift(
            0.0, found.short if found and confidence >= _KEY_CONFIDENCE else None, found is None
        )
    if found is None:
        asked = brief.decided.get("key")
        if brief.do == "fit" and asked is not None and asked.source == "request":
            report.said.append(
                f"no key was heard in it, so it was not moved to {brief.key_name}; say the key that"
                " it is in: `sidecrate correct FILE --key KEY`"
            )
        return Shift(0.0, None, True)
    if take.key or witnesses.correction.key or (witnesses.own_grid and witnesses.keys):
        return Shift(float(found.semitones_to(brief.key)), brief.key_name, False)
    semitones, gain = key.shift_to(tones, brief.key)
    report.found["key_shift_gain"] = gain
    return Shift(semitones + key.tuning_shift(tones), brief.key_name, False)


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
        off_length_s > _SAME_LENGTH_S
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
    found = []
    if brief.bpm is not None and not heard.periodic:
        found.append(
            Refusal(
                "beatless", f"no beat was found in the take ({heard.reason or 'nothing repeats'})"
            )
        )
    elif brief.bpm is not None:
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
    return round(cut.start_s * rate), bool(len(apart) and apart.max() < _ON_GRID_S)


def _time_map(
    heard: Heard, cut: choose.Cut, frames: int, roll: int, rate: int, brief: Brief
) -> StretchMap:
    """The cut onto `frames`, with `roll` frames of the take before and after it."""
    whole_q = _quarters(cut, heard)
    quarters = anchors(heard, cut.start_q, cut.start_q + whole_q, brief.grid)
    target = roll + (quarters - cut.start_q) / whole_q * frames
    return StretchMap(heard.time_of(quarters) * rate, target, frames + 2 * roll)


def stretch_for(time_map: StretchMap, shift: Shift, brief: Brief) -> Stretch:
    """The order to the stretcher: a map, a shift and the brief's wishes."""
    semitones = 0.0 if shift.is_none else shift.semitones
    preview = brief.quality == "preview"
    return Stretch(time_map, semitones, brief.formants, shift.drums, preview, brief.stretcher)


def anchors(heard: Heard, start_q: float, end_q: float, grid: str) -> np.ndarray:
    """Positions in quarters that are put on the grid.

    `tight` takes every pulse, `feel` the bar lines, `off` the two ends. Between bar lines the take
    keeps its own time: its groove stays, its drift goes. A take on a straight grid needs no more
    than its ends.
    """
    if grid == "off" or _is_straight(heard, start_q, end_q):
        return np.array([start_q, end_q])
    step = heard.meter.quarters_per_bar if grid == "feel" else 4 / heard.meter.denominator
    inner = np.arange(np.floor(start_q / step) + 1, np.ceil(end_q / step)) * step
    inner = inner[(inner > start_q + 1e-6) & (inner < end_q - 1e-6)]
    return np.concatenate([[start_q], inner, [end_q]])


def _is_straight(heard: Heard, start_q: float, end_q: float) -> bool:
    """Whether the map has no bend there that a stretch between the two ends would leave."""
    inner = heard.knots_q[(heard.knots_q >= start_q) & (heard.knots_q <= end_q)]
    begin, end = heard.time_of(np.array([start_q, end_q]))
    line = begin + (inner - start_q) / (end_q - start_q) * (end - begin)
    return not len(inner) or float(np.abs(heard.time_of(inner) - line).max()) < _ON_GRID_S


def _repeated(made: Sound, frames: int, report: Report) -> Sound:
    """A closed loop repeated to `frames` frames.

    It is closed anew where it ends inside a round, because the start does not follow there.
    """
    if frames % made.frames == 0:
        return made.linear(lambda x: np.take(x, np.arange(frames), axis=0, mode="wrap"))
    roll = min(round(seam.ROLL_S * made.sample_rate), made.frames)
    return _closed(
        made.linear(lambda x: np.take(x, np.arange(-roll, frames + roll), axis=0, mode="wrap")),
        roll,
        report,
    )


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
