"""Stretching and pitch-shifting along a stretch map: one contract, and the choice of a library."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import soxr

from daemon.audio.resample import fit_length
from daemon.audio.stretch_map import StretchMap
from daemon.errors import ConformError

#: Largest deviation of speed that resampling covers: 5 cents of a tone are unheard.
_RESAMPLE_DEVIATION = 0.003
#: The same for drums: 51 cents of a drum are unheard, and every attack stays sharp.
_RESAMPLE_DRUMS_DEVIATION = 0.03
#: Pitch shift under which none is made.
_RESAMPLE_CENTS = 5.0
#: Frames of input after which Rubber Band's ratio is set anew.
_BLOCK = 256
#: Frames over which an error of position is corrected: slowly, so that the ratio hardly wavers.
_PAYBACK = 16384.0
#: Latency of Rubber Band's resampler, which its start delay leaves out (measured on noise bursts).
_SHIFTER_DELAY = 45
#: Reach of libsoxr's filters in frames.
_SOXR_EDGE = 1024
#: Bounds of Rubber Band's momentary ratio.
_LEAST_RATIO = 0.25
_MOST_RATIO = 4.0
#: Taps of the sinc interpolation.
_TAPS = 32
#: Positions between two frames for which the sinc is tabulated.
_PHASES = 1024
#: Beta of the sinc's Kaiser window.
_KAISER_BETA = 8.0
#: Cutoff of the sinc as a share of the Nyquist frequency: room for the transition band.
_CUTOFF = 0.97
#: Frames interpolated at once: bounds the memory.
_RESAMPLE_CHUNK = 65536
#: Frames on either side of the passage, so that the program's edges lie outside it.
_PROGRAM_MARGIN = 4096
#: Signalsmith's own default block.
_BLOCK_S = 0.12
#: A short block keeps a drum's attack (measured in test_stretchers.py).
_DRUMS_BLOCK_S = 0.04
#: Blocks that overlap at any moment.
_OVERLAP = 4
#: Seed of Signalsmith's random phases, so that a take gives the same clip again.
#: It uses them beyond twice the length alone.
_SEED = 0
#: Bend under which a map is a straight line: over ten minutes it is a hundredth of a frame.
_STRAIGHT = 1e-9

#: The name for the best stretcher that is ready.
AUTO = "auto"


@dataclass(frozen=True)
class Stretch:
    """An order to a stretcher."""

    map: StretchMap
    semitones: float = 0.0
    formants: bool = False
    """Keep the spectral envelope where it is while the pitch moves."""
    drums: bool = False
    """Nothing in the audio has a pitch to keep."""
    preview: bool = False
    """Shorter windows: half the work, softer attacks."""
    by: str = AUTO
    """The name of a stretcher, or AUTO for the best that is ready."""


_Plain = Callable[[np.ndarray, int, Stretch], np.ndarray]


class Stretcher(Protocol):
    """One library or program that stretches.

    `stretch` takes float32 (frames, channels) with one or two channels, and a rate in Hz. It
    returns exactly `map.frames` frames, with each source position where the map puts it.
    """

    name: str
    """Its name in `audio.stretcher` of the config and in `method` of a clip's report."""
    package: str
    """The distribution that installs it."""
    keeps_formants: bool

    def ready(self) -> bool:
        """Whether it is installed."""

    def stretch(self, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray: ...

    def off_pitch_cents(self, wanted: Stretch) -> float:
        """Largest pitch error in cents, where the pitch must be kept."""


def warp(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    """`audio` along the map, by the gentlest stretcher that serves. ConformError where none can."""
    return stretcher_for(wanted).stretch(audio, sample_rate, wanted)


def stretcher_for(wanted: Stretch) -> Stretcher:
    """The best stretcher here, or the named one. ConformError where it cannot do the order."""
    most = _RESAMPLE_DRUMS_DEVIATION if wanted.drums else _RESAMPLE_DEVIATION
    if wanted.map.widest_deviation <= most and abs(100 * wanted.semitones) <= _RESAMPLE_CENTS:
        return Resampler()
    named = [one for one in STRETCHERS if wanted.by in (AUTO, one.name)]
    if not named:
        names = ", ".join([AUTO, *(one.name for one in STRETCHERS)])
        raise ConformError(f"audio.stretcher is {wanted.by!r}; it can be {names}", "no_stretcher")
    ready = [one for one in named if one.ready()]
    if not ready:
        raise ConformError(_missing(wanted.by, named[0].package), "no_stretcher")
    able = [
        one for one in ready if one.keeps_formants or not (wanted.formants and wanted.semitones)
    ]
    if not able:
        text = f"{ready[0].package} cannot keep formants while the pitch moves"
        raise ConformError(
            f"{text}; install pylibrb (GPL), or ask without formants", "no_stretcher"
        )
    return able[0]


def _missing(name: str, package: str) -> str:
    if name == AUTO:
        return (
            "nothing here can stretch audio: install pylibrb, the rubberband program, or"
            " python-stretch (sidecrate[stretch-mit])"
        )
    return (
        f"audio.stretcher is {name}, and {package} is not ready here; `sidecrate doctor` says what"
        f" is, or set it to {AUTO}"
    )


def stretch_report(stretcher: Stretcher, wanted: Stretch) -> dict[str, Any]:
    """The clip report's entries about a stretch.

    {method, stretched_by: package and version, off_pitch_cents where that is not 0}
    """
    about = {"method": stretcher.name}
    if stretcher.name != Resampler.name:
        about["stretched_by"] = (
            f"{stretcher.package} {importlib.metadata.version(stretcher.package)}"
        )
    cents = stretcher.off_pitch_cents(wanted)
    return {**about, "off_pitch_cents": cents} if cents else about


def _cents(deviation: float) -> float:
    return 1200 * math.log2(1 + deviation)


class Resampler:
    """Plays faster or slower, where the change of pitch is unheard."""

    name = "resample"
    package = "numpy"
    keeps_formants = False

    def ready(self) -> bool:
        return True

    def stretch(self, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
        return resampled(audio, sample_rate, wanted)

    def off_pitch_cents(self, wanted: Stretch) -> float:
        return 0.0 if wanted.drums else _cents(wanted.map.widest_deviation)


def resampled(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    """Windowed-sinc interpolation along the map. The pitch follows the speed; no semitones."""
    frames, half = wanted.map.frames, _TAPS // 2
    taps, table = _sinc_table()
    padded = np.pad(audio, ((half, half), (0, 0)))
    out = np.empty((frames, audio.shape[1]), np.float32)
    for first in range(0, frames, _RESAMPLE_CHUNK):
        last = min(frames, first + _RESAMPLE_CHUNK)
        where = wanted.map.source_of(np.arange(first, last, dtype=np.float64))
        whole = np.floor(where).astype(np.int64)
        phase = np.round((where - whole) * _PHASES).astype(np.int64)
        index = np.clip(whole[:, None] + taps[None, :] + half, 0, len(padded) - 1)
        for channel in range(audio.shape[1]):
            out[first:last, channel] = np.einsum("ij,ij->i", padded[index, channel], table[phase])
    return out


@lru_cache(1)
def _sinc_table() -> tuple[np.ndarray, np.ndarray]:
    """Tap offsets, and the Kaiser-windowed sinc at each phase between two frames."""
    half = _TAPS // 2
    taps = np.arange(-half + 1, half + 1)
    distance = taps[None, :] - np.arange(_PHASES + 1)[:, None] / _PHASES
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(0, 1 - (distance / half) ** 2))) / np.i0(
        _KAISER_BETA
    )
    return taps, (_CUTOFF * np.sinc(_CUTOFF * distance) * window).astype(np.float32)


class RubberBand:
    """Rubber Band R3 by pylibrb, in this process. GPL."""

    name = "rubberband"
    package = "pylibrb"
    keeps_formants = True

    def ready(self) -> bool:
        return importlib.util.find_spec("pylibrb") is not None

    def stretch(self, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
        if wanted.formants:
            return _rubberband_live(audio, sample_rate, wanted)
        return _with_pitch(_rubberband_live, audio, sample_rate, wanted)

    def off_pitch_cents(self, wanted: Stretch) -> float:
        return 0.0


def _with_pitch(plain: _Plain, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    """`plain`'s stretch with a pitch shift: a stretch and a resampling.

    The resampling comes before the stretch downwards, after it upwards. libsoxr resamples better
    than Rubber Band itself, and in a tenth of its time.
    """
    if not wanted.semitones:
        return plain(audio, sample_rate, wanted)
    pitch = 2 ** (wanted.semitones / 12)
    whole = wanted.map
    quality = "HQ" if wanted.preview else "VHQ"
    if pitch < 1:
        moved = soxr.resample(audio, pitch, 1.0, quality=quality)
        onto = StretchMap(whole.source / pitch, whole.target, whole.frames)
        return plain(moved, sample_rate, replace(wanted, map=onto, semitones=0.0))
    # The resampler's filter must not see the edges of the result.
    target = (whole.target + _SOXR_EDGE) * pitch
    frames = whole.frames + 2 * _SOXR_EDGE
    onto = StretchMap(whole.source, target, math.ceil(frames * pitch))
    stretched = plain(audio, sample_rate, replace(wanted, map=onto, semitones=0.0))
    return fit_length(
        soxr.resample(stretched, pitch, 1.0, quality=quality)[_SOXR_EDGE:], whole.frames
    )


def _rubberband_live(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    """Rubber Band's real-time mode: the ratio is set every few frames so that position follows.

    Its own keyframe map cannot be reached from Python. The frames it has consumed and returned
    are known exactly. So the error of position is fed back into the ratio, and the result stays
    on the map over any length.
    """
    import pylibrb

    # Its type stubs leave out that it is made of integers.
    option: Any = pylibrb.Option
    chosen = [
        option.PROCESS_REALTIME,
        option.ENGINE_FINER,
        option.CHANNELS_TOGETHER,
        option.THREADING_NEVER,
    ]
    chosen += [option.PitchHighQuality]
    # Short windows keep a drum's attack; tones need the long ones.
    chosen += [option.WINDOW_SHORT] if wanted.preview or wanted.drums else []
    chosen += [option.FORMANT_PRESERVED] if wanted.formants else []
    start, slope = _start(wanted.map)
    options: Any = sum(int(flag) for flag in chosen)
    pitch = 2 ** (wanted.semitones / 12)
    stretcher = pylibrb.RubberBandStretcher(
        sample_rate, audio.shape[1], options, _bounded(slope), pitch
    )
    stretcher.set_max_process_size(_BLOCK)
    pad = stretcher.get_preferred_start_pad()
    delay = stretcher.get_start_delay()
    window = stretcher.get_samples_required()
    delay += _SHIFTER_DELAY if wanted.semitones else 0
    source = _passage(
        audio, start - pad, round(wanted.map.frames / wanted.map.ratio) + pad + 2 * window + 8192
    )
    steps = wanted.map.target_of(
        start + _BLOCK * np.arange(source.shape[1] // _BLOCK + 4, dtype=np.float64)
    ).tolist()
    pieces = []
    given = 0
    fed = 0
    while given < wanted.map.frames + delay and fed < source.shape[1]:
        block = np.ascontiguousarray(source[:, fed : fed + _BLOCK])
        stretcher.process(block, False)
        fed += block.shape[1]
        if stretcher.available() > 0:
            piece = stretcher.retrieve_available()
            pieces.append(piece)
            given += piece.shape[1]
        consumed = max(0, fed - max(0, window - stretcher.get_samples_required()))
        block_number, into = divmod(consumed, _BLOCK)
        local = (steps[block_number + 1] - steps[block_number]) / _BLOCK
        late = steps[block_number] + into * local - given if given else 0.0
        stretcher.time_ratio = _bounded(local * (1 + late / _PAYBACK))
    result = (
        np.concatenate(pieces, axis=1)[:, delay:]
        if pieces
        else np.zeros((audio.shape[1], 0), np.float32)
    )
    return fit_length(result.T, wanted.map.frames)


class RubberBandProgram:
    """Rubber Band R3 by its command-line program, where the library has no wheel.

    It is called through pyrubberband. The program is GPL.
    """

    name = "rubberband-program"
    package = "pyrubberband"
    keeps_formants = True

    def ready(self) -> bool:
        return (
            shutil.which("rubberband") is not None
            and importlib.util.find_spec("pyrubberband") is not None
        )

    def stretch(self, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
        return _rubberband_program(audio, sample_rate, wanted)

    def off_pitch_cents(self, wanted: Stretch) -> float:
        return 0.0


def _rubberband_program(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    import pyrubberband

    time_map = wanted.map
    first, last = (
        int(x) for x in np.round(time_map.source_of(np.array([0.0, float(time_map.frames)])))
    )
    margin = _PROGRAM_MARGIN
    source = _passage(audio, first - margin, last - first + 2 * margin).T
    inner = time_map.source[(time_map.source > first) & (time_map.source < last)]
    anchors = np.unique(np.round(np.concatenate([[first], inner, [last]])).astype(int))
    lead, tail = time_map.target_of(np.array([first - margin, last + margin], dtype=np.float64))
    # The program divides by the first pair's source frame, so (0, 0) is left to be implied.
    pairs = [
        (int(a - first + margin), round(float(time_map.target_of(np.array([float(a)]))[0] - lead)))
        for a in anchors
    ]
    pairs += [(len(source), round(float(tail - lead)))]
    # Temporary files hold 16 bits: near full scale they lose least, above it they would clip.
    peak = max(float(np.abs(source).max(initial=0.0)), 1e-9)
    options = {"--fine": "", "--centre-focus": ""}
    options |= {"--pitch": f"{wanted.semitones:.6f}"} if wanted.semitones else {}
    options |= {"--formant": ""} if wanted.formants else {}
    stretched = pyrubberband.timemap_stretch(
        source * (0.5 / peak), sample_rate, pairs, rbargs=options
    )
    result = np.asarray(stretched, np.float32).reshape(-1, audio.shape[1]) * np.float32(peak / 0.5)
    return fit_length(result[max(0, round(float(-lead))) :], time_map.frames)


class Signalsmith:
    """Signalsmith Stretch by python-stretch. MIT.

    It has one ratio a call. Resampling follows the rest of a bent map, so the pitch wavers by as
    much as the map bends.
    """

    name = "signalsmith"
    package = "python-stretch"
    keeps_formants = False

    def ready(self) -> bool:
        return importlib.util.find_spec("python_stretch") is not None

    def stretch(self, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
        return _with_pitch(_signalsmith, audio, sample_rate, wanted)

    def off_pitch_cents(self, wanted: Stretch) -> float:
        return 0.0 if wanted.drums else _cents(_bend(wanted.map))


def _bend(time_map: StretchMap) -> float:
    """Largest deviation of a map's slopes from their mean, from 1; 0 for a straight line."""
    slopes = np.diff(time_map.target) / np.diff(time_map.source) / time_map.ratio
    widest = float(np.maximum(slopes, 1 / slopes).max()) - 1
    return widest if widest > _STRAIGHT else 0.0


def _signalsmith(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    import python_stretch

    whole = wanted.map
    block = round((_DRUMS_BLOCK_S if wanted.drums else _BLOCK_S) * sample_rate)
    ends = whole.source_of(np.array([0.0, float(whole.frames)]))
    # Its blocks must see the take beyond the edges, not silence.
    first = math.floor(ends[0]) - 2 * block
    last = math.ceil(ends[1]) + 2 * block
    source = _passage(audio, first, last - first)
    stretcher = python_stretch.Signalsmith.Stretch(_SEED)
    stretcher.configure(source.shape[0], block, max(1, block // _OVERLAP))
    stretcher.timeFactor = 1 / whole.ratio
    made = np.asarray(stretcher.process(source)).T
    # It rounds the length, so the true ratio is computed from the result.
    ratio = len(made) / (last - first)
    if not _bend(whole):
        return fit_length(made[round((float(ends[0]) - first) * ratio) :], whole.frames)
    rest = StretchMap((whole.source - first) * ratio, whole.target, whole.frames)
    return resampled(made, sample_rate, replace(wanted, map=rest))


def _start(time_map: StretchMap) -> tuple[int, float]:
    """The source frame at the result's start, and the slope there."""
    ends = time_map.source_of(np.array([0.0, 64.0]))
    return round(float(ends[0])), 64.0 / float(ends[1] - ends[0])


def _bounded(ratio: float) -> float:
    return float(min(_MOST_RATIO, max(_LEAST_RATIO, ratio)))


def _passage(audio: np.ndarray, first: int, frames: int) -> np.ndarray:
    """(channels, frames) from frame `first` on; silence outside the audio."""
    before, after = max(0, -first), max(0, first + frames - len(audio))
    inside = audio[max(0, first) : max(0, min(len(audio), first + frames))]
    return np.ascontiguousarray(
        np.pad(inside, ((before, after), (0, 0)))[:frames].T, dtype=np.float32
    )


#: In order of preference: the best quality first.
STRETCHERS: tuple[Stretcher, ...] = (RubberBand(), RubberBandProgram(), Signalsmith())
