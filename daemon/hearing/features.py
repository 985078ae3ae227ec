"""Sound features of a clip, packed into a few bytes: what `similar` compares.

They are measured once, by the worker that makes the clip; otherwise later, by `measure_files`. They
hold the shape of the spectrum and its movement, and how noisy, dense, percussive, wide and long the
clip is. Key, tempo and level are left out: users change those at will.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import scipy.fft

from daemon.audio.files import read_audio
from daemon.audio.sound import mixed
from daemon.errors import AudioError

# Stored features are compared with new ones: after a change here all clips must be measured anew.

#: Samples of an analysis window: about 45 ms.
_WINDOW = 2048
#: Samples between windows: they overlap by half.
_HOP = 1024
#: Bands of the spectrum, evenly spaced by pitch: about 2.5 to an octave.
_BANDS = 20
#: Hz; lower edge of the bands.
_LOW_HZ = 50.0
#: Hz; upper edge of the bands.
_HIGH_HZ = 14000.0
#: Seconds measured at most: the middle stands for a longer clip.
_MOST_S = 60.0
#: dB below the loudest frame under which a frame is left out: tails and rests have no timbre.
_AUDIBLE_DB = 40.0
#: dB below the loudest band at which a band's level is clipped: deeper is silence.
_DEEPEST_DB = 60.0
#: Cosine coefficients kept of the spectrum's shape: its broad outline, without single partials.
_COEFFICIENTS = 10
#: Steps of a byte per dB of the spectrum's shape.
_SHAPE_STEPS = 1.5
#: Steps of a byte per dB of the spectrum's movement, which is smaller.
_MOVE_STEPS = 5.0


def features(audio: np.ndarray, sample_rate: int) -> str:
    """Base64 of the 21 feature bytes of `audio`, float32 (frames, channels); empty for silence.

    Only the middle `_MOST_S` of a long clip are measured.
    """
    most = round(_MOST_S * sample_rate)
    if len(audio) > most:
        start = (len(audio) - most) // 2
        audio = audio[start : start + most]
    mono = mixed(audio)
    if not len(mono) or float(np.abs(mono).max()) < 1e-5:
        return ""
    return base64.b64encode(bytes(_measured(audio, mono, sample_rate))).decode("ascii")


def measure_files(task: dict[str, Any], tell: Any) -> dict[str, Any]:
    """Measure files, as a child's task: {paths: {clip: path}} -> {features: {clip: base64}}.

    The base64 is empty where the file is silent or cannot be read as audio.
    """
    found = {}
    for number, (clip, path) in enumerate(task["paths"].items()):
        tell(number / len(task["paths"]), "measuring", clip)
        try:
            audio, rate = read_audio(path)
            found[clip] = features(audio, rate)
        except AudioError:
            found[clip] = ""
    return {"features": found}


def _measured(audio: np.ndarray, mono: np.ndarray, sample_rate: int) -> list[int]:
    power = _powers(mono)
    bands_db = _bands_db(power, sample_rate)
    frame_db = 10 * np.log10(power.sum(axis=1) + 1e-12)
    audible = frame_db > frame_db.max() - _AUDIBLE_DB
    profile = bands_db[audible].mean(axis=0)
    shape = scipy.fft.dct(profile - profile.mean(), norm="ortho")[1 : _COEFFICIENTS + 1]
    moves = bands_db[audible].std(axis=0).reshape(5, -1).mean(axis=1)
    bins = power[audible] + 1e-12
    flatness_db = float(
        (10 * np.log10(bins).mean(axis=1) - 10 * np.log10(bins.mean(axis=1))).mean()
    )
    hz = np.fft.rfftfreq(_WINDOW, 1 / sample_rate)
    centroid = float(np.log2(max((bins * hz).sum() / bins.sum(), _LOW_HZ) / _LOW_HZ))
    rises = np.maximum(0, np.diff(bands_db, axis=0)).mean(axis=1)
    onsets = 1
    if len(rises) > 2:
        inner = rises[1:-1]
        onsets = int(((inner > 4) & (inner >= rises[:-2]) & (inner > rises[2:])).sum())
    seconds = len(mono) / sample_rate
    rms = float(np.sqrt((mono.astype(np.float64) ** 2).mean()))
    crest_db = 20 * np.log10(float(np.abs(mono).max()) / max(rms, 1e-9))
    energy = np.cumsum(power.sum(axis=1))
    lasting_s = float(np.searchsorted(energy, 0.95 * energy[-1]) + 1) * _HOP / sample_rate
    side = (audio[:, 0] - audio[:, -1]) / 2
    width = float(np.sqrt((side.astype(np.float64) ** 2).mean()) / max(rms, 1e-9))
    plain = [
        128 + shape * _SHAPE_STEPS,
        moves * _MOVE_STEPS,
        [
            -flatness_db * 4,
            centroid * 16,
            min(onsets / seconds, 16) * 6,
            crest_db * 4,
            40 * np.log2(1 + 4 * lasting_s),
            width * 60,
        ],
    ]
    return [int(np.clip(round(float(value)), 0, 255)) for part in plain for value in part]


def _powers(mono: np.ndarray) -> np.ndarray:
    """Power spectra (frames, bins) of Hann windows; a sound shorter than one is padded."""
    padded = np.pad(mono, (0, max(0, _WINDOW - len(mono))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    spectra = scipy.fft.rfft(frames * np.hanning(_WINDOW).astype(np.float32), axis=1)
    powers: np.ndarray = spectra.real**2 + spectra.imag**2
    return powers


def _bands_db(power: np.ndarray, sample_rate: int) -> np.ndarray:
    """Levels (frames, 20) in dB of bands evenly spaced by pitch, clipped at `_DEEPEST_DB`."""
    edges = _LOW_HZ * (_HIGH_HZ / _LOW_HZ) ** (np.arange(_BANDS + 1) / _BANDS)
    at = np.clip(np.round(edges * _WINDOW / sample_rate).astype(int), 1, power.shape[1] - 1)
    total = np.concatenate(
        [np.zeros((len(power), 1)), np.cumsum(power, axis=1, dtype=np.float64)], axis=1
    )
    mean = (total[:, np.maximum(at[1:], at[:-1] + 1)] - total[:, at[:-1]]) / np.maximum(
        1, at[1:] - at[:-1]
    )
    level = 10 * np.log10(mean + 1e-12)
    return np.maximum(level, level.max() - _DEEPEST_DB)
