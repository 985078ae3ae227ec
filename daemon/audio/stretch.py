"""Stretching and pitch-shifting along a stretch map: the table of stretchers, and their choice."""

from __future__ import annotations

import importlib.metadata
from typing import Any

import numpy as np

from daemon.audio.stretchers.resampler import Resampler
from daemon.audio.stretchers.rubberband import RubberBand, RubberBandProgram
from daemon.audio.stretchers.signalsmith import Signalsmith
from daemon.audio.stretchers.stretcher import AUTO, Stretch, Stretcher
from daemon.errors import ConformError

#: Largest deviation of speed that resampling covers: 5 cents of a tone are unheard.
_RESAMPLE_DEVIATION = 0.003
#: The same for drums: 51 cents of a drum are unheard, and every attack stays sharp.
_RESAMPLE_DRUMS_DEVIATION = 0.03
#: Pitch shift under which none is made.
_RESAMPLE_CENTS = 5.0
#: In order of preference: the best quality first.
STRETCHERS: tuple[Stretcher, ...] = (RubberBand(), RubberBandProgram(), Signalsmith())


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
