"""The end of a track: at the length that was asked for, on a bar line where its bars are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.music import bar_seconds
from daemon.brief import Brief
from daemon.conform.fitted import Fitted
from daemon.conform.gate import Refusal
from daemon.conform.report import Report

#: s of the longest fade at a cut; where the tempo is known it is the last bar.
_FADE_S = 4.0
#: s by which a take may be longer without being cut.
_NEAR_S = 0.02
#: s of half a bar where no tempo is known.
_HALF_BAR_S = 1.0


def ended(
    fitted: tuple[Fitted, list[Refusal]], brief: Brief, report: Report
) -> tuple[Fitted, list[Refusal]]:
    """A fitted track, cut and faded out where the take goes on past its length.

    The cut is the bar line that is nearest to the length; a take that is too short is told.
    """
    whole, refusals = fitted
    ends_s, sound = brief.ends_s, whole.sound
    if ends_s is None or brief.do != "make":
        return fitted
    bar_s = bar_seconds(brief.meter, whole.bpm) if whole.bpm else None
    is_s = sound.frames / sound.sample_rate
    if is_s < ends_s - (bar_s / 2 if bar_s else _HALF_BAR_S):
        report.warnings.append(
            f"the take lasts {is_s:.1f} s of the {ends_s:g} s that were asked for: "
            "its engine gave no more"
        )
    if is_s <= ends_s + _NEAR_S:
        return fitted
    at_s = max(1, round(ends_s / bar_s)) * bar_s if bar_s else ends_s
    end = min(sound.frames, round(at_s * sound.sample_rate))
    n = min(end, round(min(bar_s or _FADE_S, _FADE_S) * sound.sample_rate))
    curve = np.cos(np.linspace(0, np.pi / 2, n, dtype=np.float32))[:, None] ** 2

    def cut(audio: np.ndarray) -> np.ndarray:
        kept: np.ndarray = audio[:end].copy()
        kept[end - n :] *= curve
        return kept

    report.did["cut_to_s"] = round(end / sound.sample_rate, 3)
    bars = round(at_s / bar_s) if bar_s and whole.bars else whole.bars
    return replace(whole, sound=sound.linear(cut), bars=bars), refusals
