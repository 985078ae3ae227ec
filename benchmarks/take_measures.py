"""Measures of a loop by the embedded musician: length, tempo, key, level, spectrum, seam, parts."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np

from bridge.music import Key, Meter
from daemon.audio.loudness import loop_lufs, true_peak_db
from daemon.audio.seam import measure_seam
from daemon.brief import Brief
from daemon.engines.contract import Take
from daemon.hearing import hear
from daemon.hearing.key import find_key, hear_tones

#: Targets of a published loop: loudness, and true peak in dB.
LOOP_LUFS = -14.0
CEILING_DB = -1.0
#: Metrical levels at which an independent estimator may find a tempo.
LEVELS = (1.0, 0.5, 2.0, 2 / 3, 1.5, 0.75, 4 / 3)


def measure(take: Take, brief: Brief) -> dict[str, Any]:
    """Measures of a loop's take: what the hearing finds, and figures of its mix.

    Levels in dB, tempo in bpm.
    """
    audio = take.audio
    rate = take.sample_rate
    assert audio is not None
    mono = audio.mean(axis=1)
    heard = hear(mono, rate, None, Meter.parse(brief.meter_name))
    key, key_confidence = find_key(hear_tones(mono, rate))
    lufs = loop_lufs(audio, rate)
    peak_db = true_peak_db(audio)
    gain_db = min(LOOP_LUFS - lufs, CEILING_DB - peak_db)
    return {
        "frames_exact": len(audio) == brief.frames,
        "bpm": heard.bpm,
        "bpm_confidence": heard.confidence,
        "key": key,
        "key_confidence": key_confidence,
        "lufs": lufs,
        "true_peak_db": peak_db,
        "levelled_lufs": lufs + gain_db,
        "levelled_peak_db": peak_db + gain_db,
        "crest_db": 20
        * math.log10(
            float(np.abs(audio).max()) / float(np.sqrt((audio.astype(np.float64) ** 2).mean()))
        ),
        "slope_db": slope_db_per_octave(audio, rate),
        "correlation": float(np.corrcoef(audio.T)[0, 1]),
        "low_side_db": low_side_db(audio, rate),
        "seam": measure_seam(audio).jump,
        "quietest_part_db": min(
            20 * math.log10(float(np.abs(stem).max()) + 1e-9) for stem in take.stems.values()
        ),
        "sum_error": float(np.abs(np.sum(list(take.stems.values()), axis=0) - audio).max()),
    }


def tempo_agrees(found_bpm: float, asked_bpm: float, within: float = 0.03) -> bool:
    """Whether a tempo is the requested one at any metrical level, within a share."""
    return any(abs(found_bpm / (asked_bpm * level) - 1) <= within for level in LEVELS)


def keys_agree(heard: Key | None, said: str | None) -> str:
    """`same`, `relative` (same notes), `near` (six of seven), `other`, `none` without a key."""
    if heard is None or said is None:
        return "none"
    key = Key.parse(said)
    if (heard.tonic, heard.is_minor) == (key.tonic, key.is_minor):
        return "same"
    shared = len(set(heard.scale) & set(key.scale))
    return {7: "relative", 6: "near"}.get(shared, "other")


def slope_db_per_octave(audio: np.ndarray, rate: int) -> float:
    """The straight line through third-octave means of the power spectrum from 100 Hz to 10 kHz."""
    hz = np.fft.rfftfreq(len(audio), 1 / rate)
    power = (np.abs(np.fft.rfft(audio, axis=0)) ** 2).sum(axis=1)
    edges = 100 * 2 ** (np.arange(21) / 3)
    means = [
        10 * np.log10(power[(hz >= low) & (hz < high)].mean() + 1e-20)
        for low, high in pairwise(edges)
    ]
    return float(np.polyfit(np.arange(20) / 3, means, 1)[0])


def low_side_db(audio: np.ndarray, rate: int, below_hz: float = 120.0) -> float:
    """Energy of the side against the middle below a frequency, in dB."""
    low = np.fft.rfftfreq(len(audio), 1 / rate) < below_hz
    middle, side = audio.sum(axis=1) / 2, (audio[:, 0] - audio[:, 1]) / 2
    m, s = (float((np.abs(np.fft.rfft(x)[low]) ** 2).sum()) for x in (middle, side))
    return 10 * math.log10((s + 1e-20) / (m + 1e-20))


def statistics(audio: np.ndarray, rate: int) -> dict[str, float]:
    """Figures in which loops of one genre resemble each other.

    They are onsets a second in three bands, spectral flux, crest in dB, and an entropy in bits. The
    entropy is that of what strikes together and the time to the next strike, over two seconds. The
    loop is circular: a hit on its first sample counts.
    """
    mono = audio.mean(axis=1).astype(np.float64)
    size = rate // 43
    hop = rate // 86
    lead = 4 * size
    mono = np.concatenate([mono[-lead:], mono])
    frames = np.lib.stride_tricks.sliding_window_view(mono, size)[::hop] * np.hanning(size)
    spectrum = np.abs(np.fft.rfft(frames, axis=1))
    hz = np.fft.rfftfreq(size, 1 / rate)
    found: dict[str, float] = {}
    strikes: list[tuple[int, str]] = []
    before = lead // hop
    turn_s = len(audio) / rate
    for name, low, high in (("low", 0, 200), ("mid", 200, 2000), ("high", 2000, 20000)):
        level = np.log1p(40 * spectrum[:, (hz >= low) & (hz < high)].sum(axis=1) / spectrum.max())
        rise = np.maximum(0, np.diff(level))
        peaks = (
            (rise[1:-1] > 0.25 * rise.max()) & (rise[1:-1] >= rise[:-2]) & (rise[1:-1] > rise[2:])
        )
        times = np.flatnonzero(peaks) + 1
        found[f"{name}_onsets_per_s"] = float((times >= before - 2).sum()) / turn_s
        strikes += [(int(time), name) for time in times if time >= before - 2]
    found["repeat_entropy_bits"] = _repeat_entropy(
        strikes, round(2 * rate / hop), round(turn_s * rate / hop)
    )
    found["flux"] = float(
        np.maximum(0, np.diff(spectrum / spectrum.max(), axis=0)).sum(axis=1).mean()
    )
    found["crest_db"] = 20 * math.log10(
        float(np.abs(audio).max()) / float(np.sqrt((audio.astype(np.float64) ** 2).mean()))
    )
    return found


def _repeat_entropy(strikes: list[tuple[int, str]], span: int, turn: int) -> float:
    """Shannon entropy in bits of the strikes over `span` frames of a loop of `turn` frames.

    A symbol is (bands that strike within 4 frames, frames to the next strike in steps of 4). The
    entropy is low where patterns repeat.
    """
    if not strikes:
        return 0.0
    first = min(time for time, _ in strikes)
    rounds = -(-(span + 8) // turn)
    events: list[tuple[int, set[str]]] = []
    for time, band in sorted(
        (time - first + k * turn, band) for k in range(rounds + 1) for time, band in strikes
    ):
        if events and time - events[-1][0] <= 4:
            events[-1][1].add(band)
        else:
            events.append((time, {band}))
    said = [
        ("".join(sorted(bands)), round((after - time) / 4))
        for (time, bands), (after, _) in pairwise(events)
        if time < span
    ]
    shares = np.array(list(Counter(said).values())) / len(said)
    return float(-(shares * np.log2(shares)).sum())
