"""Stretching and shifting audio along a time map: stretchers behind one contract, and the choice between them."""

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

#: Below these, playing faster or slower is unheard, and keeps every attack as it was: 5 cents of a tone, 51 of a drum.
_RESAMPLE_DEVIATION, _RESAMPLE_DRUMS_DEVIATION = 0.003, 0.03
_RESAMPLE_CENTS = 5.0
#: Frames of input after which the ratio is set anew, and over which an error of position is paid back.
_BLOCK, _PAYBACK = 256, 16384.0
#: Frames by which the engine's resampler is late, which its start delay leaves out (measured on noise bursts).
_SHIFTER_DELAY = 45
#: Frames about which libsoxr's filters reach.
_SOXR_EDGE = 1024
_LEAST_RATIO, _MOST_RATIO = 0.25, 4.0
_TAPS, _PHASES, _KAISER_BETA, _CUTOFF = 32, 1024, 8.0, 0.97
_RESAMPLE_CHUNK = 65536
#: Frames on either side of what is wanted, for the program's edges to lie outside it.
_PROGRAM_MARGIN = 4096
#: s; Signalsmith's blocks: its own default, and short ones that keep a drum's attack (measured in test_stretchers.py).
_BLOCK_S, _DRUMS_BLOCK_S = 0.12, 0.04
#: Blocks that overlap at any moment.
_OVERLAP = 4
#: Its random phases, used beyond twice the length alone, begin here, so that a take gives the same clip again.
_SEED = 0
#: Under this a map is one straight line: over ten minutes it is a hundredth of a frame.
_STRAIGHT = 1e-9


#: No stretcher is named.
AUTO = "auto"


@dataclass(frozen=True)
class Stretch:
    """What is wanted of a stretcher."""

    map: StretchMap
    semitones: float = 0.0
    formants: bool = False
    """Keep the spectral envelope where it is while the pitch moves."""
    drums: bool = False
    """Nothing in it has a pitch that must be kept."""
    preview: bool = False
    """Shorter windows: half the work, softer attacks."""
    by: str = AUTO
    """The name of a stretcher, or AUTO for the best that is ready."""


_Plain = Callable[[np.ndarray, int, Stretch], np.ndarray]


class Stretcher(Protocol):
    """What stretches: one library or program.

    `stretch` takes float32 (frames, channels) with one or two channels and a rate in Hz. It gives back exactly `map.frames`
    frames, in which each source position lies where the map puts it.
    """

    name: str
    """As `audio.stretcher` in the config and `method` in a clip's report say it."""
    package: str
    """The distribution that brings it."""
    keeps_formants: bool

    def ready(self) -> bool:
        """Whether it is installed here."""

    def stretch(self, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray: ...

    def off_pitch_cents(self, wanted: Stretch) -> float:
        """How far the pitch is off at most, where it must be kept, in cents."""


def warp(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    """`audio` along the map, by the gentlest means that serves. ConformError where none can."""
    return stretcher_for(wanted).stretch(audio, sample_rate, wanted)


def stretcher_for(wanted: Stretch) -> Stretcher:
    """The one that serves best here, or the one that is named. ConformError where it cannot do what is wanted."""
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
        return "nothing here can stretch audio: install pylibrb, the rubberband program, or python-stretch (sidecrate[stretch-mit])"
    return f"audio.stretcher is {name}, and {package} is not ready here; `sidecrate doctor` says what is, or set it to {AUTO}"


def told(stretcher: Stretcher, wanted: Stretch) -> dict[str, Any]:
    """What a clip's report says of it: {method, stretched_by: package and version, off_pitch_cents where that is not 0}."""
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
    """Playing faster or slower, where that is unheard."""

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
    """Windowed-sinc interpolation along the map; the pitch moves with the speed, and semitones are left out."""
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
    """Tap offsets, and the Kaiser-windowed sinc at each of the phases between two frames."""
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
    """What `plain` stretches, moved by the semitones: by a stretch and a resampling, before it downwards, after it upwards.

    libsoxr resamples better than Rubber Band does itself, and in a tenth of its time.
    """
    if not wanted.semitones:
        return plain(audio, sample_rate, wanted)
    pitch, whole = 2 ** (wanted.semitones / 12), wanted.map
    quality = "HQ" if wanted.preview else "VHQ"
    if pitch < 1:
        moved = soxr.resample(audio, pitch, 1.0, quality=quality)
        onto = StretchMap(whole.source / pitch, whole.target, whole.frames)
        return plain(moved, sample_rate, replace(wanted, map=onto, semitones=0.0))
    # The resampler's filter is to see neither edge of what is wanted.
    target, frames = (whole.target + _SOXR_EDGE) * pitch, whole.frames + 2 * _SOXR_EDGE
    onto = StretchMap(whole.source, target, math.ceil(frames * pitch))
    stretched = plain(audio, sample_rate, replace(wanted, map=onto, semitones=0.0))
    return fit_length(
        soxr.resample(stretched, pitch, 1.0, quality=quality)[_SOXR_EDGE:], whole.frames
    )


def _rubberband_live(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    """In real-time mode: the ratio is set every few frames so that position follows the map.

    The engine's own keyframe map cannot be reached from Python. What it has consumed and given is known exactly, so the error
    of position is fed back into the ratio, and the result stays on the map over any length.
    """
    import pylibrb

    option: Any = pylibrb.Option  # its type stubs leave out that it is made of integers
    chosen = [
        option.PROCESS_REALTIME,
        option.ENGINE_FINER,
        option.CHANNELS_TOGETHER,
        option.THREADING_NEVER,
    ]
    chosen += [option.PitchHighQuality]
    # short windows keep a drum's attack; tones need the long ones
    chosen += [option.WINDOW_SHORT] if wanted.preview or wanted.drums else []
    chosen += [option.FORMANT_PRESERVED] if wanted.formants else []
    start, slope = _start(wanted.map)
    options: Any = sum(int(flag) for flag in chosen)
    pitch = 2 ** (wanted.semitones / 12)
    stretcher = pylibrb.RubberBandStretcher(
        sample_rate, audio.shape[1], options, _bounded(slope), pitch
    )
    stretcher.set_max_process_size(_BLOCK)
    pad, delay, window = (
        stretcher.get_preferred_start_pad(),
        stretcher.get_start_delay(),
        stretcher.get_samples_required(),
    )
    delay += _SHIFTER_DELAY if wanted.semitones else 0
    source = _passage(
        audio, start - pad, round(wanted.map.frames / wanted.map.ratio) + pad + 2 * window + 8192
    )
    steps = wanted.map.target_of(
        start + _BLOCK * np.arange(source.shape[1] // _BLOCK + 4, dtype=np.float64)
    ).tolist()
    pieces, given, fed = [], 0, 0
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
    """Rubber Band R3 by its command-line program, through pyrubberband, where the library has no wheel. The program is GPL."""

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
    # the program divides by the first pair's source frame: (0, 0) is understood
    pairs = [
        (int(a - first + margin), round(float(time_map.target_of(np.array([float(a)]))[0] - lead)))
        for a in anchors
    ]
    pairs += [(len(source), round(float(tail - lead)))]
    # temporary files hold 16 bits: near full scale they lose least, over it they would clip
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

    It knows one ratio a call. Along a bent map what is left is made up for by resampling, so the pitch wavers by as much as
    the map bends.
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
    """How far a map's slopes are from their mean, as a distance from 1; 0 for a straight line."""
    slopes = np.diff(time_map.target) / np.diff(time_map.source) / time_map.ratio
    widest = float(np.maximum(slopes, 1 / slopes).max()) - 1
    return widest if widest > _STRAIGHT else 0.0


def _signalsmith(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    import python_stretch

    whole = wanted.map
    block = round((_DRUMS_BLOCK_S if wanted.drums else _BLOCK_S) * sample_rate)
    ends = whole.source_of(np.array([0.0, float(whole.frames)]))
    # What its blocks see beyond the edges is to be the take, not silence.
    first, last = math.floor(ends[0]) - 2 * block, math.ceil(ends[1]) + 2 * block
    source = _passage(audio, first, last - first)
    stretcher = python_stretch.Signalsmith.Stretch(_SEED)
    stretcher.configure(source.shape[0], block, max(1, block // _OVERLAP))
    stretcher.timeFactor = 1 / whole.ratio
    made = np.asarray(stretcher.process(source)).T
    # Its length is rounded, so the ratio is what came of it.
    ratio = len(made) / (last - first)
    if not _bend(whole):
        return fit_length(made[round((float(ends[0]) - first) * ratio) :], whole.frames)
    rest = StretchMap((whole.source - first) * ratio, whole.target, whole.frames)
    return resampled(made, sample_rate, replace(wanted, map=rest))


def _start(time_map: StretchMap) -> tuple[int, float]:
    """The source frame at the result's beginning, and the slope there."""
    ends = time_map.source_of(np.array([0.0, 64.0]))
    return round(float(ends[0])), 64.0 / float(ends[1] - ends[0])


def _bounded(ratio: float) -> float:
    return float(min(_MOST_RATIO, max(_LEAST_RATIO, ratio)))


def _passage(audio: np.ndarray, first: int, frames: int) -> np.ndarray:
    """(channels, frames) from frame `first` on, silent where the audio is not."""
    before, after = max(0, -first), max(0, first + frames - len(audio))
    inside = audio[max(0, first) : max(0, min(len(audio), first + frames))]
    return np.ascontiguousarray(
        np.pad(inside, ((before, after), (0, 0)))[:frames].T, dtype=np.float32
    )


#: In order of preference.
STRETCHERS: tuple[Stretcher, ...] = (RubberBand(), RubberBandProgram(), Signalsmith())
