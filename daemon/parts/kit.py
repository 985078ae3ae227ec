"""The single sounds of a kit, cut out of its drums: the cleanest hit of each sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist

from daemon.audio.sound import mixed
from daemon.hearing.pitch import find_note
from daemon.hearing.strokes import Stroke, strokes_heard
from daemon.parts.cuts import attacks, finished, just_before, struck_anew
from daemon.parts.struck import STRIKE_S, shares_of

#: The role of each piece's sounds.
ROLES = {"kick": "kick", "snare": "snare", "hats": "hat", "toms": "tom", "cymbals": "cymbal"}
#: s of a sound at most; a crash rings that long.
_LONGEST_S = 2.5
#: s of a sound at least: a click is no sound of a kit.
_SHORTEST_S = 0.03
#: dB below the loudest hit under which a hit is none.
_SOFTEST_DB = -36.0
#: Share of a hit's strike that its piece must have.
_PURE = 0.5
#: Mean difference by band, in dB, from which two hits are two sounds.
_UNLIKE_DB = 7.0
#: The roles that a beat is made of, taken from their estimated piece where no hit is theirs alone;
#: and dB below the drums' peak under which a piece has none.
EXPECTED = ("kick", "snare", "hat")
_TRACE_DB = -14.0
#: Semitones by which a drum's pitch may still move where it has one.
_SETTLED = 0.7
#: Sounds of a role at most.
_MOST_OF_A_ROLE = 4


@dataclass(frozen=True)
class Shot:
    """A sound of the kit: float32 (frames, channels), and where it was."""

    audio: np.ndarray
    role: str
    note: int | None
    """Its MIDI number, where it has a pitch."""
    at_s: float
    hits: int
    """How often it was struck."""
    purity: float
    """The share of its strike that is its piece's, 0-1, by the pieces and by ear."""
    gain_db: float
    """By how much it was made louder."""
    from_piece: str = ""
    """The estimated piece that it was cut from, where no hit of its role stands alone."""


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    role: str
    purity: float
    peak: float
    shape: np.ndarray

    @property
    def worth(self) -> float:
        """Clean, long and loud."""
        free = min(1.0, (self.end - self.start) / 20000)
        return self.purity + 0.5 * free + 0.1 * float(np.log10(self.peak + 1e-6))


def cut_kit(
    drums: np.ndarray,
    pieces: Mapping[str, np.ndarray],
    sample_rate: int,
    are_exact: bool = False,
) -> list[Shot]:
    """The kit's sounds, by role. `drums` and each of `pieces` are float32 (frames, channels).

    Where the pieces `are_exact` nothing need be heard.
    """
    shots: list[Shot] = []
    strokes = [] if are_exact else strokes_heard(drums, sample_rate)
    hits = _hits(drums, pieces, sample_rate, strokes)
    for role in ROLES.values():
        groups = _groups([hit for hit in hits if hit.role == role])
        if not groups and role in EXPECTED:
            shots += _of_piece(drums, pieces, role, sample_rate)
        cleanest = sorted(groups, key=len, reverse=True)[:_MOST_OF_A_ROLE]
        shots += [_cut(drums, group, sample_rate) for group in cleanest]
    return shots


def _of_piece(
    drums: np.ndarray, pieces: Mapping[str, np.ndarray], role: str, sample_rate: int
) -> list[Shot]:
    """The loudest hit of a role's piece, where the drums have it though never alone."""
    name = next(name for name, own in ROLES.items() if own == role)
    piece = pieces.get(name)
    loudest = float(np.abs(drums).max(initial=0))
    if piece is None or np.abs(piece).max(initial=0) < loudest * 10 ** (_TRACE_DB / 20):
        return []
    hits = _hits(piece, {name: piece}, sample_rate, [])
    if not hits:
        return []
    shot = _cut(piece, hits, sample_rate)
    return [replace(shot, purity=0.0, from_piece=name)]


def _hits(
    drums: np.ndarray,
    pieces: Mapping[str, np.ndarray],
    sample_rate: int,
    strokes: Sequence[Stroke],
) -> list[_Hit]:
    mono = mixed(drums)
    struck = struck_anew(mono, sample_rate, attacks(mono, sample_rate))
    starts = [just_before(mono, sample_rate, start) for start in struck]
    strike, longest = round(STRIKE_S * sample_rate), round(_LONGEST_S * sample_rate)
    powers = {name: mixed(piece).astype(np.float64) ** 2 for name, piece in pieces.items()}
    loudest = float(np.abs(mono).max(initial=0))
    shares = shares_of(starts, powers, strokes, sample_rate)
    found = []
    for n, (start, own) in enumerate(zip(starts, shares, strict=True)):
        following = starts[n + 1] if n + 1 < len(starts) else len(mono)
        end = min(following, start + longest, len(mono))
        peak = float(np.abs(mono[start : start + strike]).max(initial=0))
        if end - start < _SHORTEST_S * sample_rate or peak < loudest * 10 ** (_SOFTEST_DB / 20):
            continue
        piece = max(own, key=lambda name: own[name], default="")
        purity = own.get(piece, 0.0) / (sum(own.values()) + 1e-12)
        if purity >= _PURE:
            shape = _shape(mono[start:end], sample_rate)
            found.append(_Hit(start, end, ROLES[piece], purity, peak, shape))
    return found


def _shape(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """Its level in dB by 16 bands, in the first 25 ms and in the 75 after; the mean taken off."""
    rows = []
    for start_s, length_s in ((0.0, 0.025), (0.025, 0.075)):
        start, length = round(start_s * sample_rate), round(length_s * sample_rate)
        piece = np.pad(sound[start : start + length], (0, max(0, start + length - len(sound))))
        power = np.abs(np.fft.rfft(piece * np.hanning(length))) ** 2
        hz = np.fft.rfftfreq(length, 1 / sample_rate)
        edges = np.geomspace(40, 0.45 * sample_rate, 17)
        band = np.searchsorted(edges, hz) - 1
        sums = np.array([power[band == k].sum() for k in range(16)])
        rows.append(10 * np.log10(sums + 1e-5 * power.sum() + 1e-12))
    shape = np.concatenate(rows)
    return np.asarray(shape - shape.mean())


def _groups(hits: list[_Hit]) -> list[list[_Hit]]:
    """The hits of one role by sound."""
    if len(hits) < 2:
        return [hits] if hits else []
    shapes = np.stack([hit.shape for hit in hits])
    # pair by pair: a long take has thousands of hits, and all differences at once would fill GBs
    unlike_db = pdist(shapes, "cityblock") / shapes.shape[1]
    number = hierarchy.fcluster(hierarchy.average(unlike_db), _UNLIKE_DB, "distance")
    return [[hit for hit, k in zip(hits, number, strict=True) if k == one] for one in set(number)]


def _note(sound: np.ndarray, sample_rate: int) -> int | None:
    """The MIDI number that a drum settles on; None where it goes on falling or has no pitch."""
    whole = find_note(sound, sample_rate)
    later = find_note(sound[round(STRIKE_S * sample_rate) :], sample_rate)
    if whole is None or later is None or abs(whole - later) > _SETTLED:
        return None
    return round(later)


def _cut(drums: np.ndarray, group: list[_Hit], sample_rate: int) -> Shot:
    """The cleanest of a sound's hits, ended, faded and as loud as a one-shot is."""
    best = max(group, key=lambda hit: hit.worth)
    sound, gain_db = finished(drums[best.start : best.end], best.peak, sample_rate)
    note = _note(sound, sample_rate) if best.role in ("kick", "snare", "tom") else None
    at_s = best.start / sample_rate
    return Shot(sound, best.role, note, round(at_s, 4), len(group), best.purity, gain_db)
