"""The requested instruments alone, from a take that holds more.

A model that is given "hi-hat solo" likes to play a whole beat. Where the take has stems, those of
the requested parts are the clip. Otherwise a mask separates the sounds by two features.

- Percussive or harmonic: median filters along time and frequency (D. FitzGerald, DAFx 2010).
- Frequency range: each instrument's place in the table below.

Sounds at the same time and frequency stay. The report says so, with the energy removed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from daemon.audio.sound import Sound, mixed

_FFT = 2048
_HOP = 512
#: Length of the median filter along time, for sustained sounds.
_HELD_S = 0.2
#: Width of the median filter along frequency, for struck sounds.
_STRUCK_HZ = 500.0
#: Below this frequency a kick is as narrow as a bass note, so duration decides.
_LOW_HZ = 200.0
#: A low sound is a held note where it lasts longer than half of this.
_LOW_HELD_S = 1.0
#: Octaves over which a band's edge falls off.
_EDGE_OCTAVES = 0.5
#: Share of the energy outside the mask, under which the take is what was requested.
_CLEAN = 0.02
#: Share of the energy inside the mask, under which the take does not hold the instrument.
_ABSENT = 0.001


@dataclass(frozen=True)
class _Place:
    """Where an instrument lies: struck, held or either (None), between two frequencies."""

    struck: bool | None
    low_hz: float = 0.0
    high_hz: float = 96000.0


_ANY = _Place(None)
_STRUCK = _Place(True)
_HELD = _Place(False)
_PLACES: dict[str, _Place] = {
    "drums": _STRUCK,
    "kick": _Place(True, 0, 180),
    "snare": _Place(True, 150, 12000),
    "clap": _Place(True, 600, 12000),
    "snap": _Place(True, 900, 12000),
    "rim": _Place(True, 400, 9000),
    "tom": _Place(True, 60, 1500),
    "hats": _Place(True, 5500),
    "shaker": _Place(True, 4500),
    "tambourine": _Place(True, 4500),
    "cymbal": _Place(None, 3000),
    "cowbell": _Place(None, 450, 6000),
    "conga": _Place(True, 120, 3000),
    "bongo": _Place(True, 200, 4000),
    "tabla": _Place(True, 60, 4000),
    "clave": _Place(True, 1500, 8000),
    "woodblock": _Place(True, 500, 6000),
    "percussion": _Place(True, 120),
    "808": _Place(None, 0, 250),
    "bass": _Place(False, 0, 400),
    "sub bass": _Place(False, 0, 150),
    "808 bassline": _Place(None, 0, 250),
    "vinyl crackle": _ANY,
    "noise": _ANY,
    "rain": _ANY,
    "foley": _ANY,
    "fx": _ANY,
    "pluck": _ANY,
    "marimba": _ANY,
    "bells": _ANY,
    "log drum": _Place(None, 0, 1200),
}


def place_of(instrument: str) -> _Place:
    """Where an instrument of the vocabulary lies; one that is not in the table is held."""
    return _PLACES.get(instrument, _Place(False, 0, 500) if "bass" in instrument else _HELD)


def alone(sound: Sound, instruments: tuple[str, ...], parts: tuple[str, ...]) -> tuple[Sound, str]:
    """The requested instruments alone, and a sentence for the report.

    The sentence is empty where nothing else plays. The length stays, and a loop stays a loop.

    parts: the parts (`drums`, `bass`...) of the instruments
    """
    names = " and ".join(instruments)
    kept = {
        name: stem for name, stem in sound.stems.items() if name in parts or name in instruments
    }
    if kept:
        if len(kept) == len(sound.stems):
            return sound, ""
        mix = np.add.reduce(np.stack(list(kept.values())), axis=0)
        return Sound(
            mix, sound.sample_rate, kept
        ), f"{names} alone was asked: the stems {', '.join(kept)} were taken"
    gated, share = _gated(sound, [place_of(name) for name in instruments])
    if share > 1 - _CLEAN:
        return sound, ""
    if share < _ABSENT:
        return (
            sound,
            f"{names} alone was asked, and the take holds next to none of it: it is left whole",
        )
    took_db = 10 * np.log10(1 - share)
    text = (
        f"{names} alone was asked and more plays: what lies elsewhere"
        f" ({took_db:.1f} dB of the whole) was gated out"
    )
    return Sound(
        gated, sound.sample_rate
    ), f"{text}; what sounds at the same place and time is still there"


def _gated(sound: Sound, places: list[_Place]) -> tuple[np.ndarray, float]:
    """The take through the masks of these places, and the mask's share of its energy."""
    rate, frames = sound.sample_rate, sound.frames
    # Wrapped around like a loop, so that the mask has context before the first beat.
    around = (
        np.concatenate([sound.audio[-_FFT:], sound.audio, sound.audio[:_FFT]])
        if frames >= _FFT
        else sound.audio
    )
    height = np.abs(_spectra(mixed(around)))
    struck = _struck(height, rate)
    how = {True: struck, False: 1 - struck, None: np.ones_like(struck)}
    mask = np.maximum.reduce(
        [how[place.struck] * _band(place, height.shape[1], rate) for place in places]
    )
    begin = _FFT if frames >= _FFT else 0
    channels = [
        _sounding(_spectra(around[:, c]) * mask, len(around))[begin : begin + frames]
        for c in range(around.shape[1])
    ]
    gated = np.stack(channels, axis=1).astype(np.float32)
    whole = float(np.sum(np.square(sound.audio, dtype=np.float64)))
    return gated, float(np.sum(np.square(gated, dtype=np.float64))) / whole if whole else 0.0


def _struck(height: np.ndarray, rate: int) -> np.ndarray:
    """0..1 per time and frequency: struck (wide and short) rather than held (narrow and long)."""
    held = median_filter(height, (_odd(_HELD_S * rate / _HOP), 1), mode="wrap") ** 2
    wide = median_filter(height, (1, _odd(_STRUCK_HZ * _FFT / rate)), mode="nearest") ** 2
    share: np.ndarray = wide / (wide + held + 1e-20)
    # A kick is as narrow as a bass note at low frequencies, but it does not last.
    low = round(_LOW_HZ * _FFT / rate)
    lasting = median_filter(height[:, :low], (_odd(_LOW_HELD_S * rate / _HOP), 1), mode="wrap")
    share[:, :low] = 1 - np.minimum(1.0, lasting / (height[:, :low] + 1e-10)) ** 2
    return share


def _odd(length: float) -> int:
    return max(3, round(length)) | 1


def _band(place: _Place, bins: int, rate: int) -> np.ndarray:
    """Gain over frequency: 1 inside, falling to 0 within half an octave outside."""
    hz = np.maximum(np.arange(bins) * rate / _FFT, 1.0)
    rise = np.log2(hz / place.low_hz) / _EDGE_OCTAVES + 1 if place.low_hz else np.ones(bins)
    fall = np.log2(place.high_hz / hz) / _EDGE_OCTAVES + 1
    return np.clip(np.minimum(rise, fall), 0.0, 1.0)


def _spectra(x: np.ndarray) -> np.ndarray:
    """Complex (times, bins), a Hann window every hop, with the ends padded."""
    padded = np.pad(x, (_FFT, _FFT + _HOP))
    times = (len(padded) - _FFT) // _HOP
    at = np.arange(_FFT)[None, :] + _HOP * np.arange(times)[:, None]
    return np.fft.rfft(padded[at] * np.hanning(_FFT + 1)[:-1], axis=1)


def _sounding(spectra: np.ndarray, frames: int) -> np.ndarray:
    """The inverse of `_spectra` by overlap and add: (frames,)."""
    window = np.hanning(_FFT + 1)[:-1]
    pieces = np.fft.irfft(spectra, _FFT, axis=1) * window
    out = np.zeros(_HOP * len(pieces) + _FFT)
    for n, piece in enumerate(pieces):
        out[n * _HOP : n * _HOP + _FFT] += piece
    # Four squared Hann windows overlap at each sample: their sum is 1.5.

    return out[_FFT : _FFT + frames] / 1.5
