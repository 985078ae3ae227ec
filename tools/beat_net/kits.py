"""Real drum sounds: the kits of Hydrogen, played from the drum notes of a MIDI file."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import mido
import numpy as np
import soundfile
import soxr

from tools.beat_net.song import RATE
from tools.beat_net.soundfonts import DRUMS

#: Where Debian's packages `hydrogen-drumkits` and `hydrogen-data` keep them.
FOLDER = Path("/usr/share/hydrogen/data/drumkits")
#: Seconds kept of a sound.
LONGEST_S = 1.5
#: Kinds of drum: words of an instrument's name, and the notes of General MIDI that it plays.
KINDS = (
    ("kick", r"kick|bass ?drum|bassdrum|thump|\bbd", (35, 36)),
    ("snare", r"snare|slap|rim|stick|clap|hand", (37, 38, 39, 40)),
    ("open", r"open|ohh|\bho", (46,)),
    ("hat", r"hat|hh|shak|maraca|closed|tamb|cabasa", (42, 44, 54, 69, 70, 82)),
    ("crash", r"crash|china|splash|cymbal", (49, 52, 55, 57)),
    ("ride", r"ride|bell|cow", (51, 53, 56, 59)),
    ("tom", r"tom|conga|bongo|djembe|drum|perc", (41, 43, 45, 47, 48, 50, *range(60, 69))),
)
_KIND_OF = {note: kind for kind, _, notes in KINDS for note in notes}

Kit = dict[str, list[np.ndarray]]


def kits(folder: Path = FOLDER) -> list[Kit]:
    """All kits with a kick and a snare, by name; empty where the packages are not there."""
    found = [_kit(path) for path in sorted(folder.glob("*/drumkit.xml"))]
    return [kit for kit in found if "kick" in kit and "snare" in kit]


def _kit(path: Path) -> Kit:
    kit: Kit = {}
    root = ET.parse(path).getroot()
    for element in root.iter():
        element.tag = element.tag.rsplit("}", 1)[-1]
    for instrument in root.iter("instrument"):
        name = (instrument.findtext("name") or "").lower()
        files = [f.text for f in instrument.iter("filename") if f.text]
        kind = next((kind for kind, words, _ in KINDS if re.search(words, name)), None)
        sound = _sound(path.parent / files[len(files) // 2]) if kind and files else None
        if kind and sound is not None:
            kit.setdefault(kind, []).append(sound)
    return kit


def _sound(path: Path) -> np.ndarray | None:
    """A sound from its attack on, mono at RATE, its peak at 1; None where it cannot be read."""
    try:
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        return None
    mono = soxr.resample(sound.mean(axis=1), rate, RATE)
    peak = float(np.abs(mono).max(initial=0))
    if peak < 1e-3:
        return None
    start = max(0, int(np.argmax(np.abs(mono) > 0.02 * peak)) - 10)
    mono = mono[start : start + round(LONGEST_S * RATE)] / peak
    fade = min(200, len(mono) // 4)
    mono[len(mono) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return mono


def hit(file: mido.MidiFile, kit: Kit, random: np.random.Generator) -> np.ndarray:
    """The file's drum notes played by the kit, mono float32 at RATE."""
    cast = {kind: sounds[int(random.integers(len(sounds)))] for kind, sounds in kit.items()}
    level = {kind: float(random.uniform(0.5, 1.1)) for kind, _, _ in KINDS}
    level |= {kind: level[kind] * 0.5 for kind in ("open", "hat", "crash", "ride")}
    out = np.zeros(round((file.length + LONGEST_S + 1) * RATE), np.float32)
    now = 0.0
    for message in file:
        now += message.time
        if message.type != "note_on" or message.channel != DRUMS or not message.velocity:
            continue
        kind = _KIND_OF.get(message.note, "tom")
        kind = (
            kind if kind in cast else {"open": "hat", "ride": "hat", "crash": "open"}.get(kind, "")
        )
        if kind not in cast:
            continue
        sound = cast[kind] * level[kind] * (message.velocity / 127) ** 1.5
        at = round(now * RATE)
        out[at : at + len(sound)] += sound[: len(out) - at]
    return out
