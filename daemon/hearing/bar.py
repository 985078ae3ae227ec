"""The folded bar: a take averaged over the repetitions of its unit, moment by moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft as sfft
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from daemon.hearing.beat_map import BeatMap
from daemon.hearing.envelopes import BEFORE_S, LEAD_S, Envelopes

#: Moments per 16th: each 2 to 3 ms long at usual tempi.
FINE = 48
#: Seconds after the first sound with little weight: a take cut into its own sound seems to attack.
START_S = 0.025

# Weights of `START_S`, kept small so that the other passes of the unit decide. A sudden start is
# far louder in the onset strength than any attack. Both were fitted on `benchmarks.grid --loops`.

#: The weight where the take sounds from its first moment.
CUT_SHARE = 0.0005
#: The weight after silence, where the first attack may be real.
BEGUN_SHARE = 0.004

#: Seconds; least distance of two candidate beginnings of the bar.
APART_S = 0.028
#: 16ths within which a second attack is the same one, or its grace note.
SAME_SLOT = 0.6
#: 32nds analysed for their notes at most: the middle of a long take is enough.
MOST_NOTES = 2500
#: 32nds transformed at a time: all at once would take more memory than the take itself.
_NOTES_AT_ONCE = 128
#: Hz; range of bass notes.
BASS_HZ = (33.0, 260.0)
#: Hz; range of chords and melodies.
CHORD_HZ = (180.0, 2500.0)


@dataclass(frozen=True)
class Bar:
    """One bar, or the few bars after which the take repeats.

    `moments` (slots * bars * FINE, 19): six onset bands, three accents, three levels, the spread
    over the repetitions, and six bands of sudden endings. `tonal` (slots * bars * 2, 5), at every
    32nd: change of chord and bass against one beat before and against two beats before, and height
    of the bass. `slots` are the 16ths of a bar.
    """

    moments: np.ndarray
    tonal: np.ndarray
    slots: int
    bars: int
    sixteenth_s: float

    @property
    def one(self) -> Bar:
        """All bars averaged into one."""
        if self.bars == 1:
            return self
        moments = self.moments.reshape(self.bars, self.slots * FINE, -1).mean(axis=0)
        tonal = self.tonal.reshape(self.bars, self.slots * 2, -1).mean(axis=0)
        return Bar(moments, tonal, self.slots, 1, self.sixteenth_s)


def fold(env: Envelopes, lattice: BeatMap, slots: int, bars: int) -> Bar:
    """The take folded onto `bars` bars of `slots` 16ths, beginning at the map's beat 0."""
    sixteenth_s = float(np.median(np.diff(lattice.beats_s))) / 4
    unit = slots * bars
    turns = int(np.ceil((len(lattice.beats_s) - 1) * 4 / unit))
    seconds = lattice.seconds(np.arange(turns * unit * FINE) / FINE)
    inside = (seconds > env.sounds_from_s - 0.01) & (seconds < env.sounds_to_s - 0.03)
    begun = CUT_SHARE if env.sounds_from_s < LEAD_S + BEFORE_S else BEGUN_SHARE
    trust = np.where(inside, np.where(seconds > env.sounds_from_s + START_S, 1, begun), 0).astype(
        np.float32
    )
    source = env.channels
    at = np.clip(seconds * env.rate, 0, len(source) - 1.001)
    low = at.astype(int)
    part = (at - low).astype(np.float32)[:, None]
    values = source[low] * (1 - part) + source[low + 1] * part
    values = values.reshape(turns, unit * FINE, -1)
    share = trust.reshape(turns, unit * FINE, 1)
    share = share / np.maximum(share.sum(axis=0), begun)
    mean = (values * share).sum(axis=0)
    spread = np.sqrt(
        np.maximum((values[:, :, :6] ** 2 * share).sum(axis=0) - mean[:, :6] ** 2, 0)
    ).sum(axis=1)
    moments = np.column_stack([mean[:, :12], spread, mean[:, 12:]])
    return Bar(moments, _tonal(env, lattice, unit, turns), slots, bars, sixteenth_s)


def beginnings(bar: Bar, most: int = 28) -> np.ndarray:
    """Candidate beginnings of the bar, in 16ths from the first slot (starts,), the clearest first.

    They are the attacks of the folded bar, at most `most` a bar.
    """
    rise = bar.moments[:, :6].sum(axis=1)
    width = max(1.0, 0.002 / bar.sixteenth_s * FINE)
    rise = gaussian_filter1d(rise, width, mode="wrap")
    apart = max(3, int(APART_S / bar.sixteenth_s * FINE))
    peaks = np.flatnonzero(
        (rise == maximum_filter1d(rise, 2 * apart + 1, mode="wrap")) & (rise > 0.06 * rise.max())
    )
    peaks = peaks[np.argsort(-rise[peaks])][: most * bar.bars]
    left, middle, right = rise[peaks - 1], rise[peaks], rise[(peaks + 1) % len(rise)]
    return (peaks + 0.5 * (left - right) / (left - 2 * middle + right - 1e-12)) / FINE


def rests(bar: Bar, starts: np.ndarray, strong: float) -> np.ndarray:
    """16ths of rest before each of `starts` (starts,), counted from the last attack.

    Attacks weaker than `strong` of the unit's highest are ignored.
    """
    rise = gaussian_filter1d(
        bar.moments[:, :6].sum(axis=1), max(1.0, 0.002 / bar.sixteenth_s * FINE), mode="wrap"
    )
    peaks = (rise >= np.roll(rise, 1)) & (rise > np.roll(rise, -1)) & (rise > strong * rise.max())
    unit = bar.slots * bar.bars
    back = (starts[:, None] - np.flatnonzero(peaks)[None, :] / FINE) % unit
    return np.where(back > SAME_SLOT, back, unit).min(axis=1, initial=unit)


def _tonal(env: Envelopes, lattice: BeatMap, slots: int, turns: int) -> np.ndarray:
    """Change of chord and bass, and height of the bass, at every 32nd (slots * 2, 5)."""
    seconds = lattice.seconds(np.arange(turns * slots * 2) / 2)
    keep = (seconds > env.sounds_from_s - 0.03) & (seconds < env.sounds_to_s - 0.05)
    # Only the middle of a long take is analysed.
    spare = max(0, int(keep.sum()) - MOST_NOTES) // 2
    chosen = np.flatnonzero(keep)[spare:][:MOST_NOTES]
    seconds = seconds[chosen]
    out = np.zeros((slots * 2, 5))
    if len(chosen) < 8:
        return out
    beat_s = float(np.median(np.diff(lattice.beats_s)))
    chords, basses = _notes(env, seconds, beat_s)
    columns = [
        _change(chords, 8, 1),
        _change(basses, 8, 1),
        _change(chords, 8, 16),
        _change(basses, 8, 16),
        (basses**2 @ np.arange(basses.shape[1])) / ((basses**2).sum(axis=1) + 1e-9),
    ]
    for column, values in enumerate(columns):
        fine = np.isfinite(values)
        slot = chosen[fine] % (slots * 2)
        total = np.bincount(slot, values[fine], slots * 2)
        count = np.bincount(slot, minlength=slots * 2)
        average = values[fine].mean() if fine.any() else 0.0
        out[:, column] = np.where(count > 0, total / np.maximum(count, 1), average)
    return out


def _notes(env: Envelopes, seconds: np.ndarray, span_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Chroma of the chords (times, 12) and strength of each bass semitone (times, semitones).

    Both are measured in the `span_s` after each of `seconds` (times,).
    """
    signal, rate = env.low, env.low_rate
    length = int(span_s * rate)
    signal = np.pad(signal, (length, 2 * length))
    start = np.clip(
        np.round((seconds + 0.012) * rate).astype(int) + length, 0, len(signal) - length
    )
    window = np.hanning(length).astype(np.float32)
    size = 1 << int(np.ceil(np.log2(max(length, rate / 2.2))))
    hz = np.arange(size // 2 + 1) * rate / size
    semitone = np.round(12 * np.log2(np.maximum(hz, 1) / 440)).astype(int)
    bass, chord = (slice(*np.searchsorted(hz, between)) for between in (BASS_HZ, CHORD_HZ))
    heights = np.arange(semitone[bass].min(), semitone[bass].max() + 1)
    to_bass = (semitone[bass][:, None] == heights).astype(np.float32)
    to_chord = (semitone[chord][:, None] % 12 == np.arange(12)).astype(np.float32)
    chords, basses = [], []
    for some in np.array_split(start, max(1, -(-len(start) // _NOTES_AT_ONCE))):
        spectrum = sfft.rfft(signal[some[:, None] + np.arange(length)] * window, size, axis=1)
        chords.append(np.sqrt(_magnitude(spectrum[:, chord])) @ to_chord)
        basses.append(_magnitude(spectrum[:, bass]) @ to_bass)
    return np.concatenate(chords), np.concatenate(basses)


def _magnitude(spectrum: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(spectrum.real**2 + spectrum.imag**2))


def _change(notes: np.ndarray, back: int, width: int) -> np.ndarray:
    """1 - cosine similarity of the notes here and `back` rows earlier (rows,).

    Wider than one row, `width` rows from here on are compared with as many before them. NaN where
    one side is missing.
    """
    n = len(notes)
    total = np.vstack([np.zeros(notes.shape[1]), np.cumsum(notes, axis=0)])
    out = np.full(n, np.nan)
    here = np.arange(n)
    if width == 1:
        here = here[here >= back]
        before, after = notes[here - back], notes[here]
    else:
        here = here[(here - width - back // 2 >= 0) & (here + width <= n)]
        before = total[here - back // 2] - total[here - back // 2 - width]
        after = total[here + width] - total[here]
    norm = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1) + 1e-9
    out[here] = 1 - (before * after).sum(axis=1) / norm
    return out
