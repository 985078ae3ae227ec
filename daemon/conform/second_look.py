"""The finished clip heard anew: where its beats lie off its grid, the take is fitted again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bridge.music import Meter
from daemon.hearing import Heard, hear

#: Share of a beat, beyond which detected beats are the off-beats.
_BETWEEN = 0.35
#: A finished loop is measured this far past its seam, so that the seam's beat counts too.
_PAST_SEAM_S = 0.5
#: A short loop is measured for at least this long: beat detection needs several beats.
_LEAST_HEARD_S = 6.0
#: Mean error from which a take is fitted again. Of real takes, those that were misheard lay 42 ms
#: off and more; a guitar that was fitted right lay 23 ms off, and fitting it again made it worse.
_REFIT_MS = 35.0
#: Mean error down to which fitting again must bring it. A take that was misheard then lies within
#: 5 ms. A strummed guitar that was fitted right, and whose clip is heard on another stroke, lies 9
#: to 17 ms off by its new grid: its strokes are not the same everywhere.
_MENDED_MS = 6.0
#: Share by which the tempo of what is heard anew may be off the clip's. A take that slips is off by
#: less; more is another tempo, heard in a few bars against the whole take: a synthesizer whose clip
#: was heard at 8:9 of its tempo was fitted 54 ms beside its grid so.
_OTHER_TEMPO = 0.05
#: Beats by which a tempo may be off over the whole clip and still count as the clip's own.
_SAME_TEMPO_BEATS = 0.04


@dataclass(frozen=True)
class Anew:
    """The beats of a finished clip against its grid.

    `grid_q` (beats,) are positions on the grid in quarters at which beats were heard, `away_q`
    (beats,) how far each lies behind the grid's own. Both are empty where no beat was heard.
    """

    grid_q: np.ndarray
    away_q: np.ndarray
    bpm: float
    between: bool

    @property
    def errors(self) -> dict[str, Any]:
        """What a report's `after` holds; null where no beat was heard."""
        if not len(self.grid_q):
            return {"max_beat_error_ms": None, "mean_beat_error_ms": None}
        errors_ms = 1000 * np.abs(self._to_the_nearest) * 60 / self.bpm
        return {
            "max_beat_error_ms": errors_ms.max(),
            "mean_beat_error_ms": errors_ms.mean(),
            "counted_between_beats": self.between,
        }

    @property
    def mean_ms(self) -> float:
        """The mean error in ms; 0 where no beat was heard."""
        return float(self.errors["mean_beat_error_ms"] or 0.0)

    @property
    def speaks(self) -> bool:
        """Whether the beats lie so far off the grid that the take was misheard."""
        return self.mean_ms > _REFIT_MS and abs(self.line()[1]) < _OTHER_TEMPO

    def is_mended_by(self, second: Anew) -> bool:
        """Whether the clip that was fitted again is better: its beats are heard on its grid."""
        return len(second.grid_q) > 0 and second.mean_ms <= _MENDED_MS

    @property
    def _to_the_nearest(self) -> np.ndarray:
        """Quarters from the nearest beat of the grid, or from the nearest off-beat."""
        away = self.away_q - np.round(self.away_q)
        if self.between:
            # Off-beats instead of beats are a question of counting. The time error is what counts
            # here, so it is measured at the nearest eighth.
            away = np.where(away > 0, away - 0.5, away + 0.5)
        return away

    def line(self) -> tuple[float, float]:
        """(offset, slope) of the error in quarters along the grid, by least squares.

        The slope is 0 where the tempo is the clip's own.
        """
        away = self.away_q
        if self.between:
            away = away - 0.5 * np.sign(np.median(away))
        slope, offset = np.polyfit(self.grid_q, away, 1) if len(away) > 2 else (0.0, away.mean())
        if abs(slope) * float(np.ptp(self.grid_q)) < _SAME_TEMPO_BEATS:
            return float(np.median(away)), 0.0
        return float(offset), float(slope)


#: What is known of a clip in which no beat is heard.
NOT_HEARD = Anew(np.zeros(0), np.zeros(0), 0.0, False)


def hear_anew(audio: np.ndarray, sample_rate: int, bpm: float, meter: Meter, is_loop: bool) -> Anew:
    """The beats of a finished clip, detected again; a loop is measured going round."""
    if is_loop:
        rounds = max(
            len(audio) + round(_PAST_SEAM_S * sample_rate), round(_LEAST_HEARD_S * sample_rate)
        )
        audio = np.take(audio, np.arange(rounds), axis=0, mode="wrap")
    heard = hear(audio, sample_rate, bpm, meter, is_file=False)
    beats_s = heard.beats_s
    if not heard.periodic or not len(beats_s):
        return NOT_HEARD
    grid_q = beats_s * bpm / 60
    # counted on from the first beat, so that another tempo runs away instead of wrapping
    away_q = grid_q - (round(float(grid_q[0])) + np.arange(len(grid_q)))
    wrapped = away_q - np.round(away_q)
    between = float(np.median(np.abs(wrapped))) > _BETWEEN
    return Anew(grid_q, away_q, bpm, between)


def taken_from(heard: Heard, from_q: float, anew: Anew) -> Heard:
    """The take's grid, corrected by what was heard in its clip, which began at position `from_q`.

    A constant error moves the beats; one that grows changes the tempo as well.
    """
    offset, slope = anew.line()
    knots_q = heard.knots_q - (offset + slope * (heard.knots_q - from_q))
    said = "its beats were taken from the clip that was fitted first, heard anew"
    return replace(
        heard, knots_q=knots_q, bpm=heard.bpm * (1 - slope), evidence=(*heard.evidence, said)
    )
