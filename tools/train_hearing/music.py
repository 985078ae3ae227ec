"""Loops of made-up music whose first beat is known, as imperfect as loops in the wild.

They are cut a little too long or too short for their own tempo. Their tails are cut off, and a gap
precedes their first hit. Some swing; some are played by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import signal

from tools.train_hearing import patterns

RATE = 44100
#: Scales in semitones.
MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
#: Degrees of the chords of four bars.
CHORDS = (
    (0, 0, 0, 0),
    (0, 5, 3, 4),
    (0, 3, 4, 3),
    (0, 5, 2, 6),
    (0, 6, 5, 6),
    (0, 3, 0, 4),
    (1, 4, 0, 0),
    (0, 4, 5, 3),
    (5, 3, 0, 4),
)
#: Probability of each band; a letter a part: drums, bass, chords, lead.
BANDS = {
    "d": 0.3,
    "db": 0.1,
    "dbc": 0.1,
    "dc": 0.05,
    "b": 0.1,
    "c": 0.11,
    "bc": 0.06,
    "l": 0.08,
    "bl": 0.04,
    "dl": 0.02,
    "dbcl": 0.04,
}
#: General MIDI programs of each part.
BASS = (32, 33, 34, 35, 36, 37, 38, 39, 43, 87)
LEAD = (
    *range(8),
    *range(11, 20),
    21,
    22,
    *range(24, 32),
    45,
    46,
    *range(55, 60),
    *range(61, 68),
    71,
    73,
    75,
    *range(79, 86),
    98,
    104,
    108,
)
PAD = (*range(40, 45), *range(48, 55), 60, 68, 72, 78, 89, 91, 92, 94, 95, 19)
#: Substitutes for a part that a kit lacks.
INSTEAD = (
    ("snare", "clap"),
    ("hat", "ride"),
    ("ohat", "hat"),
    ("ride", "hat"),
    ("tom", "perc"),
    ("perc", "tom"),
    ("tom", "snare"),
)


@dataclass(frozen=True)
class Bank:
    """Notes by program and MIDI number, and kits: part -> sounds."""

    notes: dict[int, dict[int, np.ndarray]]
    kits: list[dict[str, list[np.ndarray]]]

    @classmethod
    def load(cls, path: Path) -> Bank:
        notes: dict[int, dict[int, np.ndarray]] = {}
        kits: dict[str, dict[str, list[np.ndarray]]] = {}
        for name, stored in np.load(path).items():
            kind, *rest = name.split("/")
            sound = stored.astype(np.float32) / 32768
            if kind == "note":
                notes.setdefault(int(rest[0]), {})[int(rest[1])] = sound
            else:
                kits.setdefault(rest[0], {}).setdefault(rest[1], []).append(sound)
        return cls(
            notes,
            [kit for kit in kits.values() if "kick" in kit and ("snare" in kit or "clap" in kit)],
        )


@dataclass(frozen=True)
class Loop:
    """`audio` float32 (frames,) of `bars` bars of `slots` 16ths.

    Its first hit begins `first_s` after its first frame.
    """

    audio: np.ndarray
    bpm: float
    bars: int
    slots: int
    first_s: float


class _Sheet:
    """The loop while it is written: the time of each 16th, and the audio so far."""

    def __init__(self, rng: np.random.Generator, bpm: float, bars: int, slots: int) -> None:
        self.rng = rng
        self.bars = bars
        self.slots = slots
        self.six_s = 15 / bpm
        self.frames = round(bars * slots * self.six_s * RATE)
        self.audio = np.zeros(self.frames + int(2.5 * RATE), np.float32)
        self.swing = 0.0 if rng.random() < 0.78 else rng.uniform(0.02, 0.33)
        self.micro = rng.normal(0, 0.04, (10, slots)) * (rng.random() < 0.25)
        self.micro -= self.micro[:, :1] * (rng.random() < 0.7)
        self.hand = rng.normal(
            0, rng.choice([0, 0.02, 0.05, 0.09], p=[0.8, 0.1, 0.06, 0.04]), (10, bars, slots)
        )
        self.stretch = rng.normal(0, rng.choice([0.0005, 0.004, 0.008], p=[0.25, 0.4, 0.35]))
        self.first_s = np.inf

    def at(self, bar: int, slot: int, row: int) -> float:
        """Seconds of a 16th as `row` plays it."""
        moved = (
            self.micro[row % 10, slot]
            + self.hand[row % 10, bar, slot]
            + (self.swing if slot % 2 else 0)
        )
        return float(((bar * self.slots + slot) * (1 + self.stretch) + moved) * self.six_s)

    def put(self, sound: np.ndarray, at_s: float, gain: float) -> None:
        if at_s < self.six_s / 2:
            self.first_s = min(self.first_s, at_s)
        start = (
            round(at_s * RATE) % len(self.audio) if at_s >= 0 else round(at_s * RATE) + self.frames
        )
        end = min(len(self.audio), start + len(sound))
        self.audio[start:end] += gain * sound[: end - start]


class _Voice:
    """A melodic sound: sampled or synthesized."""

    def __init__(self, rng: np.random.Generator, bank: Bank, role: str) -> None:
        self.rng = rng
        self.synthetic = rng.random() < (0.45 if role in ("bass", "lead") else 0.2)
        program = int(rng.choice({"bass": BASS, "lead": LEAD, "chord": LEAD, "pad": PAD}[role]))
        self.samples = bank.notes.get(program) or next(iter(bank.notes.values()))
        self.wave = str(rng.choice(["sine", "saw", "square", "fm"]))
        self.attack_s = (
            rng.uniform(0.02, 0.25)
            if role == "pad"
            else rng.choice([0.001, 0.004, 0.015], p=[0.6, 0.25, 0.15])
        )
        self.decay = rng.choice([0, 1.5, 5], p=[0.4, 0.3, 0.3])
        self.detune = 2 ** (rng.uniform(2, 15) / 1200)
        self.cutoff_hz = 10 ** rng.uniform(2, 3.3)
        self.sweep = rng.random() ** 0.5
        self.fall = rng.uniform(2, 25)

    def note(self, number: int, length_s: float, velocity: float) -> np.ndarray:
        sound = (
            self._synthesized(number, max(length_s, 0.03), velocity)
            if self.synthetic
            else self._sampled(number, length_s)
        )
        return sound * velocity

    def _sampled(self, number: int, length_s: float) -> np.ndarray:
        nearest = min(self.samples, key=lambda stored: abs(stored - number))
        sound = self.samples[nearest]
        speed = 2 ** ((number - nearest) / 12)
        place = (
            np.arange(max(64, min(int(len(sound) / speed) - 1, int((length_s + 0.15) * RATE))))
            * speed
        )
        place = place[place < len(sound) - 1]
        whole, part = place.astype(int), (place % 1).astype(np.float32)
        out = sound[whole] * (1 - part) + sound[whole + 1] * part
        held = int(length_s * RATE)
        if held < len(out):
            out[held:] *= np.exp(-np.arange(len(out) - held) / (0.03 * RATE))
        return out

    def _synthesized(self, number: int, length_s: float, velocity: float) -> np.ndarray:
        clock = np.arange(int((length_s + 0.03) * RATE)) / RATE
        turns = 440 * 2 ** ((number - 69) / 12) * clock
        waves: dict[str, Callable[[], np.ndarray]] = {
            "sine": lambda: np.tanh(2 * np.sin(2 * np.pi * turns)),
            "saw": lambda: turns % 1 + (turns * self.detune) % 1 - 1,
            "square": lambda: np.sign(turns % 1 - 0.4),
            "fm": lambda: np.sin(
                2 * np.pi * turns + 4 * np.exp(-clock * self.fall) * np.sin(2 * np.pi * turns)
            ),
        }
        wave = waves[self.wave]()
        if self.wave != "sine":
            wave = self._filtered(wave, clock, velocity)
        edge = np.minimum(clock / max(self.attack_s, 0.0008), 1) * np.clip(
            (length_s + 0.025 - clock) / 0.025, 0, 1
        )
        return (wave * edge * np.exp(-clock * self.decay)).astype(np.float32)

    def _filtered(self, wave: np.ndarray, clock: np.ndarray, velocity: float) -> np.ndarray:
        """A low-pass that opens with each note and closes again, blended from four fixed ones."""
        corners = [min(self.cutoff_hz * (0.4 + velocity) * 2**k, 0.45 * RATE) for k in range(4)]
        stages = np.stack(
            [signal.lfilter(*signal.butter(2, corner, fs=RATE), wave) for corner in corners]
        )
        open_by = np.clip(np.log2(1 + 7 * self.sweep * np.exp(-clock * self.fall)), 0, 3)
        low = np.minimum(open_by.astype(int), 2)
        part = open_by - low
        at = np.arange(len(clock))
        return stages[low, at] * (1 - part) + stages[low + 1, at] * part


def loop(rng: np.random.Generator, bank: Bank, slots: int, beat: int) -> Loop:
    """A loop of one, two or four bars of `slots` 16ths, `beat` of them a beat."""
    band = str(rng.choice(list(BANDS), p=np.array(list(BANDS.values())) / sum(BANDS.values())))
    bpm = float(np.clip(np.exp(rng.normal(np.log(122), 0.22)), 72, 185))
    if "d" in band and slots == 16 and rng.random() < 0.2:
        bpm = rng.uniform(155, 182)
    sheet = _Sheet(rng, bpm, int(rng.choice([1, 2, 4], p=[0.45, 0.4, 0.15])), slots)
    if "d" in band:
        _write_drums(sheet, bank, beat)
    scale = MINOR if rng.random() < 0.6 else MAJOR
    tonic = int(rng.integers(12))
    chords = CHORDS[int(rng.integers(len(CHORDS)))]
    if "b" in band:
        _write_line(
            sheet, _Voice(rng, bank, "bass"), beat, scale, 28 + tonic, chords, rng.uniform(0.4, 1)
        )
    if "c" in band:
        _write_chords(
            sheet,
            _Voice(rng, bank, "pad" if rng.random() < 0.2 else "chord"),
            beat,
            scale,
            tonic,
            chords,
        )
    if "l" in band:
        _write_line(
            sheet,
            _Voice(rng, bank, "lead"),
            beat,
            scale,
            int(rng.choice([46, 52, 58])) + tonic,
            chords,
            0.6,
        )
    audio = _cut(rng, _effected(rng, _wrapped(rng, sheet), sheet.six_s))
    return Loop(
        audio, bpm, sheet.bars, slots, float(sheet.first_s) if np.isfinite(sheet.first_s) else 0.0
    )


def parts(
    rng: np.random.Generator, bank: Bank, bars: int, bpm: float | None = None, drums: bool = True
) -> dict[str, np.ndarray]:
    """Parts of one piece of `bars` bars of 4/4, float32 (frames,) each and all of one length.

    Drums come piece by piece, as `drums/<piece>`; bass, chords and lead whole. Without a `bpm` one
    is drawn.
    """
    drawn = float(np.clip(np.exp(rng.normal(np.log(115), 0.25)), 66, 180))
    sheet = _Sheet(rng, bpm or drawn, bars, 16)
    found: dict[str, np.ndarray] = {}

    def keep(name: str) -> None:
        if sheet.audio.any():
            found[name] = sheet.audio[: sheet.frames]
        sheet.audio = np.zeros_like(sheet.audio)

    if drums:
        _write_drums(sheet, bank, 4, lambda piece: keep(f"drums/{piece}"))
    scale = MINOR if rng.random() < 0.6 else MAJOR
    tonic = int(rng.integers(12))
    chords = CHORDS[int(rng.integers(len(CHORDS)))]
    _write_line(sheet, _Voice(rng, bank, "bass"), 4, scale, 28 + tonic, chords, 0.7)
    keep("bass")
    role = "pad" if rng.random() < 0.3 else "chord"
    _write_chords(sheet, _Voice(rng, bank, role), 4, scale, tonic, chords)
    keep("chords")
    if rng.random() < 0.6:
        root = int(rng.choice([52, 58, 64])) + tonic
        _write_line(sheet, _Voice(rng, bank, "lead"), 4, scale, root, chords, 0.6)
        keep("lead")
    return found


def _write_drums(
    sheet: _Sheet, bank: Bank, beat: int, after: Callable[[str], None] = lambda piece: None
) -> None:
    """Write a kit's hits; `after` is called with each piece's name once its hits are there."""
    rng = sheet.rng
    kit = bank.kits[int(rng.integers(len(bank.kits)))]
    sounds = {part: found[int(rng.integers(len(found)))] for part, found in kit.items()}
    for part, other in INSTEAD:
        if part not in sounds and other in sounds:
            sounds[part] = sounds[other]
    gains = {
        "kick": rng.uniform(0.5, 1.1),
        "snare": rng.uniform(0.4, 1),
        "hat": rng.uniform(0.1, 0.6),
        "ohat": rng.uniform(0.15, 0.6),
    }
    first = patterns.drums(rng, sheet.slots, beat)
    varied = rng.random() < 0.55
    written: dict[str, list[tuple[float, float]]] = {}
    for bar in range(sheet.bars):
        hits = {part: list(played) for part, played in first.items()}
        if bar and varied:
            part = str(rng.choice(list(hits)))
            hits[part] = [hit for hit in hits[part] if hit[0] == 0 or rng.random() < 0.8]
            hits[part].append((int(rng.integers(1, sheet.slots)), rng.uniform(0.3, 0.8)))
        if sheet.bars > 1 and bar == sheet.bars - 1 and rng.random() < 0.4:
            begin = sheet.slots - int(rng.choice([8, 6, 4, 2]))
            fill = [
                (slot, rng.uniform(0.4, 0.9))
                for slot in range(begin, sheet.slots)
                if rng.random() < 0.75
            ]
            hits["snare"] = [*hits.get("snare", []), *fill]
        if bar == 0 and sheet.bars > 1 and rng.random() < 0.15:
            hits["crash"] = [(0, 0.7)]
        for row, (part, played) in enumerate(hits.items()):
            for slot, velocity in played if part in sounds else ():
                written.setdefault(part, []).append(
                    (sheet.at(bar, slot, row), gains.get(part, 0.4) * velocity)
                )
    for part, notes in written.items():
        for at_s, gain in notes:
            sheet.put(sounds[part], at_s, gain)
        after(part)


def _write_line(
    sheet: _Sheet,
    voice: _Voice,
    beat: int,
    scale: tuple[int, ...],
    root: int,
    chords: tuple[int, ...],
    gain: float,
) -> None:
    rng = sheet.rng
    slots = sheet.slots
    bars = [
        patterns.rhythm(rng, slots, beat) for _ in range(1 if rng.random() < 0.5 else sheet.bars)
    ]
    riff = [int(rng.choice([0, 0, 1, 2, 4, 5, -1, -3, 7])) for _ in range(slots)]
    riff[0] = 0 if rng.random() < 0.65 else riff[0]
    style = str(rng.choice(["root", "riff", "arpeggio", "acid"], p=[0.25, 0.35, 0.2, 0.2]))
    accents = (
        {0, *(int(s) for s in rng.choice(slots, 3, replace=False))} if style == "acid" else set()
    )
    level = patterns.metre(slots, beat)
    accent = rng.uniform(0, 0.6)
    held = rng.uniform(0.3, 1)
    for bar in range(sheet.bars):
        struck = bars[bar % len(bars)]
        for k, slot in enumerate(struck):
            degree = chords[bar % 4] if style in ("root", "riff", "arpeggio") else 0
            step = degree + {"root": 0, "arpeggio": (0, 2, 4, 7)[k % 4]}.get(style, riff[slot])
            length = ((struck[k + 1] if k + 1 < len(struck) else slots + struck[0]) - slot) * held
            velocity = float(
                np.clip(1 - accent + accent * level[slot] + rng.normal(0, 0.12), 0.25, 1)
            )
            if accents:
                velocity = 1.0 if slot in accents else 0.55 * velocity
            number = root + scale[step % 7] + 12 * (step // 7)
            sheet.put(
                voice.note(number, length * sheet.six_s, velocity), sheet.at(bar, slot, 6), gain
            )


def _write_chords(
    sheet: _Sheet,
    voice: _Voice,
    beat: int,
    scale: tuple[int, ...],
    tonic: int,
    chords: tuple[int, ...],
) -> None:
    rng = sheet.rng
    slots = sheet.slots
    bars = [
        patterns.rhythm(rng, slots, beat) for _ in range(1 if rng.random() < 0.5 else sheet.bars)
    ]
    if rng.random() < 0.25:
        bars = [[0]]
    strum_s = rng.uniform(0.004, 0.02) if rng.random() < 0.4 else 0.0
    halves = rng.random() < 0.25
    held = rng.uniform(0.3, 1)
    gain = rng.uniform(0.15, 0.4)
    for bar in range(sheet.bars):
        struck = bars[bar % len(bars)]
        for k, slot in enumerate(struck):
            degree = chords[(2 * bar + (slot >= slots // 2)) % 4] if halves else chords[bar % 4]
            length = ((struck[k + 1] if k + 1 < len(struck) else slots + struck[0]) - slot) * held
            for n, third in enumerate((0, 2, 4)):
                number = 54 + (tonic + scale[(degree + third) % 7]) % 12
                sheet.put(
                    voice.note(number, length * sheet.six_s, 1.0),
                    sheet.at(bar, slot, 7) + n * strum_s,
                    gain,
                )


def _wrapped(rng: np.random.Generator, sheet: _Sheet) -> np.ndarray:
    """The loop, with the tail past its end carried to its beginning, or lost."""
    audio = sheet.audio[: sheet.frames].copy()
    rest = sheet.audio[sheet.frames :]
    if rng.random() < 0.55:
        for begin in range(0, len(rest), sheet.frames):
            piece = rest[begin : begin + sheet.frames]
            audio[: len(piece)] += piece
    return audio / (np.abs(audio).max() + 1e-9)


def _effected(rng: np.random.Generator, audio: np.ndarray, six_s: float) -> np.ndarray:
    """Drive, filters, room and echo, circular."""
    if rng.random() < 0.35:
        audio = np.tanh(audio * rng.uniform(1.5, 5))
    around = np.tile(audio, 3)
    if rng.random() < 0.3:
        around = signal.sosfilt(
            signal.butter(2, 10 ** rng.uniform(2.7, 4.1), fs=RATE, output="sos"), around
        )
    if rng.random() < 0.2:
        around = signal.sosfilt(
            signal.butter(2, 10 ** rng.uniform(1.7, 2.9), "high", fs=RATE, output="sos"), around
        )
    if rng.random() < 0.35:
        length = int(rng.uniform(0.15, 1.2) * RATE)
        room = rng.standard_normal(length) * np.exp(-5 * np.arange(length) / length)
        around = around + signal.fftconvolve(around, room / np.linalg.norm(room))[
            : len(around)
        ] * rng.uniform(0.1, 0.6)
    if rng.random() < 0.12:
        delay = int(six_s * rng.choice([2, 3]) * RATE)
        around[delay:] += 0.45 * around[:-delay]
    return around[len(audio) : 2 * len(audio)]


def _cut(rng: np.random.Generator, audio: np.ndarray) -> np.ndarray:
    """Put a short gap before the first hit of half the loops, as files and encoders leave one."""
    audio = audio / (np.abs(audio).max() + 1e-9)
    if rng.random() < 0.5:
        gap = int(rng.uniform(0.003, 0.05) * RATE)
        fade = int(rng.uniform(0.0005, 0.006) * RATE)
        gain = np.full(gap, 10 ** (-rng.uniform(20, 70) / 20))
        gain[: min(fade, gap)] = np.linspace(1, gain[-1], min(fade, gap))
        audio[-gap:] *= gain
    return audio.astype(np.float32)
