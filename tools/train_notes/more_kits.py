"""Further kits for the drums' network: those of SoundFonts and of folders of single sounds.

python -m tools.train_notes.more_kits MORE.npz FONT.sf2 FOLDER...
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import soundfile as sf
from scipy import signal

from tools.train_hearing.bank import NAMES, RATE, soundfont_drums, trimmed

#: What names of single sounds say beside those of kits' instruments, and what is none of them.
_NAMES = (
    ("kick", r"^bd_|drum_bass|kick"), ("snare", r"^sn_|snare"), ("tom", r"_tom_|_tom$"),
    ("ohat", r"cymbal_open"), ("hat", r"cymbal_(closed|pedal)"), ("crash", r"splash|cymbal"),
)  # fmt: skip
_NONE = re.compile(r"roll|^loop|^bass|^tabla|^ambi|^guit|^misc|^vinyl|^glitch|^mehackit|^perc|bell")


def of_folder(folder: Path) -> dict[str, np.ndarray]:
    """`drum/<folder>/<part>/<n>` -> sound, of files whose names say what they are."""
    found: dict[str, np.ndarray] = {}
    for n, path in enumerate(sorted(folder.iterdir())):
        name = path.stem.lower()
        part = next((part for part, said in (*_NAMES, *NAMES) if re.search(said, name)), None)
        if (
            part is None
            or _NONE.search(name)
            or path.suffix.lower() not in (".flac", ".wav", ".ogg")
        ):
            continue
        try:
            audio, rate = sf.read(path, always_2d=True)
        except sf.LibsndfileError:
            continue
        sound = trimmed(signal.resample_poly(audio.mean(axis=1), RATE, rate)[: int(1.6 * RATE)])
        if sound is not None:
            found[f"drum/{folder.name}/{part}/{n}"] = sound
    return found


def main() -> int:
    out, *sources = (Path(argument) for argument in sys.argv[1:])
    found: dict[str, np.ndarray] = {}
    for source in sources:
        if source.is_dir():
            found |= of_folder(source)
            continue
        kits = soundfont_drums(source)
        if not kits:
            # a font of one kit: above the cymbals its keys are its own
            kits = soundfont_drums(source, (0,), channel=0)
            kits = {n: s for n, s in kits.items() if "/perc/" not in n}
        for name, sound in kits.items():
            found[name.replace("drum/", f"drum/{source.stem} ", 1)] = sound
    np.savez(out, allow_pickle=False, **found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
