"""Plays MIDI through free soundfonts with fluidsynth, drums apart from the rest."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np
import soundfile

from tools.beat_net.song import RATE

#: MIDI channel of the drums.
DRUMS = 9
#: Drum kits of General MIDI: standard, room, power, electronic, 808, jazz, brush.
KITS = (0, 8, 16, 24, 25, 32, 40)
#: Programs that may stand in for those of a family of eight, for wider sound.
_WIDE = 0.5


def channel_of(message: mido.Message) -> int | None:
    return getattr(message, "channel", None)


def only(file: mido.MidiFile, drums: bool) -> mido.MidiFile:
    """The file with the drums alone, or without them; tempo and meter stay."""
    out = mido.MidiFile(type=1, ticks_per_beat=file.ticks_per_beat)
    for track in file.tracks:
        kept = mido.MidiTrack()
        waited = 0
        for message in track:
            waited += message.time
            channel = channel_of(message)
            if channel is None or (channel == DRUMS) == drums:
                kept.append(message.copy(time=waited))
                waited = 0
        out.tracks.append(kept)
    return out


def recast(file: mido.MidiFile, random: np.random.Generator) -> mido.MidiFile:
    """The file with other instruments of the same family and another kit."""
    out = mido.MidiFile(type=1, ticks_per_beat=file.ticks_per_beat)
    kit = int(random.choice(KITS))
    shift = int(random.integers(8))
    for track in file.tracks:
        kept = mido.MidiTrack()
        for message in track:
            if message.type == "program_change":
                wide = random.random() < _WIDE
                program = message.program // 8 * 8 + (message.program + shift) % 8
                program = program if wide else message.program
                message = message.copy(program=kit if message.channel == DRUMS else program)
            kept.append(message)
        out.tracks.append(kept)
    out.tracks[0].insert(0, mido.Message("program_change", channel=DRUMS, program=kit, time=0))
    return out


def rendered(file: mido.MidiFile, font: Path) -> np.ndarray:
    """The sound, mono float32 at RATE. RuntimeError where fluidsynth fails."""
    with tempfile.TemporaryDirectory(prefix="beat-net-") as folder:
        midi, wav = Path(folder, "song.mid"), Path(folder, "song.wav")
        file.save(midi)
        words = [
            "fluidsynth",
            "-ni",
            "-q",
            "-g",
            "0.4",
            "-R",
            "0",
            "-C",
            "0",
            "-r",
            str(RATE),
            "-T",
            "wav",
        ]
        ran = subprocess.run(
            [*words, "-F", str(wav), str(font), str(midi)], capture_output=True, text=True
        )
        if not wav.exists():
            raise RuntimeError(f"fluidsynth made no sound with {font}: {ran.stderr.strip()}")
        return soundfile.read(wav, dtype="float32", always_2d=True)[0].mean(axis=1)


def stems(file: mido.MidiFile, font: Path) -> dict[str, np.ndarray]:
    """{drums, tuned} of equal length; a part that is silent is left out."""
    found = {"drums": rendered(only(file, True), font), "tuned": rendered(only(file, False), font)}
    longest = max(len(stem) for stem in found.values())
    return {
        name: np.pad(stem, (0, longest - len(stem)))
        for name, stem in found.items()
        if np.abs(stem).max(initial=0) > 1e-3
    }
