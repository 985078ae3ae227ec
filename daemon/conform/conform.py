"""The path from a take to a clip's audio: analysed, cut, warped, closed, levelled and measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bridge.music import MAX_BPM
from daemon.audio.loudness import (
    SILENCE_DB,
    Level,
    amplify,
    gain_under_full_scale,
    limiting,
    measure_level,
    told_db,
    turned_down,
)
from daemon.audio.offset import offset_told, without_offset
from daemon.audio.seam import measure_seam
from daemon.audio.sound import Sound
from daemon.brief import Brief
from daemon.conform import oneshot
from daemon.conform.ending import ended
from daemon.conform.fitted import Fitted
from daemon.conform.gate import HOPELESS, Refusal, check_audio, check_result
from daemon.conform.isolate import alone
from daemon.conform.loop import fit_loop, known_loop
from daemon.conform.mastering import is_mastered, mastered_after
from daemon.conform.own_grid import is_as_asked
from daemon.conform.report import OFF_MS, Report, doubts
from daemon.conform.second_look import NOT_HEARD, Anew, hear_anew, taken_from
from daemon.conform.track import fit_track
from daemon.engines.contract import Progress, Take
from daemon.errors import ConformError
from daemon.hearing import Heard, pitch
from daemon.prompt.vocabulary import part_of
from daemon.record import ClipReport
from daemon.witness.hearing import choose_note

#: Target loudness by kind; None: the peak alone decides.
_LEVEL_LUFS: dict[str, float | None] = {
    "loop": -14.0,
    "sfx": -14.0,
    "vocal": -14.0,
    "track": -14.0,
    "oneshot": None,
}
#: Fits a take into a report, by its own hearing or by the grid it is given.
_Fit = Callable[[Report, Heard | None], tuple[Fitted, list[Refusal]]]
#: dB by which a limiter may hold peaks down. More is heard as pumping, so the piece stays quieter.
_MOST_LIMITING_DB = 6.0


@dataclass
class Conformed:
    """A clip's finished audio, its tempo, key, bars and notes, and the report."""

    audio: np.ndarray | None
    """Float32 (frames, channels); None for notes alone."""
    sample_rate: int
    stems: dict[str, np.ndarray] = field(default_factory=dict)
    midi: bytes | None = None
    bpm: float | None = None
    key: str | None = None
    meter: str = "4/4"
    bars: int | None = None
    note: int | None = None
    report: ClipReport = field(default_factory=ClipReport)


def conform(take: Take, brief: Brief, progress: Progress) -> Conformed:
    """Fit a take to its brief.

    ConformError where the gate refuses the take and the brief is strict, or where it is empty.
    """
    if take.audio is None:
        return _notes_alone(take, brief)
    report = Report()
    sound = Sound(np.asanyarray(take.audio, np.float32), take.sample_rate, dict(take.stems))
    beat_s = 60 / (brief.bpm or MAX_BPM) if brief.kind == "loop" else None
    faults = check_audio(sound.audio, sound.sample_rate, beat_s)
    if brief.kind == "loop" and not is_as_asked(take, brief):
        # A loop is cut from the take, so clipping is checked for each cut, not for the whole.
        faults = [fault for fault in faults if fault.code != "clipped"]
    _refuse(faults, brief, report)
    if not sound.frames:
        raise ConformError("the take is empty: it holds no audio", "too_short")
    if brief.do == "fit" or (brief.kind == "loop" and not is_as_asked(take, brief)):
        sound = _without_offset(sound, brief, report)
    if brief.kind == "oneshot":
        return _one_shot(take, brief, sound, report, progress)
    if brief.kind == "loop":
        return _loop(take, brief, sound, report, progress)
    if brief.kind == "track":
        return _track(take, brief, sound, report, progress)
    return _piece(take, brief, sound, report, progress)


def _refuse(refusals: list[Refusal], brief: Brief, report: Report) -> None:
    """Raise the first refusal where the brief is strict or the take is hopeless.

    Otherwise all refusals become warnings.
    """
    for refusal in refusals:
        if brief.strict or refusal.code in HOPELESS:
            raise ConformError(refusal.text, refusal.code)
    report.warnings += [refusal.text for refusal in refusals]


def _without_offset(sound: Sound, brief: Brief, report: Report) -> Sound:
    """Without DC, each stem without its own share; told where it was worth telling.

    A one-shot's own way takes out the least offset too.
    """
    told = offset_told(sound.audio)
    if told:
        report.warnings.append(f"a DC offset of {told:.1%} of full scale was taken out")
    return sound if brief.kind == "oneshot" else sound.linear(without_offset)


def _notes_alone(take: Take, brief: Brief) -> Conformed:
    grid = take.grid
    report = Report(did={"method": "none"})
    return Conformed(
        None,
        brief.sample_rate,
        midi=take.midi,
        bpm=grid.bpm if grid else brief.bpm,
        key=brief.key_name or take.key,
        meter=grid.meter if grid else brief.meter_name,
        bars=grid.bars if grid else brief.bars,
        report=report.to_json(brief),
    )


def _loop(take: Take, brief: Brief, sound: Sound, report: Report, progress: Progress) -> Conformed:
    if take.grid is not None and is_as_asked(take, brief):
        progress(0.4, "fitting")
        fitted = known_loop(take, brief, sound, take.grid, report)
        return _conformed(take, brief, fitted, *_measured(take, brief, fitted, report, progress))
    return _heard_and_fitted(
        take,
        brief,
        report,
        progress,
        lambda into, heard: fit_loop(take, brief, sound, into, progress, heard),
    )


def _track(take: Take, brief: Brief, sound: Sound, report: Report, progress: Progress) -> Conformed:
    return _heard_and_fitted(
        take,
        brief,
        report,
        progress,
        lambda into, heard: ended(
            fit_track(take, brief, sound, into, progress, heard), brief, into
        ),
    )


def _heard_and_fitted(
    take: Take, brief: Brief, report: Report, progress: Progress, fit: _Fit
) -> Conformed:
    """The take fitted, and once more where its clip, heard anew, lies off its grid.

    The better of both by the same check is kept.
    """
    before = list(report.warnings)
    fitted, refusals = fit(report, None)
    _refuse(refusals, brief, report)
    made = _measured(take, brief, fitted, report, progress)
    anew = made[2]
    if anew is not None and anew.speaks and fitted.heard is not None:
        progress(0.9, "fitting it again")
        second = Report(warnings=before)
        corrected = taken_from(fitted.heard, fitted.from_q, anew)
        fitted_again, refusals_again = fit(second, corrected)
        made_again = _measured(take, brief, fitted_again, second, progress)
        second.found = {**report.found, **second.found}
        second.said = list(dict.fromkeys([*report.said, *second.said]))
        better = made_again[2]
        mended = better is not None and anew.is_mended_by(better)
        if better is not None and mended and len(refusals_again) <= len(refusals):
            second.did["fitted_again"] = True
            second.warnings.append(
                f"heard anew, the clip's beats lay {anew.mean_ms:.0f} ms off its grid: it was"
                f" fitted again from them, and they lie {better.mean_ms:.0f} ms off"
            )
            second.warnings += [refusal.text for refusal in refusals_again]
            fitted, made = fitted_again, made_again
    return _conformed(take, brief, fitted, *made)


def _measured(
    take: Take, brief: Brief, fitted: Fitted, report: Report, progress: Progress
) -> tuple[Sound, Report, Anew | None]:
    """The finished sound, its report, and its beats heard anew; None without a grid."""
    finished = _finish(_what_was_asked(take, brief, fitted.sound, report), brief, report, progress)
    if fitted.bpm is None:
        return finished, report, None
    anew = hear_anew(
        finished.audio, finished.sample_rate, fitted.bpm, brief.meter, brief.kind == "loop"
    )
    if take.plan and not fitted.stretched and (anew.between or anew.mean_ms > OFF_MS):
        # its notes are known: an ear that counts beside them tells nothing of the clip
        anew = NOT_HEARD
    report.after |= anew.errors
    return finished, report, anew


def _conformed(
    take: Take, brief: Brief, fitted: Fitted, finished: Sound, report: Report, anew: Anew | None
) -> Conformed:
    if anew is not None:
        report.warnings += doubts(report)
    return Conformed(
        finished.audio,
        finished.sample_rate,
        finished.stems,
        None if fitted.stretched else take.midi,
        fitted.bpm,
        fitted.key,
        brief.meter_name,
        fitted.bars,
        report=report.to_json(brief),
    )


def _what_was_asked(take: Take, brief: Brief, sound: Sound, report: Report) -> Sound:
    """The requested instruments alone, where the brief says `only`.

    An engine with a plan has played nothing else, so its take stays as it is.
    """
    if not (brief.only and brief.instruments) or take.plan is not None or brief.do != "make":
        return sound
    parts = tuple(part for name in brief.instruments if (part := part_of(name)) is not None)
    sound, words = alone(sound, brief.instruments, parts)
    if words:
        report.did["alone"] = words
        report.warnings.append(words)
    return sound


def _one_shot(
    take: Take, brief: Brief, sound: Sound, report: Report, progress: Progress
) -> Conformed:
    sound = oneshot.without_dc(sound)
    progress(0.2, "finding the note")
    # The engine's own note beats detection: an 808 sinks too fast for its pitch to be read.
    found = (
        float(take.note)
        if take.note is not None
        else pitch.find_note(sound.audio, sound.sample_rate)
    )
    if take.witnesses is not None:
        found, notes = choose_note(found, take.witnesses)
        report.found |= take.witnesses.to_json()
        report.said += [*take.witnesses.doubts, *notes]
    semitones = (
        oneshot.semitones_to(found, brief.note, brief.pitch_class) if found is not None else 0.0
    )
    report.found["note"] = found
    report.did |= {
        "method": "resample" if semitones else "none",
        "ratio": 2 ** (-semitones / 12),
        "semitones": semitones,
    }
    if found is None and (brief.note is not None or brief.pitch_class is not None):
        report.warnings.append("no pitch was found in the one-shot, so it was not tuned")
    if semitones:
        sound = oneshot.tuned(sound, semitones)
    progress(0.6, "trimming")
    sound = sound.at_rate(brief.sample_rate)
    sound = oneshot.trimmed(
        sound, round(brief.seconds * brief.sample_rate) if brief.seconds else None
    )
    finished = _finish(sound, brief, report, progress)
    number = round(found + semitones) if found is not None else take.note
    return Conformed(
        finished.audio,
        finished.sample_rate,
        finished.stems,
        None if semitones else take.midi,
        None,
        None,
        brief.meter_name,
        note=number,
        report=report.to_json(brief),
    )


def _piece(take: Take, brief: Brief, sound: Sound, report: Report, progress: Progress) -> Conformed:
    """An effect, an atmosphere or a vocal line: its length and its level."""
    report.did |= {"method": "none", "ratio": 1.0, "semitones": 0.0}
    sound = sound.at_rate(brief.sample_rate)
    wanted = round(brief.seconds * brief.sample_rate) if brief.seconds else sound.frames
    if sound.frames > wanted:
        sound = sound.linear(lambda x: oneshot.faded(x[:wanted], brief.sample_rate))
    progress(0.5, "fitting")
    finished = _finish(sound, brief, report, progress)
    grid = take.grid
    return Conformed(
        finished.audio,
        finished.sample_rate,
        finished.stems,
        take.midi,
        grid.bpm if grid else None,
        take.key,
        grid.meter if grid else brief.meter_name,
        grid.bars if grid else None,
        report=report.to_json(brief),
    )


def _finish(sound: Sound, brief: Brief, report: Report, progress: Progress) -> Sound:
    """Set the level, then measure loudness, peak and seam."""
    progress(0.8, "setting the level")
    is_loop = brief.kind == "loop"
    if is_mastered(brief):
        sound = mastered_after(sound, brief, report)
    level = measure_level(sound.audio, sound.sample_rate, is_loop)
    gain_db, limited = _gain(level, brief)
    finished, level = sound.linear(lambda x: amplify(x, gain_db)), level.louder(gain_db)
    report.did |= {"gain_db": gain_db, "limited": limited}
    if limited:
        gain = limiting(finished.audio, finished.sample_rate, is_loop=is_loop)
        report.did["limited_db"] = 20 * np.log10(float(gain.min()))
        finished = finished.linear(lambda x: x * gain)
        level = measure_level(finished.audio, finished.sample_rate, is_loop)
    elif gain_db < 0 and _keeps_level(brief):
        report.warnings.append(turned_down(gain_db))
    elif gain_db == 0 and level.true_peak_db > 0:
        report.warnings.append(
            f"its peaks are {told_db(level.true_peak_db)} over full scale, which 32-bit float keeps"
        )
    if brief.do == "fit":
        _refuse(check_result(level.true_peak_db), brief, report)
    report.after |= {
        "lufs": max(SILENCE_DB, level.lufs),
        "true_peak_db": max(SILENCE_DB, level.true_peak_db),
    }
    if is_loop:
        report.after["seam"] = measure_seam(finished.audio).jump
    return finished


def _keeps_level(brief: Brief) -> bool:
    return brief.level == "keep" or (brief.level is None and brief.do == "fit")


def _gain(level: Level, brief: Brief) -> tuple[float, bool]:
    """Decibels of gain, and whether a limiter must hold the peaks after it."""
    if _keeps_level(brief):
        is_float = brief.subtype == "FLOAT"
        return (0.0 if is_float else gain_under_full_scale(level.true_peak_db)), False
    target = float(brief.level) if brief.level is not None else _LEVEL_LUFS.get(brief.kind)
    by_gain = level.gain_to(target)
    if not (brief.kind == "track" or brief.master) or target is None or not np.isfinite(level.lufs):
        return by_gain, False
    wanted = min(target - level.lufs, by_gain + _MOST_LIMITING_DB)
    return wanted, wanted > by_gain
