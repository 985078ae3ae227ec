"""The user's sampled sounds: which parts of a plan a sound font plays, and how.

Instruments of wood, metal and strings are the font's where it has them; machines and synthesizers
stay the musician's own, and so do instruments that General MIDI has no number for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from daemon.audio.soundfonts.font import DRUM_BANK, Font
from daemon.audio.soundfonts.play import play_regions
from daemon.audio.soundfonts.roles import ROLES, SFZ, SOUNDFONTS, of_role
from daemon.audio.soundfonts.sf2 import read_sf2
from daemon.audio.soundfonts.sfz import read_sfz
from daemon.engines.embedded.instruments import players
from daemon.engines.embedded.kits import KITS, WOOD
from daemon.engines.embedded.patches import PATCHES
from daemon.engines.embedded.plan import Plan
from daemon.engines.embedded.styles.stage import STAGES
from daemon.engines.embedded.voices.table import VOICES, newest
from daemon.engines.embedded.voices.voice import Strike, Voice
from daemon.errors import AudioError, EngineError

#: Role -> the families of its instruments.
_FAMILIES = {
    "keys": ("keyboards",), "organ": ("organs", "free reeds"), "guitar": ("guitars",),
    "strings": ("bowed strings",), "winds": ("woodwinds", "saxophones"), "brass": ("brass",),
    "mallets": ("mallets and bells",), "choir": ("voices",),
}  # fmt: skip
#: Voices whose number in General MIDI is their own instrument.
_PLAYED_NAMES = (
    "grand piano, upright piano, honky tonk piano, electric piano, harpsichord, clavinet, "
    "celesta, glockenspiel, music box, vibraphone, marimba, xylophone, tubular bells, santoor, "
    "drawbar organ, pipe organ, harmonium, accordion, harmonica, bandoneon, nylon guitar, steel "
    "guitar, jazz guitar, clean guitar, muted guitar, crunch guitar, distorted guitar, solo "
    "guitar, double bass, fingered bass, picked bass, sliding bass, slapped bass, violin, "
    "viola, cello, harp, string section, choir ah, choir oo, trumpet, trombone, tuba, muted "
    "trumpet, french horn, horn section, soprano saxophone, saxophone, tenor saxophone, "
    "baritone saxophone, oboe, english horn, bassoon, clarinet, piccolo, flute, recorder, pan "
    "flute, shakuhachi, whistle, ocarina, sitar, banjo, shamisen, koto, kalimba, bagpipes, "
    "fiddle, steel pan, pizzicato, guitar harmonics"
)
_PLAYED = frozenset(name.strip() for name in _PLAYED_NAMES.split(","))
#: Kit of wood -> program of the drum bank (General MIDI 2, Roland's numbers).
_KIT_PROGRAMS = {"jazz": 32, "orchestra": 48, "rock": 16, "metal": 16}
#: Peak to which a drum is scaled, as of the voices in its place.
_PEAKS = {"hat": 0.5, "open hat": 0.45, "ride": 0.45, "crash": 0.6, "shaker": 0.5}
_PEAK = 0.9
#: Seconds that a drum rings where nothing chokes it.
_RING_S = 3.0
#: Semitones by which notes of one pitch differ, in turn.
_OFF = (0.0, 0.018, -0.014, 0.009)


class Fonts:
    """The fonts of a job, first come first: it answers for a plan's voices."""

    def __init__(self, fonts: Sequence[tuple[str, Font]], plan: Plan) -> None:
        self._fonts = tuple(font for role, font in fonts if not role)
        self._roles = tuple((role, font) for role, font in fonts if role)
        sounds = plan.drums.sounds.values() if plan.drums else ()
        self._wooden = any(sound.voice.startswith(WOOD) for sound in sounds)
        kit = STAGES[plan.genre].kit if plan.genre in STAGES else ""
        self._kit = _KIT_PROGRAMS.get(kit, 0) if kit in KITS else 0
        #: Names of the fonts that sounded.
        self.heard: list[Font] = []

    def has(self, voice: str) -> bool:
        """Whether a font plays a voice."""
        return self._find(VOICES[voice]) is not None

    def play(self, voice: Voice, strike: Strike) -> np.ndarray | None:
        """One note, float32 (frames, 2) before its velocity's gain; None where no font has it."""
        found = self._find(voice)
        if found is None:
            return None
        font, bank, program = found
        drums = bank == DRUM_BANK
        key = float(voice.gm) if drums else strike.pitch
        regions = font.regions(bank, program, key, strike.velocity, strike.variation)
        if not regions:
            return None
        if font not in self.heard:
            self.heard.append(font)
        held_s = strike.held_s or _RING_S if drums else strike.held_s
        off = _OFF[strike.variation % len(_OFF)]
        x = play_regions(regions, key + off, held_s, strike.rate, strike.glide_from)
        if drums:
            top = float(np.abs(x).max(initial=0.0))
            x = x * np.float32(_PEAKS.get(voice.name, _PEAK) / max(top, 1e-6))
        return x

    def _find(self, voice: Voice) -> tuple[Font, int, int] | None:
        """(font, bank, program) of a voice's role, else of the first that has its instrument."""
        for role, font in self._roles:
            if _plays(role, voice):
                place = _place_of_role(font, voice)
                if place is not None:
                    return font, *place
        if voice.family == "drums":
            places = [(DRUM_BANK, self._kit), (DRUM_BANK, 0)] if self._wooden else []
        else:
            places = [(0, voice.gm)] if newest(voice.name) in _PLAYED else []
        for font in self._fonts:
            for place in places:
                if place in font.presets and (
                    voice.family != "drums" or font.regions(*place, voice.gm, 0.8)
                ):
                    return font, *place
        return None


def fonts_of(files: Sequence[str], plan: Plan) -> Fonts:
    """The fonts of the config, some named for a role. EngineError where one cannot be read."""
    return Fonts([(of_role(name)[0], _font(name, _stamp(name))) for name in files], plan)


def _plays(role: str, voice: Voice) -> bool:
    """Whether a voice is of a role: drums and basses all are, machines' too; else by its family."""
    if role in ("drums", "bass") or voice.family in ("drums", "bass", "effects"):
        return voice.family == role
    return newest(voice.name) in _voices_of(role)


@cache
def _voices_of(role: str) -> frozenset[str]:
    if role == "piano":
        return frozenset(PATCHES["piano"])
    return frozenset(
        newest(voice)
        for player in players().values()
        if player.family in _FAMILIES[role]
        for voice in player.voices
    )


def _place_of_role(font: Font, voice: Voice) -> tuple[int, int] | None:
    """(bank, program) at which a font that is named for a voice's role plays it."""
    if voice.family == "drums":
        kits = sorted(place for place in font.presets if place[0] == DRUM_BANK)
        return next((kit for kit in kits if font.regions(*kit, voice.gm, 0.8)), None)
    own = sorted(place for place in font.presets if place[0] != DRUM_BANK)
    return (0, voice.gm) if (0, voice.gm) in own else own[0] if own else None


def licence_of(font: Font, files: Sequence[str]) -> str:
    """The licence of a font that `sidecrate sounds get` brought; else that it is its own."""
    for name in files:
        told = of_role(name)[1].with_suffix(".json")
        if told.is_file() and _font(name, _stamp(name)) is font:
            return str(json.loads(told.read_text("utf-8")).get("licence", ""))
    return "its own licence"


def _stamp(name: str) -> tuple[int, int]:
    try:
        about = of_role(name)[1].stat()
    except OSError as error:
        raise EngineError(
            f"sounds: {name} cannot be read ({error.strerror}); "
            "`sidecrate sounds` lists what is there, and sounds.fonts in the config names them"
        ) from None
    return about.st_mtime_ns, about.st_size


@lru_cache(4)
def _font(name: str, _stamp: tuple[int, int]) -> Font:
    role, path = of_role(name)
    ending = path.suffix.lower()
    if ending == SFZ and not role:
        raise EngineError(
            f"sounds: {path.name} does not say what it is: write its role before it, as in "
            f"drums={path.name}; roles are {', '.join(ROLES)}"
        )
    if ending not in (*SOUNDFONTS, SFZ):
        raise EngineError(
            f"sounds: {path.name} is no SoundFont; name a file {', '.join((*SOUNDFONTS, SFZ))}"
        )
    try:
        return read_sfz(path) if ending == SFZ else read_sf2(path)
    except AudioError as error:
        raise EngineError(f"sounds: {error.text}") from None
