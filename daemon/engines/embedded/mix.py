"""Mixing: from notes to stems and their sum, with ducking, sends and balance.

A loop is circular: the tail past its end is folded onto its start.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.fft

from daemon.audio import rooms, tilt
from daemon.audio.filters import fast_length, response_of
from daemon.audio.stereo import wide
from daemon.engines.embedded.dynamics import ducking, glued, soft_clipped
from daemon.engines.embedded.plan import Plan
from daemon.engines.embedded.sides import (
    left_and_right,
    middle_and_side,
    side_filters,
    width_kept,
)
from daemon.engines.embedded.sums import total

#: Loudness of each part in the mix, K-weighted LUFS, before the style's level offsets.
PART_LUFS = {
    "drums": -14.0,
    "bass": -16.5,
    "chords": -19.5,
    "lead": -19.5,
    "pad": -23.0,
    "texture": -40.0,
    "fx": -24.0,
}

#: Spectral slope of real drum loops minus that of full mixes, dB an octave, their median.
#: From `benchmarks/embedded.py`; see docs/decisions/drum-loops-beside-real-ones.md.
_BEAT_ALONE_DB = 2.3
#: The same for plans before version 3, which keep their sound.
_BEAT_ALONE_ONCE_DB = 1.2
#: Who hears which reflections of the room.
_SEATS = ("drums", "band")
#: Threads of a transform: middle and side run in parallel on two cores.
_ROWS = 2
#: Share of a mix's compression that drums get.
_GLUE_OF_DRUMS = 0.5
#: Seconds of which a transform's room for tails is a multiple.
_TAIL_S = 2.0
#: Pre-ringing of the zero-phase tilt that is kept, in seconds.
_BEFORE_S = 0.05


@dataclass
class Balance:
    """The settings of a mix, shared by the sections of a piece.

    `levels` is the gain by part, `tilt_db` the tilt in dB an octave, `gain` the master gain.
    """

    levels: dict[str, float] = field(default_factory=dict)
    tilt_db: float | None = None
    gain: float | None = None


class Mixer:
    """Mixes a circular stretch of `frames` frames, or with `goes_round` False one with a tail.

    Internally a stem is a spectrum of two rows, middle and side. The transform length fits the
    stretch and its tail. On output the tail of a loop is folded onto its start.
    """

    def __init__(
        self,
        plan: Plan,
        rate: int,
        frames: int,
        balance: Balance | None = None,
        goes_round: bool = True,
    ) -> None:
        self.plan = plan
        self.rate = rate
        self.frames = frames
        self.goes_round = goes_round
        self.balance = balance or Balance()
        self._widths: dict[str, float] = {}
        #: Mean K-weighted power of the section mixed last.
        self.power = 0.0
        # the zero-phase tilt rings before its cause; a circular transform puts that at the end
        self.before = round(_BEFORE_S * rate)
        tail = tail_s(plan)
        if plan.version >= 8:
            # seeds differ in rooms: with few lengths, transforms share the filters' responses
            tail = _TAIL_S * math.ceil(tail / _TAIL_S)
        self.size = fast_length(frames + round(tail * rate) + self.before)
        #: The room of all, for plans that have one.
        self.room = plan.mix.room if plan.mix.room in rooms.ROOMS else ""

    def stems(
        self, buses: dict[str, np.ndarray], kicks: Sequence[int], lufs: float
    ) -> dict[str, np.ndarray]:
        """Stems at `lufs` from dry buses, which are consumed; the stems sum to the mix.

        Applies ducking, drive, reverb, echoes and balance. Float32 (frames, 2), or with a tail
        (frames and tail, 2).
        """
        spectra = {part: self._treated(part, buses.pop(part), kicks) for part in list(buses)}
        gain = self._settled(spectra, lufs)
        if not self.goes_round:
            self.power = self._k_power(total(spectra.values()) * gain)
        return {
            part: self._out(self._narrowed(part, spectra.pop(part) * gain))
            for part in list(spectra)
        }

    def mixed(self, buses: Iterable[tuple[str, np.ndarray]], kicks: Sequence[int]) -> np.ndarray:
        """The sum of what `stems` would return, float32 (frames and tail, 2); needs a set balance.

        Reverb, echoes and tilt are linear. All parts pass through them at once, in a quarter of the
        transforms.
        """
        mix = self.plan.mix
        dry = np.zeros((2, self.frames), np.float32)
        # mono send buses: to the reverb, to the echoes, through the echoes to the reverb, and from
        # each seat to the room
        sent = np.zeros((3 + len(_SEATS), self.frames), np.float32)
        for part, bus in buses:
            rows = middle_and_side(self._driven(part, bus, kicks))
            rows *= np.float32(self.balance.levels.get(part, 1.0))
            dry += rows
            room, echo = mix.sends.get(part, 0.0), mix.delay.get(part, 0.0)
            seats = [self._room_share(part) * (_seat(part) == seat) for seat in _SEATS]
            for row, gain in zip(sent, (room, echo, room * echo, *seats), strict=True):
                if gain:
                    row += rows[0] * np.float32(gain)
        spectrum = self._transformed(dry)
        if sent[1].any():
            echoes = rooms.ping_pong(self.size, self.rate, self._delay_frames)
            spectrum += echoes * scipy.fft.rfft(sent[1], self.size)
        if sent[0].any():
            room_in = scipy.fft.rfft(sent[0], self.size)
            if sent[2].any():
                room_in += echoes[0] * scipy.fft.rfft(sent[2], self.size)
            spectrum += rooms.reverb(self.size, self.rate, round(mix.reverb_s, 2)) * room_in
        for seat, row in zip(_SEATS, sent[3:], strict=True):
            if row.any():
                spectrum += self._in_room(seat, scipy.fft.rfft(row, self.size))
        spectrum *= self._settled({}, 0.0)
        self.power = self._k_power(spectrum)
        return self._out(spectrum)

    def _driven(self, part: str, bus: np.ndarray, kicks: Sequence[int]) -> np.ndarray:
        """A bus with ducking and drive applied."""
        mix = self.plan.mix
        if glue := self._glue(part):
            bus = glued(bus, self.rate, glue, self.goes_round)
        # what a kick pushes down stays down: a compressor after it would lift it again
        if mix.duck and part not in ("drums", "texture", "fx") and kicks:
            depth = mix.duck * self._yields(part)
            step_s = 15 / self.plan.bpm
            bus = bus * wide(ducking(kicks, self.frames, self.rate, depth, min(0.3, 2.6 * step_s)))
        rounded = self._rounded(part)
        return soft_clipped(bus, rounded) if rounded else bus

    def _is_rumble(self, part: str) -> bool:
        bass = self.plan.bass
        return part == "bass" and bass is not None and bass.sound.voice == "rumble"

    def _yields(self, part: str) -> float:
        """The share of the mix's ducking that a part takes."""
        if self._is_rumble(part) and self.plan.version >= 8:
            return 1.0
        return 0.75 if part == "bass" else 0.9

    def _glue(self, part: str) -> float:
        """How far a part's fast changes of level are evened out, 0 for not at all."""
        if part in ("texture", "fx") or self._is_rumble(part):
            # a rumble is what the kicks leave of it
            return 0.0
        # a beat lives by its accents
        return self.plan.mix.glue * (_GLUE_OF_DRUMS if part == "drums" else 1.0)

    def _rounded(self, part: str) -> float:
        """How far a part's peaks are rounded, 0 for not at all."""
        mix = self.plan.mix
        if part == "drums":
            return 0.25 + mix.drive + 0.5 * mix.warmth
        if part == "bass" and mix.drive:
            if self.plan.version < 8 or not self.plan.key_.is_minor:
                return 0.25 + mix.drive
            # the fifth partial of what is bent is the major third, which a minor chord contradicts
            return 0.3 * mix.drive
        return mix.warmth if part in ("chords", "lead", "pad") else 0.0

    def lines(self, part: str, buses: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The lines of a part that is not ducked, which add up to its stem in the mix made last.

        The clipper is no sum of clippers: what it does to the whole bus at each sample, as a gain,
        it does to each line. All else is linear.
        """
        whole = total(buses.values())
        driven = self._driven(part, whole, ())
        gain = np.ones_like(whole)
        np.divide(driven, whole, out=gain, where=np.abs(whole) > 1e-9)
        settled = self._settled({}, 0.0)
        return {
            name: self._out(self._narrowed(part, self._levelled(part, bus * gain) * settled))
            for name, bus in buses.items()
        }

    def _treated(self, part: str, bus: np.ndarray, kicks: Sequence[int]) -> np.ndarray:
        return self._levelled(part, self._driven(part, bus, kicks))

    def _levelled(self, part: str, driven: np.ndarray) -> np.ndarray:
        """The spectrum of a driven bus, at its part's level in the mix, with its sends."""
        mix = self.plan.mix
        spectrum = self._transformed(middle_and_side(driven))
        levels = self.balance.levels
        if part not in levels:
            power = self._k_power(spectrum)
            if power > 1e-12:
                target = 10 ** ((PART_LUFS[part] + mix.levels_db.get(part, 0.0) + 0.691) / 10)
                levels[part] = math.sqrt(target / power)
        spectrum *= np.float32(levels.get(part, 1.0))
        spectrum = self._with_sends(part, spectrum)
        if self.plan.version in (5, 6):
            self._narrow(part, spectrum)
        return spectrum

    def _narrowed(self, part: str, spectrum: np.ndarray) -> np.ndarray:
        """A part's final spectrum, no wider than mono allows; a tilt may have lifted its sides."""
        if self.plan.version >= 7:
            self._narrow(part, spectrum)
        return spectrum

    def _narrow(self, part: str, spectrum: np.ndarray) -> None:
        """Hold the side of a loop's part, in place."""
        if self.goes_round:
            # set by the whole part, so that its lines add up to it
            if part not in self._widths:
                weight = tilt.k_weight(self.size, self.rate)
                self._widths[part] = width_kept(spectrum, weight)
            spectrum[1] *= np.float32(self._widths[part])

    def _transformed(self, rows: np.ndarray) -> np.ndarray:
        """The spectrum (2, bins) of middle and side.

        The side is high-passed: the low end is mono.
        """
        if rows[1].any():
            spectrum = np.asarray(scipy.fft.rfft(rows, self.size, axis=1, workers=_ROWS))
            spectrum[1] *= response_of(side_filters(self.plan), self.size, self.rate)
            if self.plan.mix.width != 1.0:
                spectrum[1] *= np.float32(self.plan.mix.width)
            return spectrum
        spectrum = np.zeros((2, self.size // 2 + 1), np.complex64)
        spectrum[0] = scipy.fft.rfft(rows[0], self.size)
        return spectrum

    def _k_power(self, spectrum: np.ndarray) -> float:
        """K-weighted power of a middle and side spectrum: channel sum, mean over the stretch."""
        power = np.einsum("ij,ij->j", spectrum.real, spectrum.real) + np.einsum(
            "ij,ij->j", spectrum.imag, spectrum.imag
        )
        return (
            float(np.dot(power, tilt.k_weight(self.size, self.rate))) * 4 / self.size / self.frames
        )

    @property
    def _delay_frames(self) -> int:
        return round(self.plan.mix.delay_steps * 15 / self.plan.bpm * self.rate)

    def _with_sends(self, part: str, spectrum: np.ndarray) -> np.ndarray:
        mix = self.plan.mix
        room, echo = mix.sends.get(part, 0.0), mix.delay.get(part, 0.0)
        share = self._room_share(part)
        if not room and not echo and not share:
            return spectrum
        dry = spectrum[0].copy()
        sent = dry
        if echo:
            echoes = rooms.ping_pong(self.size, self.rate, self._delay_frames) * (
                spectrum[0] * np.float32(echo)
            )
            sent = sent + echoes[0]
            spectrum += echoes
        if room:
            spectrum += rooms.reverb(self.size, self.rate, round(mix.reverb_s, 2)) * (
                sent * np.float32(room)
            )
        if share:
            spectrum += self._in_room(_seat(part), dry * np.float32(share))
        return spectrum

    def _room_share(self, part: str) -> float:
        share = rooms.ROOM_SHARES.get(part, 0.0) if self.room else 0.0
        return share * self.plan.mix.distance

    def _in_room(self, seat: str, sent: np.ndarray) -> np.ndarray:
        """What comes back of a middle spectrum (bins,): middle and side (2, bins)."""
        back = rooms.room(self.size, self.rate, self.room, self.plan.version < 6) * sent
        if seat == "band":
            # the band stands opposite the drums
            np.negative(back[1], out=back[1])
        return back

    def _settled(self, spectra: Mapping[str, np.ndarray], lufs: float) -> np.ndarray:
        """The master gain (bins,), the same for all stems: spectral tilt, then loudness.

        A full mix is tilted to its style's spectral slope; of drums alone only a dull loop is
        brightened. See docs/decisions/one-tilt-for-a-mix.md.
        """
        balance = self.balance
        if balance.tilt_db is None or balance.gain is None:
            whole = total(spectra.values())
            balance.tilt_db = 0.0
            playing = {part for part in spectra if part not in ("texture", "fx")}
            fewest = 2 if self.plan.version >= 2 else 3
            if len(playing) >= fewest or playing == {"drums"}:
                power = (whole.real**2 + whole.imag**2).sum(axis=0) * self._colour**2
                slope = tilt.spectral_slope(power, self.rate, self.size)
                if len(playing) >= fewest:
                    # two parts need not fill the spectrum, so they get half the tilt
                    share = 1.0 if len(playing) >= 3 else 0.5
                    balance.tilt_db = float(
                        np.clip(share * (self.plan.mix.slope_db - slope), -4.0, 4.0)
                    )
                else:
                    # half of the difference, so that the requested timbre stays audible
                    less_db = _BEAT_ALONE_DB if self.plan.version >= 3 else _BEAT_ALONE_ONCE_DB
                    balance.tilt_db = float(
                        np.clip((self.plan.mix.slope_db + less_db - slope) / 2, 0.0, 1.5)
                    )
            power_now = self._k_power(
                whole * tilt.tilt(self.size, self.rate, balance.tilt_db) * self._colour
            )
            balance.gain = math.sqrt(10 ** ((lufs + 0.691) / 10) / max(power_now, 1e-12))
        gain = tilt.tilt(self.size, self.rate, balance.tilt_db) * np.float32(balance.gain)
        return gain * self._colour

    @property
    def _colour(self) -> np.ndarray | np.float32:
        """The recording's band and colour as gains (bins,), or 1."""
        mix = self.plan.mix
        if not (mix.low_hz or mix.top_hz or mix.bells):
            return np.float32(1.0)
        bells = tuple((float(hz), float(db)) for hz, db in mix.bells)
        return tilt.colour(self.size, self.rate, mix.low_hz, mix.top_hz, bells)

    def _out(self, spectrum: np.ndarray) -> np.ndarray:
        rows = scipy.fft.irfft(spectrum, self.size, axis=1, workers=_ROWS)
        stem = left_and_right(rows)
        after = self.size - self.before
        if not self.goes_round:
            return stem[:after]
        done = stem[: self.frames].copy()
        for at in range(self.frames, after, self.frames):
            piece = stem[at : min(at + self.frames, after)]
            done[: len(piece)] += piece
        early = stem[after:][-self.frames :]
        done[-len(early) :] += early
        return done


def _seat(part: str) -> str:
    return "drums" if part == "drums" else "band"


def tail_s(plan: Plan) -> float:
    """Length of a plan's reverb and echo tail in seconds."""
    mix = plan.mix
    echo_s = 7 * mix.delay_steps * 15 / plan.bpm if any(mix.delay.values()) else 0.0
    reverb_s = mix.reverb_s if any(mix.sends.values()) else 0.0
    room_s = 1.1 * rooms.ROOMS[mix.room].rt_s if mix.room in rooms.ROOMS else 0.0
    return 0.05 + max(reverb_s, room_s) + echo_s
