"""Rubber Band R3, by its library in this process and by its program. Both are GPL."""

from __future__ import annotations

import importlib.util
import shutil
from typing import Any

import numpy as np

from daemon.audio.resample import fit_length
from daemon.audio.stretch_map import StretchMap
from daemon.audio.stretchers.passage import passage
from daemon.audio.stretchers.stretcher import Stretch
from daemon.audio.stretchers.with_pitch import with_pitch

#: Frames of input after which Rubber Band's ratio is set anew.
_BLOCK = 256
#: Frames over which an error of position is corrected: slowly, so that the ratio hardly wavers.
_PAYBACK = 16384.0
#: Latency of Rubber Band's resampler, which its start delay leaves out (measured on noise bursts).
_SHIFTER_DELAY = 45
#: Bounds of Rubber Band's momentary ratio.
_LEAST_RATIO = 0.25
_MOST_RATIO = 4.0
#: Frames on either side of the passage, so that the program's edges lie outside it.
_PROGRAM_MARGIN = 4096


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
        return with_pitch(_rubberband_live, audio, sample_rate, wanted)

    def off_pitch_cents(self, wanted: Stretch) -> float:
        return 0.0


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
    source = passage(
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


def _start(time_map: StretchMap) -> tuple[int, float]:
    """The source frame at the result's start, and the slope there."""
    ends = time_map.source_of(np.array([0.0, 64.0]))
    return round(float(ends[0])), 64.0 / float(ends[1] - ends[0])


def _bounded(ratio: float) -> float:
    return float(min(_MOST_RATIO, max(_LEAST_RATIO, ratio)))


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
    source = passage(audio, first - margin, last - first + 2 * margin).T
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
