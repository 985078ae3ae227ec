"""`python tools/sounds_page.py`: write docs/sounds.md, the instruments and effects of the musician."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from daemon.engines.embedded.effects.table import TABLE  # noqa: E402
from daemon.engines.embedded.instruments import Player, players  # noqa: E402
from daemon.engines.embedded.named_players import DRUM_VOICES  # noqa: E402
from daemon.engines.embedded.voices.table import VOICES  # noqa: E402
from daemon.prompt.effect_names import EFFECTS  # noqa: E402
from daemon.prompt.instrument_names import INSTRUMENTS  # noqa: E402

PAGE = ROOT / "docs" / "sounds.md"
#: Other names of a sound that the page shows; the tables hold all.
_SHOWN = 9
_NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

_HEAD = """# Instruments and effects

Made by `python tools/sounds_page.py` from the musician's own tables. Everything is computed as it
is played: no recordings.

## Instruments

Write an instrument's name in a prompt, in English, German, Spanish, French, Portuguese, Italian or
Japanese; the page shows some of the names.
Drums of a kit, basses and synths of machines, and parts (`chords`, `melody`) are read as well: see
[What a prompt may say](words.md).
"""

_EFFECTS_HEAD = """
## Effects

A prompt that is about a thing becomes an effect: `glass breaking`, `rain on a window`, `spaceship
door`. With `kind: sfx` any words do. Up to three sounds of one prompt are heard together.

- **Length** is that of the thing, unless you give `seconds`; `long` and `short` change it.
- **Size**: `huge`, `big`, `small`, `tiny`. **Distance**: `distant`, `near`. **Pace**: `fast`, `slow`.
- **Material**: footsteps on `wood`, `gravel`, `snow`, `metal`, `leaves`, `water`; rain on a `window`,
  `roof`, `tent`; a `metal` door.
- Each seed is another one of its kind.
- Voices of people are refused: they cannot be made honestly here. Calls of animals are
  synthesized, and that is told.
"""


def span(player: Player) -> str:
    """Lowest and highest note that suit the voice."""
    voice = VOICES[player.voices[0]]
    if voice.family == "drums":
        return ""
    low, high = (f"{_NOTES[note % 12]}{note // 12 - 1}" for note in (voice.low, voice.high))
    return f"{low} to {high}"


def others(names: str) -> str:
    found = [one.strip(" !*") for one in names.split(",")]
    shown = list(dict.fromkeys(found))
    # a few of each language: the list goes from English to Japanese
    step = max(1, -(-len(shown) // _SHOWN))
    return ", ".join(shown[::step])


def page() -> str:
    """The page's text."""
    named = {name.lower(): text for names in INSTRUMENTS.values() for name, text in names.items()}
    lines = [_HEAD]
    families = dict.fromkeys(player.family for player in players().values())
    for family in families:
        rows = [player for player in players().values() if player.family == family]
        lines += [
            f"\n### {family.capitalize()}\n",
            "| instrument | played | notes | also called |",
            "| --- | --- | --- | --- |",
        ]
        for one in rows:
            lines.append(
                f"| {one.name} | {one.idiom} | {span(one)} |"
                f" {others(named.get(one.name, '')) if one.name in named else ''} |"
            )
    kit = ", ".join(sorted(name for name in DRUM_VOICES if name not in players()))
    lines.append(f"\nOf a kit and beside it: {kit}.\n")
    lines.append(_EFFECTS_HEAD)
    for family in dict.fromkeys(effect.family for effect in TABLE.values()):
        lines += [
            f"\n### {family.capitalize()}\n",
            "| effect | seconds | made of | also called |",
            "| --- | --- | --- | --- |",
        ]
        for name, effect in TABLE.items():
            if effect.family == family:
                row = EFFECTS[name]
                lines.append(
                    f"| {name} | {row.usual_s:g} ({row.low_s:g} to {row.high_s:g}) |"
                    f" {effect.how} | {others(row.names)} |"
                )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
