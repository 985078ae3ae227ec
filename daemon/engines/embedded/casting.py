"""Who plays a part: the voice of a style, or the one that the words want, and its register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.music import Meter
from daemon.engines.embedded import meters
from daemon.engines.embedded.plan import Plan, Sound
from daemon.engines.embedded.rows import fit_row
from daemon.engines.embedded.styles.cast import cast
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.tones import toned
from daemon.engines.embedded.turns import in_turn
from daemon.engines.embedded.voices.table import VOICES, newest
from daemon.engines.embedded.wishes import Wishes

#: Voices by how they strike a chord.
DRIVEN = ("distorted guitar", "crunch guitar", "power guitar")
PIANOS = ("grand piano", "upright piano", "felt piano", "honky tonk piano")


#: What plays a part where each of the style's own voices is denied.
_OTHER_VOICES = {
    "bass": ("round bass", "finger bass", "sub"),
    "chords": ("electric piano", "piano", "strings", "guitar", "organ"),
    "lead": ("soft lead", "bell", "piano", "strings"),
    "pad": ("strings", "choir", "organ"),
}


def pick(voices: tuple[str, ...], part: str, style: Style, wishes: Wishes, seed: int) -> Sound:
    """The sound of a part: one of the style's `voices`, unless the words name or deny one."""
    of_era = [voice for voice in wishes.era.get(part, ()) if voice in VOICES]
    own = in_turn(voices, seed, f"{part} sound:{style.name}")
    if of_era and own not in of_era:
        # the voice of both style and decade, else the decade's; a bass keeps its style
        own = next(
            (voice for voice in of_era if voice in voices), own if part == "bass" else of_era[0]
        )
    name = wishes.voices.get(part, own)
    voice = cast(name, style.name, is_asked=part in wishes.voices)
    if part == "lead" and wishes.synth_lead:
        # a rock band's lead is a guitar, but not where a synth is asked for
        voice = newest(name)
    if voice in wishes.no_voices:
        others = (*voices, *_OTHER_VOICES.get(part, ()))
        name = next((one for one in others if cast(one, style.name) not in wishes.no_voices), name)
        voice = cast(name, style.name)
    if part == "lead" and voice in ("distorted guitar", "crunch guitar") and not wishes.riff:
        voice = "solo guitar"
    tone = style.tones.get(voice) or style.tones.get(name, {})
    return Sound(voice, toned(tone, wishes.tone))


def fits(rows: tuple[str, ...], meter: Meter) -> bool:
    """Whether a style's rows can be played in a meter."""
    if not rows:
        return True
    steps = len(rows[0].split("/")[0])
    return steps == meter.sixteenths_per_bar or (steps == 16 and meters.is_square(meter))


def of_bars(lines: list[str], plan: Plan) -> list[str]:
    """Rows of one bar each: in 2/4 half of a row is heard."""
    return [fit_row(line, plan.meter_.sixteenths_per_bar) for line in lines]


#: Semitones by which a chord may draw a melody's note to itself.
_TO_CHORD = 3


def in_reach(sound: Sound, pitches: Sequence[float]) -> Sound:
    """A sound whose part, of these pitches, lies in its voice's range, octaves away where not.

    A cello's melody is a cello's, and not a violin's.
    """
    voice = VOICES.get(sound.voice)
    if voice is None or not pitches:
        return sound
    octaves = 0
    # on strong beats a note goes to the nearest tone of its chord
    low, high = min(pitches) - _TO_CHORD, max(pitches) + _TO_CHORD
    while high + 12 * octaves > voice.high and low + 12 * octaves >= voice.low:
        octaves -= 1
    while low + 12 * octaves < voice.low and high + 12 * octaves + 12 <= voice.high:
        octaves += 1
    return replace(sound, octave=sound.octave + octaves)
