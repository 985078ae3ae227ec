"""Analysis of a recording to accompany: its bars, a chord for each, and its onsets in the bar."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import scipy.fft

from bridge.music import Key, Meter
from daemon.audio.files import read_audio
from daemon.audio.filters import fast_length
from daemon.audio.resample import resample
from daemon.audio.sound import mixed
from daemon.brief import Brief
from daemon.correction import Correction
from daemon.errors import EngineError
from daemon.hearing import Heard, hear
from daemon.hearing.key import Tones, find_key, hear_tones

#: Window of the chord spectra in samples at 11,025 Hz: bins 2.7 Hz apart part neighbouring notes.
_WINDOW = 4096
#: Hop of the chord spectra: a quarter of the window.
_HOP = 1024
#: Lowest frequency counted for chords: below lies rumble.
_LOWEST_HZ = 60.0
#: Highest frequency counted for chords: above lie mostly overtones.
_HIGHEST_HZ = 2000.0
#: Below this a peak counts one and a half times: the bass usually plays the root.
_BASS_HZ = 250.0
#: Below this nothing counts for tonality: a kick drum has a pitch as well.
_KICK_HZ = 130.0
#: Chord suffix -> semitones above the root, for chords that are recognised.
_QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
}
#: Chord roots by pitch class.
_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
#: Slowest tempo (bpm) considered for a recording cut to whole bars.
_SLOWEST = 64.0
#: Fastest tempo (bpm) considered for it.
_FASTEST = 180.0
#: The likeliest tempo (bpm); it decides where no pulse is found.
_USUAL = 110.0
#: Relative deviation within which two tempos count as equal.
_NEAR = 0.02
#: Ratios by which beat tracking mistakes a tempo: octaves, and counting in three.
_COUNTINGS = (1.0, 0.5, 2.0, 3 / 4, 4 / 3, 2 / 3, 3 / 2)
#: Penalty (share of the chroma) of a chord with a note outside the key. Chosen by hand.
_OUT_OF_KEY = 0.12
#: Half the penalty of a fourth chord note, without which a triad would read as a seventh chord.
#: Chosen by hand.
_SEVENTH = 0.04


@dataclass(frozen=True)
class Reference:
    """A recording's tempo, meter, key, bars, chords and onsets.

    `chords` has one chord a bar. `low` and `high` (steps,) are the onset strengths 0-1 of the bar's
    sixteenths below and above 200 Hz. `tonal`: it has chords; `beating`: it has a beat.
    """

    bpm: float
    meter: Meter
    key: Key | None
    bars: int
    chords: list[str]
    low: np.ndarray
    high: np.ndarray
    tonal: bool
    beating: bool


def listen(brief: Brief) -> Reference:
    """Analyse the brief's reference. EngineError without one, or if it holds less than a bar."""
    if not brief.reference:
        raise EngineError(
            "use: accompany needs a reference; name an audio file or a clip to play along with"
        )
    audio, rate = read_audio(brief.reference, brief.reference_start, brief.reference_end)
    meter = brief.meter
    mono = mixed(audio)
    word = Correction.from_json(brief.corrected)
    own = word.bpm
    if own is None and not brief.bpm:
        own = _tempo_of_whole_bars(mono, rate, meter)
    heard = hear(mono, rate, word.bpm or brief.bpm or own, meter)
    bpm = float(
        brief.bpm or (own if own and abs(heard.bpm / own - 1) < _NEAR else round(heard.bpm, 3))
    )
    tones = _tones(mono, rate)
    found, _ = find_key(tones)
    times = _bars_s(len(mono) / rate, meter, heard, brief.bpm)
    if len(times) < 2:
        raise EngineError(
            f"{brief.reference} holds less than a bar at {bpm:g} bpm: give a longer one, or its bpm"
        )
    key = brief.key or (Key.parse(word.key) if word.key else found)
    count = len(times) - 1
    chords = _chords(mono, rate, times, key) if tones.is_tonal else []
    low, high = _strikes(mono, rate, times, meter.sixteenths_per_bar)
    return Reference(bpm, meter, key, count, chords, low, high, tones.is_tonal, heard.periodic)


def key_of(mono: np.ndarray, rate: int) -> Key | None:
    """The key in which float32 (frames,) is accompanied; None where none is heard."""
    return find_key(_tones(mono, rate))[0]


def _tones(mono: np.ndarray, rate: int) -> Tones:
    """A kick drum has a pitch too: tonality is judged from the spectrum above it."""
    return hear_tones(_above(mono, rate, _KICK_HZ), rate)


def _bars_s(seconds: float, meter: Meter, heard: Heard, asked_bpm: float | None) -> np.ndarray:
    """s where bars begin and the last one ends: by the length where it is whole bars, at the tempo
    that is heard or else at the one that is asked; where bars are heard otherwise."""
    for bpm in (heard.bpm, asked_bpm):
        bar_s = meter.quarters_per_bar * 60 / bpm if bpm else np.inf
        bars = round(seconds / bar_s)
        if bars >= 1 and abs(seconds - bars * bar_s) < 0.02 * bar_s:
            return np.arange(bars + 1) * bar_s
    if heard.periodic:
        return heard.downbeats_s
    bar_s = meter.quarters_per_bar * 60 / heard.bpm
    return np.arange(round(seconds / bar_s) + 1) * bar_s


def _tempo_of_whole_bars(mono: np.ndarray, rate: int, meter: Meter) -> float | None:
    """The tempo (bpm) at which a short recording is 1, 2, 4, 8 or 16 whole bars.

    The length of a break cut to whole bars gives its tempo up to octaves; beat tracking chooses the
    octave. None where no such tempo lies in range and no pulse is found.
    """
    seconds = len(mono) / rate
    heard = hear(mono, rate, None, meter)
    fits = [60 * meter.quarters_per_bar * count / seconds for count in (1, 2, 4, 8, 16)]
    fits = [bpm for bpm in fits if _SLOWEST <= bpm <= _FASTEST]
    if not fits:
        return heard.bpm if heard.periodic else None
    if heard.periodic:
        # beat tracking often miscounts a single bar in three, so related tempos are tried too
        near = [
            bpm for ratio in _COUNTINGS for bpm in fits if abs(bpm / heard.bpm / ratio - 1) < _NEAR
        ]
        return round(near[0], 3) if near else heard.bpm
    usual = min(fits, key=lambda bpm: abs(math.log2(bpm / _USUAL)))
    return round(usual, 3)


def _above(mono: np.ndarray, rate: int, hz: float) -> np.ndarray:
    """The signal (frames,) with everything below a frequency removed, by a brick-wall filter."""
    size = fast_length(len(mono))
    spectrum = scipy.fft.rfft(mono, size)
    spectrum[: round(hz * size / rate)] = 0
    return scipy.fft.irfft(spectrum, size)[: len(mono)]


def _chroma(piece: np.ndarray, rate: int) -> np.ndarray:
    """Chroma: strength of the twelve pitch classes, the bass weighted up; (12,) summing to 1."""
    if len(piece) < _WINDOW:
        piece = np.pad(piece, (0, _WINDOW - len(piece)))
    frames = np.lib.stride_tricks.sliding_window_view(piece, _WINDOW)[::_HOP] * np.hanning(
        _WINDOW
    ).astype(np.float32)
    strength = np.abs(scipy.fft.rfft(frames, axis=1)).mean(axis=0)
    hz = np.fft.rfftfreq(_WINDOW, 1 / rate)
    strength = _without_overtones(strength)
    peak = np.zeros(len(strength), bool)
    peak[1:-1] = (strength[1:-1] > strength[:-2]) & (strength[1:-1] >= strength[2:])
    use = peak & (hz > _LOWEST_HZ) & (hz < _HIGHEST_HZ)
    classes = np.round(69 + 12 * np.log2(hz[use] / 440)).astype(int) % 12
    weight = strength[use] ** 0.7 * np.where(hz[use] < _BASS_HZ, 1.5, 1.0)
    chroma = np.bincount(classes, weight, 12)
    return chroma / max(float(chroma.sum()), 1e-9)


def _without_overtones(strength: np.ndarray) -> np.ndarray:
    """A magnitude spectrum minus estimated 2nd, 3rd and 5th partials of its lower tones.

    The third partial of an A, for example, is an E.
    """
    left = strength.copy()
    for partial, part in ((2, 0.5), (3, 0.6), (5, 0.3)):
        at = np.arange(0, len(strength), partial)
        lower = strength[: len(at)]
        for near in (-1, 0, 1):
            index = np.clip(at + near, 0, len(strength) - 1)
            np.subtract.at(left, index, part * lower)
    return np.maximum(left, 0)


def _chords(mono: np.ndarray, rate: int, times: np.ndarray, key: Key | None) -> list[str]:
    names = []
    small = resample(mono[:, None], rate, 11025)[:, 0]
    for start, end in itertools.pairwise(times):
        chroma = _chroma(small[round(max(start, 0) * 11025) : round(end * 11025)], 11025)
        names.append(name_chord(chroma, key))
    return names


def name_chord(chroma: np.ndarray, key: Key | None) -> str:
    """The chord symbol that fits a chroma (12,) best; chords within the key are preferred."""
    best, most = "C", -np.inf
    for root in range(12):
        for suffix, steps in _QUALITIES.items():
            classes = [(root + step) % 12 for step in steps]
            inside = float(chroma[classes].sum())
            fit = (
                inside
                - (1 - inside) * 0.5
                + 0.25 * float(chroma[root])
                - _SEVENTH * (len(steps) - 3) * 2
            )
            if key is not None and any(pc not in key.scale for pc in classes):
                fit -= _OUT_OF_KEY
            if fit > most:
                best, most = _NAMES[root] + suffix, fit
    return best


def _strikes(
    mono: np.ndarray, rate: int, times: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Onset strength of each sixteenth (steps,), below and above 200 Hz, averaged over the bars.

    The strongest is 1.
    """
    hop = rate // 200
    size = rate // 50
    if len(mono) < 2 * size:
        return np.zeros(steps), np.zeros(steps)
    frames = np.lib.stride_tricks.sliding_window_view(mono, size)[::hop] * np.hanning(size).astype(
        np.float32
    )
    power = np.abs(scipy.fft.rfft(frames, axis=1)) ** 2
    split = max(2, round(200 * size / rate))
    found = []
    for band in (power[:, :split], power[:, split:]):
        level = np.log1p(1000 * band.sum(axis=1) / max(float(band.sum(axis=1).max()), 1e-12))
        rise = np.maximum(0, np.diff(level, prepend=level[-1]))
        profile = np.zeros(steps)
        for start, end in itertools.pairwise(times):
            at = (start + (end - start) * np.arange(steps) / steps) * rate / hop
            for step, place in enumerate(at.astype(int)):
                near = rise[max(0, place - 6) : place + 7]
                profile[step] += float(near.max()) if len(near) else 0.0
        found.append(profile / max(float(profile.max()), 1e-9))
    return found[0], found[1]
