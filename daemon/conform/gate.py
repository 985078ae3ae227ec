"""What is refused: takes from which no good clip can come, each with a reason that a worker can act on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SILENT_DB = -60.0
#: Share of frames inside runs at full scale from which a take counts as clipped.
_CLIPPED_SHARE = 0.01
_CLIPPED_RUN = 4
#: dB under the level of its take from which a run of bars counts as empty.
_EMPTY_DB = 30.0
#: What is refused even where the best answer is to be written: there is nothing that it could be made of.
HOPELESS = ("silent", "too_short")
MIN_STRETCH, MAX_STRETCH = 0.8, 1.25


@dataclass(frozen=True)
class Refusal:
    """Why a take is refused: a stable word, and a line for people."""

    code: str
    text: str


def check_audio(audio: np.ndarray, sample_rate: int, beat_s: float | None) -> list[Refusal]:
    """What speaks against float32 (frames, channels) before it is heard; `beat_s`: length of a beat, where one is asked."""
    found = []
    peak = float(np.abs(audio).max()) if len(audio) else 0.0
    if peak < 10 ** (SILENT_DB / 20):
        found.append(Refusal("silent", "the take is silent: its peak lies under -60 dBFS"))
    elif clipped_share(audio) > _CLIPPED_SHARE:
        found.append(
            Refusal(
                "clipped",
                f"the take is clipped: {clipped_share(audio):.1%} of it stands at full scale",
            )
        )
    length_s = len(audio) / sample_rate
    if beat_s is not None and length_s < beat_s:
        found.append(
            Refusal(
                "too_short",
                f"the take is shorter than a beat: {length_s:.2f} s, a beat lasts {beat_s:.2f} s",
            )
        )
    return found


def check_stretch(ratio: float, asked_bpm: float, found_bpm: float) -> list[Refusal]:
    """Refused where the take would have to be played at less than 0.8 or more than 1.25 of its length."""
    if MIN_STRETCH <= ratio <= MAX_STRETCH:
        return []
    said = f"the take is far off the tempo: {found_bpm:.1f} BPM found, {asked_bpm:g} asked (a stretch of {ratio:.2f})"
    return [Refusal("off_tempo", said)]


def check_cut(audio: np.ndarray, usual_db: float) -> list[Refusal]:
    """What speaks against the bars that were chosen, float32 (frames, channels); `usual_db`: the level (RMS) of their take."""
    level_db = rms_db(audio)
    if level_db < max(SILENT_DB, usual_db - _EMPTY_DB):
        return [
            Refusal(
                "empty",
                f"the bars that were chosen are all but silent: {level_db:.0f} dB, the take {usual_db:.0f} dB",
            )
        ]
    if clipped_share(audio) > _CLIPPED_SHARE:
        return [
            Refusal(
                "clipped",
                f"the take is clipped: {clipped_share(audio):.1%} of the bars chosen stands at full scale",
            )
        ]
    return []


def rms_db(audio: np.ndarray) -> float:
    """Level of (frames, channels) in dB below full scale."""
    power = float(np.mean(np.square(audio, dtype=np.float64))) if len(audio) else 0.0
    return float(10 * np.log10(power + 1e-20))


def clipped_share(audio: np.ndarray) -> float:
    """Share of samples in runs of at least 4 that stand at the take's own peak, where that is near or above full scale."""
    peak = float(np.abs(audio).max()) if len(audio) else 0.0
    if peak < 0.98:
        return 0.0
    flat = np.abs(audio) >= max(0.9995, peak * 0.9995)
    most = 0.0
    for channel in flat.T:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], channel.astype(np.int8), [0]])))
        runs = edges[1::2] - edges[::2]
        most = max(most, float(runs[runs >= _CLIPPED_RUN].sum()) / len(channel))
    return most
