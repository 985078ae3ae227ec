"""From notes to stems and their sum: placing, ducking, sends, balance. A stretch goes round: tails come in at its start."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import scipy.fft

from daemon.audio import rooms, tilt
from daemon.audio.signals import fast_length, highpass, response_of, wide
from daemon.engines.embedded.plan import Plan, Sound
from daemon.engines.embedded.score import TICKS_PER_QUARTER, Note
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike, Tone, Voice

#: Where each part sits, in K-weighted LUFS against the others, before the style's own wishes.
PART_LUFS = {
    "drums": -14.0,
    "bass": -16.5,
    "chords": -19.5,
    "lead": -19.5,
    "pad": -23.0,
    "texture": -40.0,
    "fx": -24.0,
}

#: Level in dB and place (-1 left, 1 right) of each voice within the drums.
DRUM_PLACES: dict[str, tuple[float, float]] = {
    "kick": (-2, 0), "hard kick": (-2, 0), "snare": (0, 0), "clap": (0, 0), "snap": (-3, 0.1),
    "brush": (-1, 0), "brush sweep": (-10, -0.15),
    "rim": (-5, -0.25),
    "hat": (-2, 0.18), "open hat": (-3, 0.18), "ride": (-3, -0.3), "crash": (-6, 0.2), "high tom": (-4, 0.3),
    "mid tom": (-3, 0.0), "low tom": (-3, -0.3), "high conga": (-6, 0.4), "low conga": (-5, -0.4), "shaker": (-7, -0.35),
    "tabla": (-3, 0.15), "bayan": (-3, 0),
    "tambourine": (-9, 0.4), "cowbell": (-9, 0.3), "clave": (-10, -0.45),
}  # fmt: skip

#: Power of the velocity that is a note's gain: soft strokes of drums lie 8 dB under a hit, ghosts 16, as players leave them.
_DRUM_DYNAMICS, _DYNAMICS = 1.6, 1.2
#: By how much (dB an octave) real drum loops fall off less than full mixes do, in the median; and what older plans took it to be.
_BEAT_ALONE_DB, _BEAT_ALONE_ONCE_DB = 2.3, 1.2
_LAYERS = 4
#: Middle and side are transformed at the same time, where there are two cores.
_ROWS = 2
_BEFORE_S = 0.05
_CACHE_FRAMES = 6_000_000


class Kit(Protocol):
    """A user's own sounds, as `kit.Kit` reads them from a folder; their peaks are at 1."""

    def hit(self, voice: str, variation: int) -> np.ndarray | None: ...

    def tone(self, family: str, pitch: float, held_s: float, rate: int) -> np.ndarray | None: ...


#: Peaks at which a sample stands in for a voice: about those of the voices themselves.
_SAMPLE_PEAKS = {"hat": 0.5, "open hat": 0.45, "ride": 0.45, "crash": 0.6, "shaker": 0.5}


class Player:
    """Plays notes with voices at one sample rate, and keeps what it has played: the same note is rendered once."""

    def __init__(self, rate: int, kit: Kit | None = None) -> None:
        self.rate, self.kit = rate, kit
        self._kept: OrderedDict[tuple[Any, ...], np.ndarray] = OrderedDict()
        self._frames = 0

    def play(self, note: Note, sound: Sound, bpm: float) -> np.ndarray:
        """Float32 (frames, 2) of one note, without its velocity's gain."""
        voice = VOICES[note.voice]
        layer = max(1, math.ceil(note.velocity * _LAYERS)) / _LAYERS
        pitch = (note.pitch or voice.home) if voice.family != "drums" else voice.home + sound.octave
        held_ticks = note.length if voice.family != "drums" or note.voice == "open hat" else 0
        key = (
            voice.name,
            pitch,
            held_ticks,
            bpm,
            layer,
            note.glide_from,
            note.variation,
            tuple(sorted(sound.tone.items())),
        )
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        held_s = held_ticks * 60 / (bpm * TICKS_PER_QUARTER)
        strike = Strike(
            pitch, held_s, layer, self.rate, Tone(**sound.tone), note.glide_from, note.variation
        )
        played = self._sampled(voice, strike)
        if played is None:
            played = voice.play(strike).astype(np.float32, copy=False)
        self._kept[key] = played
        self._frames += len(played)
        while self._frames > _CACHE_FRAMES:
            self._frames -= len(self._kept.popitem(last=False)[1])
        return played

    def forget(self) -> None:
        """Give back the notes that were kept for the next take."""
        self._kept.clear()
        self._frames = 0

    def _sampled(self, voice: Voice, strike: Strike) -> np.ndarray | None:
        """The user's own sound in the voice's stead, where the kit has one."""
        if self.kit is None:
            return None
        if voice.family != "drums":
            return self.kit.tone(voice.family, strike.pitch, strike.held_s, self.rate)
        hit = self.kit.hit(voice.name, strike.variation)
        return None if hit is None else hit * np.float32(_SAMPLE_PEAKS.get(voice.name, 0.9))


def frame_of(tick: float, bpm: float, rate: int) -> int:
    return round(tick * 60 / (bpm * TICKS_PER_QUARTER) * rate)


def add_round(bus: np.ndarray, sound: np.ndarray, at: int, left: float, right: float) -> None:
    """Add (frames, 2) to a bus from frame `at`, coming in again at its start as often as it is long."""
    length = len(bus)
    if left == right:
        played = sound * np.float32(left)
    else:
        # one side after the other: numpy takes five times as long over pairs
        played = np.empty_like(sound)
        np.multiply(sound[:, 0], np.float32(left), out=played[:, 0])
        np.multiply(sound[:, 1], np.float32(right), out=played[:, 1])
    at %= length
    done = 0
    while done < len(sound):
        count = min(len(sound) - done, length - at)
        bus[at : at + count] += played[done : done + count]
        done += count
        at = 0


def place(
    notes: Sequence[Note],
    sounds: Mapping[str, Sound],
    bpm: float,
    player: Player,
    frames: int,
    first_frame: int = 0,
) -> np.ndarray:
    """The bus of one part from `first_frame` of the piece on: float32 (frames, 2), dry."""
    bus = np.zeros((frames, 2), np.float32)
    for note in notes:
        sound = sounds.get(note.voice) or Sound(note.voice)
        level_db, place_ = DRUM_PLACES.get(note.voice, (0.0, 0.0))
        gain = 10 ** (level_db / 20) * note.velocity ** (
            _DRUM_DYNAMICS if note.voice in DRUM_PLACES else _DYNAMICS
        )
        at = frame_of(note.start, bpm, player.rate) - first_frame
        add_round(
            bus,
            player.play(note, sound, bpm),
            at,
            gain * min(1.0, 1 - place_),
            gain * min(1.0, 1 + place_),
        )
    return bus


def ducking(
    kicks: Sequence[int], frames: int, rate: int, depth: float, length_s: float
) -> np.ndarray:
    """Gain (frames,) that steps aside at each kick and comes back within `length_s`; goes round."""
    gain = np.ones(frames, np.float32)
    before = round(0.004 * rate)
    n = round(length_s * rate)
    back = np.linspace(0, 1, n, dtype=np.float32)
    curve = 1 - depth * np.concatenate(
        [np.linspace(0, 1, before, dtype=np.float32), (1 - back) ** 1.6]
    )
    for kick in kicks:
        index = np.arange(kick - before, kick + n) % frames
        gain[index] = np.minimum(gain[index], curve)
    return gain


def part_sounds(plan: Plan, part: str, brighter: float = 0.0) -> dict[str, Sound]:
    """The sounds by voice of one part of a plan; `brighter` moves the timbre of what has a pitch."""
    what = getattr(plan, part, None)
    if what is None or isinstance(what, Sound):
        return {}
    if part == "drums":
        return dict(what.sounds)
    tone = dict(what.sound.tone)
    if brighter:
        tone["bright"] = round(min(1.0, max(-1.0, tone.get("bright", 0.0) + brighter)), 2)
    return {what.sound.voice: Sound(what.sound.voice, tone, what.sound.octave)}


@dataclass
class Balance:
    """What a mix was set to, so that the sections of a piece share it: gain by part, tilt in dB an octave, gain of all."""

    levels: dict[str, float] = field(default_factory=dict)
    tilt_db: float | None = None
    gain: float | None = None


class Mixer:
    """Mixes one stretch of `frames` frames that goes round, or (`goes_round` False) one whose tail runs on past its end.

    Inside, a stem is a pair of rows, middle and side, of the spectrum of a length at which transforms are fast and that holds
    the stretch and its tail; on the way out the tail of a loop is folded onto its start.
    """

    def __init__(
        self,
        plan: Plan,
        rate: int,
        frames: int,
        balance: Balance | None = None,
        goes_round: bool = True,
    ) -> None:
        self.plan, self.rate, self.frames, self.goes_round = plan, rate, frames, goes_round
        self.balance = balance or Balance()
        #: K-weighted power of the section that was mixed last, the mean over the stretch.
        self.power = 0.0
        # the tonal balance has no phase: it sounds a little before its cause, which a transform keeps at the far end
        self.before = round(_BEFORE_S * rate)
        self.size = fast_length(frames + round(tail_s(plan) * rate) + self.before)

    def stems(
        self, buses: dict[str, np.ndarray], kicks: Sequence[int], lufs: float
    ) -> dict[str, np.ndarray]:
        """Buses, dry (they are used up) -> stems with ducking, drive, room, echoes and balance, at `lufs`; they sum to the mix.

        Float32 (frames, 2), or (frames and tail, 2) where the stretch does not go round.
        """
        spectra = {part: self._treated(part, buses.pop(part), kicks) for part in list(buses)}
        gain = self._settled(spectra, lufs)
        if not self.goes_round:
            self.power = self._k_power(total(spectra.values()) * gain)
        return {part: self._out(spectra.pop(part) * gain) for part in list(spectra)}

    def mixed(self, buses: Iterable[tuple[str, np.ndarray]], kicks: Sequence[int]) -> np.ndarray:
        """The sum of what `stems` would give, under a balance that has been set: float32 (frames and tail, 2).

        Room, echoes and tonal balance are linear: all parts go through them at once, in a quarter of the transforms.
        """
        mix = self.plan.mix
        dry = np.zeros((2, self.frames), np.float32)
        # middle signals on their way to the room, to the echoes, and to the room by way of the echoes
        sent = np.zeros((3, self.frames), np.float32)
        for part, bus in buses:
            rows = self._rows(self._driven(part, bus, kicks))
            rows *= np.float32(self.balance.levels.get(part, 1.0))
            dry += rows
            room, echo = mix.sends.get(part, 0.0), mix.delay.get(part, 0.0)
            for row, gain in zip(sent, (room, echo, room * echo), strict=True):
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
        spectrum *= self._settled({}, 0.0)
        self.power = self._k_power(spectrum)
        return self._out(spectrum)

    def _driven(self, part: str, bus: np.ndarray, kicks: Sequence[int]) -> np.ndarray:
        """A bus ducked under the kicks and driven."""
        mix = self.plan.mix
        if mix.duck and part not in ("drums", "texture", "fx") and kicks:
            depth = mix.duck * (0.75 if part == "bass" else 0.9)
            step_s = 15 / self.plan.bpm
            bus = bus * wide(ducking(kicks, self.frames, self.rate, depth, min(0.3, 2.6 * step_s)))
        if part == "drums" or (mix.drive and part == "bass"):
            bus = _soft_clipped(bus, 0.25 + mix.drive)
        return bus

    def _treated(self, part: str, bus: np.ndarray, kicks: Sequence[int]) -> np.ndarray:
        mix = self.plan.mix
        spectrum = self._transformed(self._rows(self._driven(part, bus, kicks)))
        levels = self.balance.levels
        if part not in levels:
            power = self._k_power(spectrum)
            if power > 1e-12:
                target = 10 ** ((PART_LUFS[part] + mix.levels_db.get(part, 0.0) + 0.691) / 10)
                levels[part] = math.sqrt(target / power)
        spectrum *= np.float32(levels.get(part, 1.0))
        return self._with_sends(part, spectrum)

    @staticmethod
    def _rows(bus: np.ndarray) -> np.ndarray:
        """Middle and side of a bus, float32 (2, frames)."""
        rows = np.empty((2, len(bus)), np.float32)
        np.add(bus[:, 0], bus[:, 1], out=rows[0])
        np.subtract(bus[:, 0], bus[:, 1], out=rows[1])
        rows *= np.float32(0.5)
        return rows

    def _transformed(self, rows: np.ndarray) -> np.ndarray:
        """The spectrum (2, bins) of middle and side, the side high-passed twice at 190 Hz: mono where it matters."""
        if rows[1].any():
            spectrum = np.asarray(scipy.fft.rfft(rows, self.size, axis=1, workers=_ROWS))
            spectrum[1] *= response_of((highpass(190), highpass(190)), self.size, self.rate)
            return spectrum
        spectrum = np.zeros((2, self.size // 2 + 1), np.complex64)
        spectrum[0] = scipy.fft.rfft(rows[0], self.size)
        return spectrum

    def _k_power(self, spectrum: np.ndarray) -> float:
        """K-weighted power (the sum over both channels, the mean over the stretch) of a middle and side."""
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
        if not room and not echo:
            return spectrum
        sent = spectrum[0]
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
        return spectrum

    def _settled(self, spectra: Mapping[str, np.ndarray], lufs: float) -> np.ndarray:
        """One gain for all stems (bins,): a full mix is turned to its style's spectral slope, a beat alone that is dull is
        brightened, then all is levelled."""
        balance = self.balance
        if balance.tilt_db is None or balance.gain is None:
            whole = total(spectra.values())
            balance.tilt_db = 0.0
            playing = {part for part in spectra if part not in ("texture", "fx")}
            fewest = 2 if self.plan.version >= 2 else 3
            if len(playing) >= fewest or playing == {"drums"}:
                power = (whole.real**2 + whole.imag**2).sum(axis=0)
                slope = tilt.spectral_slope(power, self.rate, self.size)
                if len(playing) >= fewest:
                    # two parts need not fill the spectrum: they are turned half-way
                    share = 1.0 if len(playing) >= 3 else 0.5
                    balance.tilt_db = float(
                        np.clip(share * (self.plan.mix.slope_db - slope), -4.0, 4.0)
                    )
                else:
                    # half of what it lacks: how its voices were asked to sound must stay heard
                    less_db = _BEAT_ALONE_DB if self.plan.version >= 3 else _BEAT_ALONE_ONCE_DB
                    balance.tilt_db = float(
                        np.clip((self.plan.mix.slope_db + less_db - slope) / 2, 0.0, 1.5)
                    )
            power_now = self._k_power(whole * tilt.tilt(self.size, self.rate, balance.tilt_db))
            balance.gain = math.sqrt(10 ** ((lufs + 0.691) / 10) / max(power_now, 1e-12))
        return tilt.tilt(self.size, self.rate, balance.tilt_db) * np.float32(balance.gain)

    def _out(self, spectrum: np.ndarray) -> np.ndarray:
        rows = scipy.fft.irfft(spectrum, self.size, axis=1, workers=_ROWS)
        stem = np.empty((self.size, 2), np.float32)
        np.add(rows[0], rows[1], out=stem[:, 0])
        np.subtract(rows[0], rows[1], out=stem[:, 1])
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


def tail_s(plan: Plan) -> float:
    """Seconds for which a plan's room and echoes ring on."""
    mix = plan.mix
    echo_s = 7 * mix.delay_steps * 15 / plan.bpm if any(mix.delay.values()) else 0.0
    return 0.05 + (mix.reverb_s if any(mix.sends.values()) else 0.0) + echo_s


def _soft_clipped(bus: np.ndarray, amount: float) -> np.ndarray:
    """The peaks of a bus rounded off, as a drum bus is driven; what is quiet stays as it is."""
    peak = max(float(bus.max(initial=0.0)), -float(bus.min(initial=0.0)))
    if peak < 1e-6:
        return bus
    ceiling = np.float32(peak / (1.0 + 2.2 * amount))
    return np.tanh(bus / ceiling) * ceiling


def below_ceiling(
    stems: dict[str, np.ndarray], peak_db: float = -3.0
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """(mix, stems), all of them quieter by one gain where the mix would pass a sample peak of `peak_db`."""
    mix = added(stems)
    top = max(float(mix.max(initial=0)), -float(mix.min(initial=0)))
    ceiling = 10 ** (peak_db / 20)
    if top > ceiling:
        stems = {part: stem * np.float32(ceiling / top) for part, stem in stems.items()}
        mix = added(stems)
    return mix, stems


def added(stems: Mapping[str, np.ndarray]) -> np.ndarray:
    """The sum of the stems, float32 (frames, 2)."""
    return total(stems.values())


def total(arrays: Iterable[np.ndarray]) -> np.ndarray:
    """The sum of arrays of one shape and type, in their order: what `np.sum` of the list gives, without a copy of them all."""
    first, *others = arrays
    done = first.copy()
    for other in others:
        done += other
    return done
