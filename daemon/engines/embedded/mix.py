"""From notes to stems and their sum: placing, ducking, sends, balance. A stretch goes round: tails come in at its start."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np

from daemon.engines.embedded import effects
from daemon.engines.embedded.plan import Plan, Sound
from daemon.engines.embedded.score import TICKS_PER_QUARTER, Note
from daemon.engines.embedded.voices.signals import highpass, response_of, saturate
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike, Tone

#: Where each part sits, in K-weighted LUFS against the others, before the style's own wishes.
PART_LUFS = {"drums": -14.0, "bass": -16.5, "chords": -19.5, "lead": -19.5, "pad": -23.0, "texture": -40.0, "fx": -24.0}

#: Level in dB and place (-1 left, 1 right) of each voice within the drums.
DRUM_PLACES: dict[str, tuple[float, float]] = {
    "kick": (0, 0), "hard kick": (0, 0), "snare": (-3, 0), "clap": (-4, 0), "snap": (-7, 0.1), "rim": (-10, -0.25),
    "hat": (-10, 0.18), "open hat": (-11, 0.18), "ride": (-9, -0.3), "crash": (-10, 0.2), "high tom": (-6, 0.3),
    "mid tom": (-5, 0.0), "low tom": (-5, -0.3), "high conga": (-9, 0.4), "low conga": (-8, -0.4), "shaker": (-13, -0.35),
    "tambourine": (-15, 0.4), "cowbell": (-13, 0.3), "clave": (-14, -0.45),
}  # fmt: skip

_LAYERS = 6
_CACHE_FRAMES = 24_000_000


class Player:
    """Plays notes with voices at one sample rate, and keeps what it has played: the same note is rendered once."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._kept: OrderedDict[tuple, np.ndarray] = OrderedDict()
        self._frames = 0

    def play(self, note: Note, sound: Sound, bpm: float) -> np.ndarray:
        """Float32 (frames, 2) of one note, without its velocity's gain."""
        voice = VOICES[note.voice]
        layer = max(1, math.ceil(note.velocity * _LAYERS)) / _LAYERS
        pitch = (note.pitch or voice.home) if voice.family != "drums" else voice.home + sound.octave
        held_ticks = note.length if voice.family != "drums" or note.voice == "open hat" else 0
        key = (voice.name, pitch, held_ticks, bpm, layer, note.glide_from, note.variation, tuple(sorted(sound.tone.items())))
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        held_s = held_ticks * 60 / (bpm * TICKS_PER_QUARTER)
        strike = Strike(pitch, held_s, layer, self.rate, Tone(**sound.tone), note.glide_from, note.variation)
        played = voice.play(strike).astype(np.float32, copy=False)
        self._kept[key] = played
        self._frames += len(played)
        while self._frames > _CACHE_FRAMES:
            self._frames -= len(self._kept.popitem(last=False)[1])
        return played


def frame_of(tick: float, bpm: float, rate: int) -> int:
    return round(tick * 60 / (bpm * TICKS_PER_QUARTER) * rate)


def add_round(bus: np.ndarray, sound: np.ndarray, at: int, left: float, right: float) -> None:
    """Add (frames, 2) to a bus from frame `at`, coming in again at its start as often as it is long."""
    length = len(bus)
    gain = np.array([left, right], np.float32)
    at %= length
    done = 0
    while done < len(sound):
        count = min(len(sound) - done, length - at)
        bus[at : at + count] += sound[done : done + count] * gain
        done += count
        at = 0


def place(
    notes: Sequence[Note], sounds: Mapping[str, Sound], plan: Plan, player: Player, frames: int, start_tick: int = 0
) -> np.ndarray:
    """The bus of one part: float32 (frames, 2), dry."""
    bus = np.zeros((frames, 2), np.float32)
    for note in notes:
        sound = sounds.get(note.voice) or Sound(note.voice)
        level_db, place_ = DRUM_PLACES.get(note.voice, (0.0, 0.0))
        gain = 10 ** (level_db / 20) * note.velocity**1.4
        played = player.play(note, sound, plan.bpm)
        at = frame_of(note.start - start_tick, plan.bpm, player.rate)
        add_round(bus, played, at, gain * min(1.0, 1 - place_), gain * min(1.0, 1 + place_))
    return bus


def ducking(kicks: Sequence[int], frames: int, rate: int, depth: float, length_s: float) -> np.ndarray:
    """Gain (frames,) that steps aside at each kick and comes back within `length_s`; goes round."""
    gain = np.ones(frames, np.float32)
    before = round(0.004 * rate)
    n = round(length_s * rate)
    back = np.linspace(0, 1, n, dtype=np.float32)
    curve = 1 - depth * np.concatenate([np.linspace(0, 1, before, dtype=np.float32), (1 - back) ** 1.6])
    for kick in kicks:
        index = np.arange(kick - before, kick + n) % frames
        gain[index] = np.minimum(gain[index], curve)
    return gain


def k_power(spectrum: np.ndarray, frames: int, rate: int) -> float:
    """K-weighted power (sum over channels, mean over frames) of a spectrum (frames // 2 + 1, 2)."""
    power = (spectrum.real**2 + spectrum.imag**2).sum(axis=1)
    return float((power * effects.k_weight(frames, rate)).sum() * 2 / frames**2)


def part_sounds(plan: Plan, part: str) -> dict[str, Sound]:
    """The sounds by voice of one part of a plan."""
    what = getattr(plan, part, None)
    if what is None:
        return {}
    if part == "drums":
        return dict(what.sounds)
    sound = what if isinstance(what, Sound) else what.sound
    return {sound.voice: sound}


class Desk:
    """Mixes one stretch of `frames` frames that goes round."""

    def __init__(self, plan: Plan, rate: int, frames: int) -> None:
        self.plan, self.rate, self.frames = plan, rate, frames

    def stems(self, buses: Mapping[str, np.ndarray], kicks: Sequence[int]) -> dict[str, np.ndarray]:
        """Buses, dry -> stems with ducking, drive, room, echoes and balance; their sum is the mix. Float32 (frames, 2)."""
        spectra = {part: self._treated(part, bus, kicks) for part, bus in buses.items()}
        if not spectra:
            return {}
        gain = self._balance(spectra)
        stems = {}
        for part in list(spectra):
            spectrum = spectra.pop(part)
            spectrum *= gain[:, None]
            stems[part] = np.fft.irfft(spectrum, self.frames, axis=0).astype(np.float32, copy=False)
        return stems

    def _treated(self, part: str, bus: np.ndarray, kicks: Sequence[int]) -> np.ndarray:
        mix = self.plan.mix
        if mix.duck and part not in ("drums", "texture", "fx") and kicks:
            depth = mix.duck * (0.75 if part == "bass" else 0.9)
            step_s = 15 / self.plan.bpm
            bus = bus * ducking(kicks, self.frames, self.rate, depth, min(0.3, 2.6 * step_s))[:, None]
        if mix.drive and part in ("drums", "bass"):
            peak = max(float(np.abs(bus).max()), 1e-6)
            bus = saturate(bus / np.float32(peak), 0.6 + 2.5 * mix.drive) * np.float32(peak)
        spectrum = np.fft.rfft(bus, axis=0)
        self._mono_below(spectrum)
        power = k_power(spectrum, self.frames, self.rate)
        if power > 1e-12:
            target = 10 ** ((PART_LUFS[part] + mix.levels_db.get(part, 0.0) + 0.691) / 10)
            spectrum *= np.float32(math.sqrt(target / power))
        return self._sends(part, spectrum)

    def _mono_below(self, spectrum: np.ndarray) -> None:
        """The side signal high-passed at 140 Hz, twice, in place: mono where it matters."""
        edge = response_of((highpass(150), highpass(150)), self.frames, self.rate).astype(np.complex64)
        middle = (spectrum[:, 0] + spectrum[:, 1]) * np.float32(0.5)
        side = (spectrum[:, 0] - spectrum[:, 1]) * np.float32(0.5) * edge
        spectrum[:, 0] = middle + side
        spectrum[:, 1] = middle - side

    def _sends(self, part: str, spectrum: np.ndarray) -> np.ndarray:
        mix = self.plan.mix
        room = mix.sends.get(part, 0.0)
        echo = mix.delay.get(part, 0.0)
        wet = None
        if echo:
            delay = round(mix.delay_steps * 15 / self.plan.bpm * self.rate)
            middle = spectrum.mean(axis=1, keepdims=True) * np.float32(echo)
            wet = middle * effects.ping_pong(self.frames, self.rate, delay, 0.42)
        if room:
            heard = effects.reverb(self.frames, self.rate, round(mix.reverb_s, 2))
            sent = spectrum if wet is None else spectrum + wet
            into = sent.mean(axis=1, keepdims=True) * np.float32(0.7) + sent * np.float32(0.3)
            wet_room = into * heard * np.float32(room)
            wet = wet_room if wet is None else wet + wet_room
        return spectrum if wet is None else spectrum + wet

    def _balance(self, spectra: Mapping[str, np.ndarray]) -> np.ndarray:
        """One gain for all stems (frames // 2 + 1,): a full mix is turned to its style's spectral slope; then level."""
        total = np.sum(list(spectra.values()), axis=0)
        gain = np.ones(self.frames // 2 + 1, np.float32)
        power = (total.real**2 + total.imag**2).sum(axis=1)
        if len([part for part in spectra if part != "texture"]) >= 3:
            slope = effects.spectral_slope(power, self.rate, self.frames)
            gain = effects.tilt(self.frames, self.rate, float(np.clip(self.plan.mix.slope_db - slope, -2.5, 2.5)))
        return gain


def levelled(
    stems: dict[str, np.ndarray], lufs: float, rate: int, peak_db: float = -1.2
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """(mix, stems) brought to `lufs` (K-weighted, going round) or to a sample peak of `peak_db`, whichever comes first."""
    mix = added(stems)
    frames = len(mix)
    power = k_power(np.fft.rfft(mix, axis=0), frames, rate)
    top = float(np.abs(mix).max(initial=0))
    if top < 1e-9:
        return mix, stems
    gain = min(math.sqrt(10 ** ((lufs + 0.691) / 10) / max(power, 1e-15)), 10 ** (peak_db / 20) / top)
    stems = {part: stem * np.float32(gain) for part, stem in stems.items()}
    return added(stems), stems


def added(stems: Mapping[str, np.ndarray]) -> np.ndarray:
    """The sum of the stems, float32 (frames, 2)."""
    return np.asarray(np.sum(list(stems.values()), axis=0, dtype=np.float32))
