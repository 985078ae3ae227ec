"""A bank of single sounds: notes of a SoundFont's instruments, its drum kits, sampled kits."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import mido
import numpy as np
import soundfile as sf
from scipy import signal

RATE = 44100
#: General MIDI programs that play notes; above them are effects.
PROGRAMS = range(112)
#: MIDI notes recorded of each program; those between are resampled.
NOTES = range(31, 86, 6)
#: General MIDI kits, and the parts that their notes play.
KITS = (0, 8, 16, 24, 25, 32, 40)
PARTS = {
    "kick": (35, 36), "snare": (38, 40), "clap": (39,), "rim": (37,), "hat": (42, 44),
    "ohat": (46,), "ride": (51, 53, 59), "crash": (49, 57, 55), "tom": (41, 43, 45, 47, 48, 50),
    "perc": (54, 56, *range(60, 71), 73, 74, 75, 76, 77, 80, 81),
}  # fmt: skip
#: Names of instruments in sampled kits, as patterns; the first match counts.
NAMES = (
    ("kick", r"kick|bass ?drum|thump|\bbd"), ("rim", r"rim|stick|click"), ("clap", r"clap|hand"),
    ("snare", r"snare|slap"), ("ohat", r"open|ohh"), ("hat", r"hat|hh|shak|maraca|closed"),
    ("crash", r"crash|china|splash"), ("ride", r"ride"), ("tom", r"tom|drum|conga|bongo"),
    ("perc", r"cow|agogo|bell|tamb|cabasa|perc"),
)  # fmt: skip


def render(soundfont: Path, notes: list[tuple[float, mido.Message]], length_s: float) -> np.ndarray:
    """Mono audio of `notes` (seconds, message) through the SoundFont, dry."""
    with tempfile.TemporaryDirectory() as scratch:
        midi = Path(scratch, "notes.mid")
        wav = Path(scratch, "notes.wav")
        track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
        last = 0
        for at_s, message in sorted(notes, key=lambda note: note[0]):
            track.append(message.copy(time=round(at_s * 1000) - last))
            last = round(at_s * 1000)
        mido.MidiFile(ticks_per_beat=1000, tracks=[track]).save(midi)
        command = [
            "fluidsynth",
            "-ni",
            "-q",
            "-R",
            "0",
            "-C",
            "0",
            "-g",
            "0.6",
            "-r",
            str(RATE),
            "-F",
            str(wav),
        ]
        subprocess.run([*command, str(soundfont), str(midi)], check=True, capture_output=True)
        audio = sf.read(wav, always_2d=True)[0].mean(axis=1)
    return np.pad(audio, (0, max(0, round(length_s * RATE) - len(audio))))


def trimmed(audio: np.ndarray) -> np.ndarray | None:
    """Trimmed to its first sound, as int16 at full scale; None where there is no sound."""
    level = np.abs(audio)
    if level.max(initial=0) < 1e-4:
        return None
    first = int(np.argmax(level > 0.01 * level.max()))
    return (audio[max(0, first - 8) :] / level.max() * 30000).astype(np.int16)


def instruments(soundfont: Path) -> dict[str, np.ndarray]:
    """`note/<program>/<MIDI note>` -> sound."""
    found = {}
    for program in PROGRAMS:
        notes = [(0.0, mido.Message("program_change", program=program))]
        for k, note in enumerate(NOTES):
            notes.append((0.05 + k * 1.8, mido.Message("note_on", note=note, velocity=100)))
            notes.append((1.35 + k * 1.8, mido.Message("note_off", note=note)))
        audio = render(soundfont, notes, len(NOTES) * 1.8 + 0.2)
        for k, note in enumerate(NOTES):
            sound = trimmed(audio[round((k * 1.8 + 0.03) * RATE) : round((k + 1) * 1.8 * RATE)])
            if sound is not None:
                found[f"note/{program}/{note}"] = sound
    return found


def soundfont_drums(
    soundfont: Path, kits: tuple[int, ...] = KITS, channel: int = 9
) -> dict[str, np.ndarray]:
    """`drum/<kit>/<part>/<n>` -> sound; `channel` 0 of a font whose kit is its first instrument."""
    found = {}
    for kit in kits:
        keys = list(range(35, 82))
        own = {"channel": channel}
        notes = [(0.0, mido.Message("program_change", program=kit, **own))]
        for k, key in enumerate(keys):
            notes.append((0.05 + k, mido.Message("note_on", note=key, velocity=110, **own)))
            notes.append((0.55 + k, mido.Message("note_off", note=key, **own)))
        audio = render(soundfont, notes, len(keys) + 0.2)
        for part, numbers in PARTS.items():
            for n, key in enumerate(numbers):
                sound = trimmed(audio[round((key - 35 + 0.03) * RATE) : (key - 34) * RATE])
                if sound is not None:
                    found[f"drum/gm{kit}/{part}/{n}"] = sound
    return found


def sampled_drums(folder: Path) -> dict[str, np.ndarray]:
    """`drum/<kit>/<part>/<n>` -> sound, from Hydrogen kits."""
    found: dict[str, np.ndarray] = {}
    for number, described in enumerate(sorted(folder.glob("*/drumkit.xml"))):
        root = ElementTree.parse(described).getroot()
        for element in root.iter():
            element.tag = re.sub(r"\{.*\}", "", element.tag)
        for n, instrument in enumerate(root.iter("instrument")):
            name = (instrument.findtext("name") or "").lower()
            files = [item.text for item in instrument.iter("filename") if item.text]
            part = next((part for part, pattern in NAMES if re.search(pattern, name)), None)
            if part is None or not files:
                continue
            try:
                audio, rate = sf.read(described.parent / files[len(files) // 2], always_2d=True)
            except sf.LibsndfileError:
                continue
            sound = trimmed(signal.resample_poly(audio.mean(axis=1), RATE, rate)[: int(1.2 * RATE)])
            if sound is not None:
                found[f"drum/kit{number}/{part}/{n}"] = sound
    return found


def main() -> int:
    soundfont, kits, out = (Path(argument) for argument in sys.argv[1:4])
    np.savez(
        out,
        allow_pickle=False,
        **instruments(soundfont),
        **soundfont_drums(soundfont),
        **sampled_drums(kits),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
