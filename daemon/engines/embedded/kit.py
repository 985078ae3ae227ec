"""User kits: a folder of one-shots, played as drums and as a melodic sampler."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr

from bridge.music import parse_note
from daemon.audio.envelopes import faded
from daemon.audio.files import read_audio
from daemon.errors import AudioError, EngineError
from daemon.hearing.pitch import find_note
from daemon.witness.chunks import chunk_statements

#: Endings of the files that are read.
_ENDINGS = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3")
#: Files in a kit folder at most; above that it is a whole library, and slow to read.
_MOST_FILES = 2000
#: Semitones from a name's note within which it is heard.
_NAMED = 0.7
#: Seconds of each file that are read; no one-shot needs more.
_MOST_S = 12.0

#: Pattern in a file name -> drum voice; the first match wins, so narrow patterns come first.
_DRUM_WORDS: tuple[tuple[str, str], ...] = (
    (r"open.?h|\boh\b|hat.?open|hho", "open hat"), (r"hi.?hat|\bhat|\bhh|\bch\b|closed", "hat"),
    (r"snap", "snap"), (r"clap|\bcp\b|hand", "clap"), (r"rim|side.?stick|\brs\b", "rim"),
    (r"snare|\bsd|\bsn", "snare"), (r"ride", "ride"), (r"crash|cymbal|splash", "crash"),
    (r"shaker|maraca|cabasa", "shaker"), (r"tamb", "tambourine"), (r"cow.?bell", "cowbell"),
    (r"clave|wood", "clave"), (r"tabla|dayan", "tabla"), (r"bayan|dhol", "bayan"),
    (r"conga|bongo|perc", "high conga"), (r"low.?tom|floor|tom.?l", "low tom"), (r"tom", "mid tom"),
    (r"\b808|sub", "808"), (r"kick|\bbd|bass.?drum|\bkik", "kick"),
)  # fmt: skip
#: Pattern in a file name -> melodic part.
_PART_WORDS: tuple[tuple[str, str], ...] = (
    (r"bass|reese|sub|808|acid", "bass"),
    (r"chord|key|piano|rhodes|organ|stab|pad|string|guitar|choir", "chords"),
    (r"lead|pluck|bell|synth|flute|arp|mallet|vox|melod", "lead"),
)  # fmt: skip
#: Voice that the kit lacks -> the voice that replaces it.
_LIKE = {
    "hard kick": "kick", "clap": "snare", "snap": "clap", "brush": "snare", "brush sweep": "shaker",
    "rim": "snare", "open hat": "hat", "ride": "open hat", "high tom": "mid tom",
    "low tom": "mid tom", "low conga": "high conga", "tabla": "high conga", "bayan": "low tom",
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One sound: float32 (frames, 2), peak 1; `note` is a melodic one's MIDI note with fraction."""

    audio: np.ndarray
    note: float | None = None
    path: str = ""


@dataclass
class Kit:
    """Drum samples by voice (several of one voice alternate), and melodic samples by part."""

    drums: dict[str, list[Sample]] = field(default_factory=dict)
    parts: dict[str, list[Sample]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    """Paths of the sounds that were played."""
    missed: set[str] = field(default_factory=set)
    """Drum voices that were struck, and of which it has no sound."""

    @property
    def holds(self) -> list[str]:
        """What it has sounds of: drum voices, then melodic parts."""
        return [*self.drums, *self.parts]

    def hit(self, voice: str, variation: int) -> np.ndarray | None:
        """The sample of a drum voice or its replacement, (frames, 2); None without either."""
        found = self.drums.get(voice) or self.drums.get(_LIKE.get(voice, ""))
        if not found:
            self.missed.add(voice)
            return None
        sample = found[variation % len(found)]
        self.heard.add(sample.path)
        return sample.audio

    def tone(self, family: str, pitch: float, held_s: float, rate: int) -> np.ndarray | None:
        """A melodic sample resampled to `pitch` (MIDI) and released after `held_s`, (frames, 2).

        None where the kit has no sample for the voice family.
        """
        part = {"bass": "bass", "keys": "chords", "pads": "chords", "leads": "lead"}.get(family, "")
        found = self.parts.get(part)
        if not found:
            return None
        sample = min(found, key=lambda one: abs((one.note or 60.0) - pitch))
        self.heard.add(sample.path)
        ratio = 2 ** ((pitch - (sample.note or 60.0)) / 12)
        audio = (
            soxr.resample(sample.audio, rate * ratio, rate, quality="HQ")
            if abs(ratio - 1) > 1e-6
            else sample.audio
        )
        most = round((held_s + 0.08) * rate)
        return faded(audio[:most].astype(np.float32), rate, min(0.06, held_s + 0.02))


def read_kit(folder: str, rate: int, collected: Sequence[str] = ()) -> Kit:
    """Read the one-shots of a folder and its direct subfolders, or the files in `collected`.

    EngineError if it is no folder, holds more than 2,000 files, or none that its name classifies.
    """
    place = Path(folder).expanduser()
    if not collected and not place.is_dir():
        raise EngineError(
            f"kit: {folder} is no folder here; "
            "name a folder of one-shots (WAV, FLAC, AIFF, OGG, MP3)"
        )
    kit = Kit()
    files = [Path(name) for name in collected[:_MOST_FILES]] or _files_of(place, folder)
    for path in files:
        folder_name = path.parent.name if not collected and path.parent != place else ""
        name = re.sub(r"[_\-.]+", " ", f"{folder_name} {path.stem}".lower())
        try:
            _add(kit, name, path, rate)
        except AudioError:
            continue
    if not kit.drums and not kit.parts:
        words = "kick, snare, clap, hat, open hat, tom, ... or bass, chord, lead"
        raise EngineError(
            f"kit: no sound in {folder} can be told by its name "
            f"(looked for {words} in {len(files)} files)"
        )
    return kit


def _files_of(place: Path, folder: str) -> list[Path]:
    """The audio files of a folder and its direct subfolders; linked folders are not followed."""
    found: list[Path] = []
    seen = 0
    for inner in (
        place,
        *sorted(path for path in place.iterdir() if path.is_dir() and not path.is_symlink()),
    ):
        for path in inner.iterdir():
            seen += 1
            if seen > _MOST_FILES:
                raise EngineError(
                    f"kit: {folder} holds more than {_MOST_FILES:,} files; "
                    "name one of its subfolders"
                )
            if path.suffix.lower() in _ENDINGS and path.is_file():
                found.append(path)
    return sorted(found)


def _add(kit: Kit, name: str, path: Path, rate: int) -> None:
    drum = next((voice for pattern, voice in _DRUM_WORDS if re.search(pattern, name)), None)
    part = next((part for pattern, part in _PART_WORDS if re.search(pattern, name)), None)
    if drum is None and part is None:
        return
    audio, own_rate = read_audio(path, 0.0, None)
    audio = audio[: round(_MOST_S * own_rate)]
    if own_rate != rate:
        audio = soxr.resample(audio, own_rate, rate, quality="HQ")
    audio = _at_once(audio if audio.shape[1] == 2 else np.repeat(audio, 2, axis=1))
    if not len(audio):
        return
    kit.names.append(path.name)
    if drum == "808" or (drum is None and part is not None):
        note = _note_of(path, name, audio, rate)
        kit.parts.setdefault(part or "bass", []).append(Sample(audio, note, str(path)))
    elif drum is not None:
        kit.drums.setdefault(drum, []).append(Sample(audio, path=str(path)))


def _at_once(audio: np.ndarray) -> np.ndarray:
    """The sound trimmed to its attack and normalised to a peak of 1; empty if silent."""
    level = np.abs(audio).max(axis=1)
    top = float(level.max(initial=0.0))
    if top < 1e-5:
        return audio[:0]
    first = int(np.argmax(level > 0.01 * top))
    return (audio[first:] / np.float32(top)).astype(np.float32)


def _note_of(path: Path, name: str, audio: np.ndarray, rate: int) -> float | None:
    """The MIDI note of a sound: its file's root, else its name's, else what is heard; or None.

    Programs count octaves from three places, so a name's note lies where it is heard.
    """
    with path.open("rb") as file:
        roots = [one.root for one in chunk_statements(file) if one.root]
    if roots:
        return float(roots[0])
    named, heard = _note_in(name), find_note(audio, rate)
    if named is None or heard is None:
        return named or heard
    octaves = round((heard - named) / 12)
    return named + 12 * octaves if abs(heard - named - 12 * octaves) < _NAMED else named


def _note_in(name: str) -> float | None:
    """The MIDI note in a file name (`bass c2`, `pluck f#3`), C4 in the middle, or None."""
    match = re.search(r"(?:^|\s)([a-g][#b]?-?\d)(?:\s|$)", name)
    return float(parse_note(match[1], "scientific")[1] or 60) if match else None
