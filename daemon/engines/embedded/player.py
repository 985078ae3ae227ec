"""Who plays single notes: the voices, a user's kit, or a font; equal notes are rendered once."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any, Protocol

import numpy as np

from daemon.engines.embedded.notes import TICKS_PER_QUARTER, Note
from daemon.engines.embedded.plan import Sound
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike, Tone, Voice

#: Velocity layers of a voice: notes of one layer share one rendering.
_LAYERS = 4
#: The same for drums of wood and skin, whose timbre follows the stroke.
_DRUM_LAYERS = 8
#: Frames of rendered notes that a player caches (48 MB of stereo float32).
_CACHE_FRAMES = 6_000_000


class Kit(Protocol):
    """A user's own sounds with peaks at 1, as `kit.read_kit` reads them from a folder."""

    def hit(self, voice: str, variation: int) -> np.ndarray | None: ...

    def tone(self, family: str, pitch: float, held_s: float, rate: int) -> np.ndarray | None: ...


class Sampler(Protocol):
    """Sampled instruments of the user's, as `fonts.fonts_of` reads them."""

    def has(self, voice: str) -> bool: ...

    def play(self, voice: Voice, strike: Strike) -> np.ndarray | None: ...


#: Peak to which a kit's sample is scaled, about that of the voice it replaces; 0.9 for the rest.
_SAMPLE_PEAKS = {"hat": 0.5, "open hat": 0.45, "ride": 0.45, "crash": 0.6, "shaker": 0.5}


class Player:
    """Renders notes with voices at one sample rate, and caches them: equal notes render once."""

    def __init__(self, rate: int, kit: Kit | None = None, sampler: Sampler | None = None) -> None:
        self.rate = rate
        self.kit = kit
        self.sampler = sampler
        self._kept: OrderedDict[tuple[Any, ...], np.ndarray] = OrderedDict()
        self._frames = 0

    def play(self, note: Note, sound: Sound, bpm: float, early: bool = False) -> np.ndarray:
        """One note as float32 (frames, 2), before its velocity's gain; `early` as in `Strike`."""
        voice = VOICES[sound.voice or note.voice]
        drums = voice.family == "drums"
        layers = _DRUM_LAYERS if drums and sound.voice != note.voice else _LAYERS
        layer = max(1, math.ceil(note.velocity * layers)) / layers
        pitch = voice.home + sound.octave if drums else (note.pitch or voice.home)
        held_ticks = note.length if not drums or note.voice == "open hat" else 0
        key = (
            voice.name,
            pitch,
            held_ticks,
            bpm,
            layer,
            note.glide_from,
            note.variation,
            early,
            tuple(sorted(sound.tone.items())),
        )
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        held_s = held_ticks * 60 / (bpm * TICKS_PER_QUARTER)
        strike = Strike(
            pitch,
            held_s,
            layer,
            self.rate,
            Tone(**sound.tone),
            note.glide_from,
            note.variation,
            early,
        )
        played = self._sampled(VOICES[note.voice], strike)
        if played is None:
            played = voice.play(strike).astype(np.float32, copy=False)
        self._kept[key] = played
        self._frames += len(played)
        while self._frames > _CACHE_FRAMES:
            self._frames -= len(self._kept.popitem(last=False)[1])
        return played

    def is_sampled(self, voice: str) -> bool:
        """Whether the user's own sounds play a voice."""
        return self.kit is not None or (self.sampler is not None and self.sampler.has(voice))

    def forget(self) -> None:
        """Empty the cache of rendered notes."""
        self._kept.clear()
        self._frames = 0

    def _sampled(self, voice: Voice, strike: Strike) -> np.ndarray | None:
        """The kit's or a font's sample for a voice, (frames, 2); None where neither has one."""
        if self.kit is None:
            return None if self.sampler is None else self.sampler.play(voice, strike)
        if voice.family != "drums":
            return self.kit.tone(voice.family, strike.pitch, strike.held_s, self.rate)
        hit = self.kit.hit(voice.name, strike.variation)
        return None if hit is None else hit * np.float32(_SAMPLE_PEAKS.get(voice.name, 0.9))
