"""Which bars of a take become the loop: whole, full ones whose end leads into the start."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import fft

from daemon.hearing import Heard

#: How far a bar may reach beyond the sounding part and still count as whole.
_SLACK_S = 0.06
#: A spectrum long enough for 40 Hz, the lowest band's edge.
_FRAME_S = 0.046
#: Half a frame, so that the windows overlap.
_HOP_S = 0.0232
#: Logarithmic bands from 40 Hz to 16 kHz, about three to an octave.
_BANDS = 24
#: Shares of a cut's features in its score: a phrase's start only breaks ties. Where beats are not
#: clear they are often heard beside: of bars that loop equally well those with clear ones are cut.
#: The faintest beats tell more than all of them: of ten takes of music models that have both cuts
#: on the grid and cuts beside it, the faintest beats of the former are clearer in all ten.
_WEIGHTS = {
    "fullness": 1.0,
    "continuity": 1.0,
    "phrase": 0.15,
    "steadiness": 0.5,
    "clearness": 1.0,
    "faintest": 1.0,
}
#: Share of a cut's beats that are its faintest.
_FAINTEST = 0.25


@dataclass(frozen=True)
class Cut:
    """A run of whole bars, and how well it would loop (0-1).

    `start_q` is in quarters from the first downbeat.
    """

    start_q: float
    bars: int
    start_s: float
    end_s: float
    score: float
    parts: dict[str, float]
    part_q: float = 0.0
    """Quarters of a cut that is less than a bar, to be repeated; 0 for whole bars."""

    def to_json(self) -> dict[str, Any]:
        return {
            "start_s": self.start_s,
            "end_s": self.end_s,
            "bars": self.bars,
            "score": self.score,
        } | self.parts


def cuts(heard: Heard, mono: np.ndarray, sample_rate: int, bars: int) -> list[Cut]:
    """Every run of `bars` whole bars in the sounding part, best first.

    Where the take holds fewer bars, every run of all that it holds.
    """
    bar_q = heard.meter.quarters_per_bar
    first = int(np.ceil(heard.position_of(heard.sounds_from_s - _SLACK_S) / bar_q - 1e-6))
    end_s = min(heard.sounds_to_s, len(mono) / sample_rate)
    whole = int(np.floor(heard.position_of(end_s + _SLACK_S) / bar_q + 1e-6)) - first
    if whole < bars:
        whole = ended_bars(heard, len(mono) / sample_rate) - first
    if whole < 1:
        return [_only_cut(heard, end_s)]
    length = min(bars, whole)
    features = _Features(mono, sample_rate)
    found = [
        _rated(heard, features, (first + k) * bar_q, length, k) for k in range(whole - length + 1)
    ]
    # At double tempo every other bar line is the middle of one of the music's own bars. No loop
    # begins there.
    own = [
        cut
        for cut in found
        if abs(cut.start_q / heard.phrase_quarters - round(cut.start_q / heard.phrase_quarters))
        < 1e-6
    ]
    return sorted(own or found, key=lambda cut: -cut.score)


def ended_bars(heard: Heard, length_s: float) -> int:
    """The bar line up to which the take is whole, in bars from the first downbeat.

    A bar that sounds into its last beat is whole where the file goes on to the bar's end. Its last
    hit has died away before.
    """
    bar_q = heard.meter.quarters_per_bar
    beat_q = bar_q / heard.meter.beats_per_bar
    sounds_to, ends = heard.position_of(
        np.array([min(heard.sounds_to_s, length_s), length_s]) + _SLACK_S
    )
    line = int(np.floor(sounds_to / bar_q + 1e-6))
    sounds_into_last_beat = sounds_to >= (line + 1) * bar_q - beat_q
    return line + 1 if sounds_into_last_beat and ends >= (line + 1) * bar_q else line


def missing_quarters(heard: Heard, length_s: float) -> float:
    """Quarters that the take's last bar lacks, where it is cut short; 0 where it is whole.

    A bar of which less than half is there is not one that was cut short.
    """
    bar_q = heard.meter.quarters_per_bar
    line_q = ended_bars(heard, length_s) * bar_q
    there_q = float(heard.position_of(min(heard.sounds_to_s, length_s))) - line_q
    return bar_q - there_q if bar_q / 2 <= there_q < bar_q and line_q > 0 else 0.0


def _only_cut(heard: Heard, end_s: float) -> Cut:
    """The cut of a take of less than a bar: whole beats that divide the bar, to be repeated."""
    first = float(np.ceil(heard.position_of(heard.sounds_from_s - _SLACK_S) - 1e-6))
    there = int(np.floor(heard.position_of(end_s + _SLACK_S) + 1e-6) - first)
    bar_q = heard.meter.quarters_per_bar
    part_q = float(max((n for n in range(1, max(1, there) + 1) if bar_q % n == 0), default=bar_q))
    begin, end = heard.time_of(np.array([first, first + part_q]))
    return Cut(first, 1, float(begin), float(end), 0.0, {}, part_q)


def _rated(heard: Heard, features: _Features, start_q: float, bars: int, number: int) -> Cut:
    bar_q = heard.meter.quarters_per_bar
    edges = heard.time_of(start_q + np.arange(bars + 1) * bar_q)
    lengths = np.diff(edges)
    beat_s = float(lengths.mean()) / max(1.0, bar_q)
    clear = np.sort(heard.clearness(heard.time_of(start_q + np.arange(int(bars * bar_q)))))
    parts = {
        "fullness": features.fullness(edges),
        "continuity": features.likeness(float(edges[0]), float(edges[-1]), beat_s),
        "phrase": _phrase_start(number, bars),
        "steadiness": float(np.exp(-50 * np.abs(lengths / lengths.mean() - 1).max())),
        "clearness": float(clear.mean()),
        "faintest": float(clear[: max(1, int(len(clear) * _FAINTEST))].mean()),
    }
    score = sum(_WEIGHTS[name] * value for name, value in parts.items()) / sum(_WEIGHTS.values())
    return Cut(start_q, bars, float(edges[0]), float(edges[-1]), score, parts)


def _phrase_start(number: int, bars: int) -> float:
    """1 where bar `number` begins a phrase of `bars` bars, half where it begins two bars."""
    if number % bars == 0:
        return 1.0
    return 0.5 if number % 2 == 0 else 0.0


class _Features:
    """Band levels in dB of the take over time, (frames, bands), every 23 ms."""

    def __init__(self, mono: np.ndarray, sample_rate: int) -> None:
        size, self.hop = round(_FRAME_S * sample_rate), round(_HOP_S * sample_rate)
        self.rate = sample_rate / self.hop
        padded = np.pad(mono, (size // 2, size))
        frames = np.lib.stride_tricks.sliding_window_view(padded, size)[:: self.hop]
        spectrum = fft.rfft(frames * np.hanning(size).astype(np.float32), axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        hertz = np.arange(power.shape[1]) * sample_rate / size
        edges = np.geomspace(40, min(16000, 0.45 * sample_rate), _BANDS + 1)
        starts = np.searchsorted(hertz, edges[:-1])
        self.levels = 10 * np.log10(
            np.add.reduceat(power, np.minimum(starts, power.shape[1] - 1), axis=1) + 1e-9
        )
        loudest = self.levels.max()
        self.levels = np.maximum(self.levels, loudest - 60)
        self.loud = np.log10(power.sum(axis=1) + 1e-9) * 10
        self.usual = float(np.percentile(self.loud, 80))

    def fullness(self, edges_s: np.ndarray) -> float:
        """How close the emptiest bar comes to the take's usual level (1: at it, 0: 20 dB below)."""
        bars = [self.loud[self._at(a) : self._at(b) + 1] for a, b in pairwise(edges_s)]
        level = min(
            float(10 * np.log10(np.mean(10 ** (bar / 10)))) if len(bar) else -99.0 for bar in bars
        )
        return float(np.clip(1 + (level - self.usual) / 20, 0, 1))

    def likeness(self, start_s: float, end_s: float, beat_s: float) -> float:
        """How alike the take is around the loop's two ends (1: the same).

        After the end it should go on like the start; before the start, like the end.
        """
        reach = max(2, round(beat_s * self.rate))
        begin, end = self._at(start_s), self._at(end_s)
        scores = []
        for a, b in (
            (slice(begin, begin + reach), slice(end, end + reach)),
            (slice(begin - reach, begin), slice(end - reach, end)),
        ):
            if min(a.start, b.start) < 0 or max(a.stop, b.stop) > len(self.levels):
                continue
            apart = np.abs(self.levels[a] - self.levels[b]).mean()
            scores.append(float(np.exp(-apart / 6)))
        # Where the take does not reach beyond the cut, there is no evidence either way.
        return float(np.mean(scores)) if scores else 0.5

    def _at(self, seconds: float) -> int:
        return int(np.clip(round(seconds * self.rate), 0, len(self.levels) - 1))
