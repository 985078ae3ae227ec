"""Songs from the groove library of MMA (Musical MIDI Accompaniment): some 270 styles of bands."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from tools.beat_net.midi_time import moments, tempi

#: The library as Debian's package `mma` installs it.
LIBRARY = Path("/usr/share/mma/lib")
#: Bars of a song, in groups of four that may each have another variation of the groove.
BARS = 16
#: Tempo of quarters by words of a style's name, as bands play it; the first that fits counts.
TEMPI = (
    (r"ballad|lullaby|slow|hymn|spiritual|pianob|bolero|serenade|evans", (58, 84)),
    (r"fast|quickstep|polka|bebop|bluegrass|charleston|ragtime|punk", (150, 210)),
    (r"dnb", (165, 180)),
    (r"viennese|vienese", (150, 200)),
    (r"waltz|34$|foxtrot|twist|jive|boogie|boggie|march|rockabilly|swing|bigband|jazz", (105, 190)),
    (r"techno|house|trance|rave|dance|disco", (115, 142)),
    (r"hip|trip|r\+b|rnb|rb|funk|soul|reggae|shuffle", (78, 112)),
    (r"mambo|salsa|merengue|ska|cuban|calypso|rhumba|cha", (100, 170)),
    (r"metal|rock|8beat", (95, 160)),
)
#: Where no word fits.
TEMPO = (84, 140)
#: Chords in degrees of the key, four bars each.
PROGRESSIONS = (
    "I V vi IV|I vi IV V|I IV V IV|vi IV I V|I I IV V|I bVII IV I|ii V I vi|I iii IV V",
    "i VI III VII|i iv v i|i VII VI V|i i iv v|i VI iv V|i III VII iv",
)
_NOTES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_MAJOR = dict(zip(("I", "II", "III", "IV", "V", "VI", "VII"), (0, 2, 4, 5, 7, 9, 11), strict=True))
_MINOR = dict(zip(("I", "II", "III", "IV", "V", "VI", "VII"), (0, 2, 3, 5, 7, 8, 10), strict=True))


@dataclass(frozen=True)
class Groove:
    """One file of the library: its grooves, and the meter in which it counts."""

    path: Path
    names: tuple[str, ...]
    beats: int
    signature: tuple[int, int]


def grooves(library: Path = LIBRARY) -> list[Groove]:
    """All grooves of steady meter in the library, by name of file; empty where it is not there."""
    found = []
    for path in sorted(library.glob("*/*.mma")):
        text = path.read_text(encoding="latin-1")
        times = set(re.findall(r"^\s*Time\s+(\d+)", text, re.M | re.I))
        names = re.findall(r"^\s*DefGroove\s+(\S+)", text, re.M | re.I)
        names = [name for name in names if not re.search(r"intro|end|metro|count", name, re.I)]
        if len(times) != 1 or not names or re.search(r"metronome|count|none", path.stem):
            continue
        beats = int(times.pop())
        marks = re.findall(r"^\s*TimeSig\s+(\d+)[ /]+(\d+)", text, re.M | re.I)
        signature = (int(marks[0][0]), int(marks[0][1])) if marks else (beats, 4)
        found.append(Groove(path, tuple(names), beats, signature))
    return found


def _chords(random: np.random.Generator) -> list[str]:
    mode = int(random.integers(2))
    rows = PROGRESSIONS[mode].split("|")
    degrees = [d for _ in range(2) for d in str(random.choice(rows)).split()]
    tonic = int(random.integers(12))
    seventh = random.random() < 0.3
    found = []
    for degree in degrees:
        flat = degree.startswith("b")
        numeral = degree.lstrip("b")
        scale = _MINOR if mode else _MAJOR
        root = _NOTES[(tonic + scale[numeral.upper()] - flat) % 12]
        found.append(root + ("m" if numeral.islower() else "") + ("7" if seventh else ""))
    return found


def written(groove: Groove, seed: int) -> tuple[mido.MidiFile, np.ndarray, np.ndarray] | None:
    """(MIDI, beats, downbeats) of a song in that style; None where mma refuses it."""
    random = np.random.default_rng([seed, 3])
    span = next((r for words, r in TEMPI if re.search(words, groove.path.stem, re.I)), TEMPO)
    # the library counts 6/8 in six: a tapped beat is three of its beats
    three = groove.signature[1] == 8 and groove.beats % 3 == 0
    tempo = round(float(random.uniform(55, 90) * 3 if three else random.uniform(*span)), 2)
    chords = _chords(random)
    lines = [f"Tempo {tempo}", f"RndSeed {seed}", f"Groove {groove.path}:{groove.names[0]}"]
    for bar in range(BARS):
        if bar and bar % 4 == 0:
            lines.append(f"Groove {groove.path}:{random.choice(groove.names)}")
        lines.append(f"{bar + 1} {chords[bar % len(chords)]}")
    with tempfile.TemporaryDirectory(prefix="beat-net-") as folder:
        source, midi = Path(folder, "song.mma"), Path(folder, "song.mid")
        source.write_text("\n".join(lines) + "\n")
        subprocess.run(["mma", str(source), "-f", str(midi)], capture_output=True, timeout=60)
        if not midi.exists():
            return None
        file = mido.MidiFile(midi)
    per_beat = 3 if three else 1
    per_bar = groove.beats // per_beat
    ticks = np.arange(BARS * per_bar) * per_beat * file.ticks_per_beat
    beats = moments(ticks, tempi(file), file.ticks_per_beat)
    return file, beats, beats[::per_bar]
