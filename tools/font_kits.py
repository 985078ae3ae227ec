"""Write the drum kits of fonts (SF2) as folders of one-shots, a kit each, named by their roles.

They are what `tools/train_roles.py` learns from, beside kits that are folders already. A few notes
of each font's instruments go with them, as what is no drum. A sound that several kits share is
written once.

    python -m tools.font_kits OUT /usr/share/sounds/sf2/*.sf2
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from daemon.audio.soundfonts.font import DRUM_BANK, Font, Region
from daemon.audio.soundfonts.play import play_regions
from daemon.audio.soundfonts.sf2 import read_sf2
from daemon.errors import AudioError

RATE = 44100
#: s that a stroke is held, and that is written of it at most.
HELD_S, MOST_S = 2.0, 4.0
#: Two strengths are two recordings in some kits.
STRENGTHS = (0.9, 0.5)
#: General MIDI's keys by the role that their names say.
ROLES = {
    **dict.fromkeys((35, 36), "kick"),
    **dict.fromkeys((38, 40), "snare"),
    37: "rim",
    39: "clap",
    **dict.fromkeys((41, 43, 45, 47, 48, 50), "tom"),
    **dict.fromkeys((42, 44), "hat"),
    46: "open hat",
    **dict.fromkeys((49, 52, 55, 57), "crash"),
    **dict.fromkeys((51, 53, 59), "ride"),
    54: "tambourine",
    56: "cowbell",
    **dict.fromkeys((60, 61, 62, 63, 64, 65, 66, 75, 76, 77), "perc"),
    **dict.fromkeys((67, 68), "cowbell"),
    **dict.fromkeys((69, 70, 82), "shaker"),
}
#: Kits whose keys mean something else: brushes, the orchestra and effects.
OTHER_KITS = (40, 48, 56)
#: Every so manieth instrument, and the notes of it that are written.
EVERY, NOTES = 6, (40, 64)


def written(regions: Sequence[Region], key: int, path: Path) -> bool:
    """Play a stroke into a file; False where it is silent, or a recording of it cannot be read."""
    try:
        audio = play_regions(regions, key, HELD_S, RATE)
    except AudioError:
        return False
    audio = audio[: round(MOST_S * RATE)]
    peak = float(np.abs(audio).max(initial=0.0))
    if peak < 1e-3:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.9 * audio / peak, RATE, subtype="PCM_16")
    return True


def kits_of(font: Font, out: Path) -> int:
    """Write every drum kit and some notes of a font. Returns how many sounds."""
    count = 0
    seen: set[tuple[tuple[str, float, float], ...]] = set()
    for bank, program in sorted(font.presets):
        drums = bank == DRUM_BANK
        if (drums and program in OTHER_KITS) or (not drums and (bank or program % EVERY)):
            continue
        for key, role in ROLES.items() if drums else dict.fromkeys(NOTES, "lead").items():
            for strength in STRENGTHS if drums else STRENGTHS[:1]:
                regions = font.regions(bank, program, key, strength)
                same = tuple((one.recording.name, one.tune, one.decay_s) for one in regions)
                if not regions or (drums and same in seen):
                    continue
                seen.add(same)
                folder = out / f"{font.name}-{program if drums else 'notes'}"
                name = f"{role} {key} {program} {round(strength * 100)}.wav"
                count += written(regions, key, folder / name)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("fonts", nargs="+", type=Path)
    options = parser.parse_args()
    for path in options.fonts:
        font = read_sf2(path)
        font.name = path.stem
        print(f"{path.name}: {kits_of(font, options.out)} sounds; {font.licence[:80]}", flush=True)


if __name__ == "__main__":
    main()
