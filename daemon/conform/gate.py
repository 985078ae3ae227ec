"""The quality gate: takes that give no good clip, each refused with a reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.audio.offset import offset_told, swing_of, too_soft
from daemon.audio.peak import sample_peak

#: Peak under which a take is silent.
SILENT_DB = -60.0
#: Share of samples inside runs at full scale, from which a take counts as clipped.
_CLIPPED_SHARE = 0.01
#: Samples in a row at full scale that count as clipped.
_CLIPPED_RUN = 4
#: dB under the level of its take, at which a run of bars counts as empty.
_EMPTY_DB = 30.0
#: Refused even where the best answer is wanted: nothing can be made of such a take.
HOPELESS = ("silent", "too_short", "no_tempo")
#: Share of a beat that counts as one: an export may lack a few frames.
_ALMOST = 0.99
#: Ratios of length between which a stretch stays good.
MIN_STRETCH = 0.8
MAX_STRETCH = 1.25


@dataclass(frozen=True)
class Refusal:
    """Why a take is refused: a stable code, and a line for people."""

    code: str
    text: str


def check_audio(audio: np.ndarray, sample_rate: int, beat_s: float | None) -> list[Refusal]:
    """Refusals of float32 (frames, channels) before any analysis.

    `beat_s`: length of a beat, where a tempo is requested.
    """
    found = []
    swing = swing_of(audio)
    if swing < 10 ** (SILENT_DB / 20):
        told = offset_told(audio)
        why = f"all of it is a DC offset of {told:.1%}" if told else "it holds no sound at all"
        if swing and not told:
            why = too_soft(swing, 10 ** (SILENT_DB / 20))
        found.append(Refusal("silent", f"the take is silent: {why}"))
    elif clipped_share(audio) > _CLIPPED_SHARE:
        found.append(
            Refusal(
                "clipped",
                f"the take is clipped: {clipped_share(audio):.1%} of it stands at full scale",
            )
        )
    if beat_s is not None:
        found += check_length(len(audio) / sample_rate, beat_s)
    return found


def check_length(length_s: float, beat_s: float) -> list[Refusal]:
    """Refused where a take is shorter than a beat: no loop can be made of it."""
    if length_s >= beat_s * _ALMOST:
        return []
    text = f"the take is shorter than a beat: {length_s:.2f} s, a beat lasts {beat_s:.2f} s"
    return [Refusal("too_short", text)]


def check_result(true_peak_db: float) -> list[Refusal]:
    """Refused where nothing can be heard of what was made of a take."""
    if true_peak_db > SILENT_DB:
        return []
    return [Refusal("silent", "nothing sounds in the clip that was made: its peak is under -60 dB")]


def check_beat(is_periodic: bool, reason: str, asked_bpm: float | None) -> list[Refusal]:
    """Refused where no beat was found; `reason` says why not.

    Without a tempo that was asked there is none at all then, and no grid to put the take on.
    """
    if is_periodic:
        return []
    text = f"no beat was found in the take ({reason or 'nothing repeats'})"
    if asked_bpm is not None:
        return [Refusal("beatless", text)]
    mend = "say its tempo (bpm: 120), or keep it as one sound (kind: oneshot) or effect (kind: sfx)"
    return [Refusal("no_tempo", f"{text}, and no tempo is asked: {mend}")]


def check_stretch(ratio: float, asked_bpm: float, found_bpm: float) -> list[Refusal]:
    """Refused where the take would be played at less than 0.8 or more than 1.25 of its length."""
    if MIN_STRETCH <= ratio <= MAX_STRETCH:
        return []
    text = (
        f"the take is far off the tempo: {found_bpm:.1f} BPM found, {asked_bpm:g} asked"
        f" (a stretch of {ratio:.2f})"
    )
    return [Refusal("off_tempo", text)]


def check_cut(audio: np.ndarray, usual_db: float) -> list[Refusal]:
    """Refusals of the chosen bars, float32 (frames, channels).

    `usual_db`: the level (RMS) of their take.
    """
    level_db = rms_db(audio)
    if level_db < max(SILENT_DB, usual_db - _EMPTY_DB):
        return [
            Refusal(
                "empty",
                f"the bars that were chosen are all but silent: {level_db:.0f} dB,"
                f" the take {usual_db:.0f} dB",
            )
        ]
    if clipped_share(audio) > _CLIPPED_SHARE:
        return [
            Refusal(
                "clipped",
                f"the take is clipped: {clipped_share(audio):.1%} of the bars chosen stands at"
                " full scale",
            )
        ]
    return []


def rms_db(audio: np.ndarray) -> float:
    """Level of (frames, channels) in dB below full scale."""
    power = float(np.mean(np.square(audio, dtype=np.float64))) if len(audio) else 0.0
    return float(10 * np.log10(power + 1e-20))


def clipped_share(audio: np.ndarray) -> float:
    """Share of samples in runs of at least 4 at the take's own peak.

    0 where that peak is not near full scale.
    """
    peak = sample_peak(audio)
    if peak < 0.98:
        return 0.0
    full = max(0.9995, peak * 0.9995)
    most = 0.0
    for channel in audio.T:
        # as bools all along: numbers would fill the memory of a long take several times
        flat = (channel >= full) | (channel <= -full)
        inner = np.flatnonzero(flat[1:] != flat[:-1]) + 1
        first, last = [0] * int(flat[0]), [len(flat)] * int(flat[-1])
        edges = np.concatenate([first, inner, last]).astype(int)
        runs = edges[1::2] - edges[::2]
        most = max(most, float(runs[runs >= _CLIPPED_RUN].sum()) / len(channel))
    return most
