"""Sounds with and without drums: what is played, on which kit, at which levels, and altered.

python -m tools.train_struck.sounds BANK.npz SOUNDS FONT.sf2... --more MORE.npz --count 160
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import signal

from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike, Tone
from daemon.hearing.attacks_seen import attacks_of
from daemon.hearing.log_spectra import RATE
from daemon.hearing.struck import PIECES, SAID
from tools.examples import parser_of, seeds_of
from tools.train_hearing.music import RATE as BANK_RATE
from tools.train_hearing.music import Bank
from tools.train_notes import kits
from tools.train_notes.kits import Kit
from tools.train_notes.made_kits import made_kit
from tools.train_notes.pieces import altered, noise
from tools.train_struck import players
from tools.train_struck.written import WAYS, Note, written

_BARS = 3
#: Sounds of a batch, and s by which an attack may be off a stroke's time.
_BATCH, _NEAR_S = 16, 0.032
#: Share of sounds whose tones are of several parts.
_SEVERAL = 0.3
#: The musician's voices that play each of a kit's sounds.
_VOICES = {
    "kick": ("kick", "hard kick", "acoustic kick", "concert bass drum"),
    "snare": ("snare", "brush", "acoustic snare"),
    "clap": ("clap", "snap"), "rim": ("rim", "cross-stick"),
    "hat": ("hat", "acoustic hat"), "ohat": ("open hat", "acoustic open hat"),
    "ride": ("ride", "acoustic ride"), "crash": ("crash", "acoustic crash"),
    "tom": ("high tom", "mid tom", "low tom", "acoustic high tom", "acoustic low tom"),
    "conga": ("high conga", "low conga", "djembe", "high bongo", "cajon", "darbuka"),
    "shaker": ("shaker", "tambourine", "caxixi", "brush sweep"),
}  # fmt: skip
#: Kits of a few pieces: of so many sounds with drums one is.
_FEW = (("kick",), ("hat",), ("hat", "ohat"), ("kick", "hat"), ("kick", "snare"), ("kick", "clap"),
        ("snare",), ("conga",), ("shaker",), ("conga", "shaker"), ("tom",), ("ride",), ("clap",),
        ("kick", "shaker"), ("hat", "snare"))  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A sound float32 (frames,) at `RATE`: its strokes (s, role, 0-1), notes (s, s, pitch, 0-1)."""

    kind: str
    sound: np.ndarray
    hits: np.ndarray
    notes: np.ndarray


@dataclass(frozen=True)
class Stock:
    """What sounds are made of: kits, percussion, SoundFonts; those to judge by where `kept`."""

    kits: list[Kit]
    percussion: list[Kit]
    fonts: list[Path]
    kept: bool

    @property
    def voices(self) -> list[str]:
        return [v for n, v in enumerate(players.PITCHED) if players.is_kept(n) == self.kept]

    @property
    def programs(self) -> list[int]:
        return [p for n, p in enumerate(players.PROGRAMS) if players.is_kept(n // 2) == self.kept]


def stock_of(bank: Path, more: list[Path], fonts: list[Path], kept: bool) -> Stock:
    """`more` are banks of further kits; those to judge by where `kept`."""
    own = Bank.load(bank)
    found = [kit for n, kit in enumerate(own.kits) if (n % 5 in (1, 3)) == kept]
    found += [kit for path in more for kit in Bank.load(path).kits]
    return Stock(found, kits.percussion_of(bank), fonts, kept)


def batch(seed: int, stock: Stock, count: int) -> Iterator[Made]:
    """`count` sounds, those of SoundFonts made in one run."""
    rng = np.random.default_rng([180, seed, int(stock.kept)])
    briefs = []
    for _ in range(count):
        way = str(rng.choice(list(WAYS), p=list(WAYS.values())))
        six_s = 15 / float(np.clip(np.exp(rng.normal(np.log(118), 0.25)), 66, 180))
        who = str(rng.choice(["voice", "font", "synth"], p=[0.4, 0.3, 0.3]))
        player: players.Player | None = None
        if who == "voice":
            player = players.voice_player(rng, str(rng.choice(stock.voices)))
        elif who == "synth":
            player = players.synth_player(rng, way == "line" or rng.random() < 0.2)
        if player:
            name, low, high = player.name, player.low, player.high
        else:
            program = int(rng.choice(stock.programs))
            low = int(rng.choice([28, 36, 45, 52])) if not 32 <= program < 40 else 28
            name, high = f"program {program}", low + 30
        notes = written(rng, way, low, high, six_s, _BARS)
        briefs.append((way, six_s, name, player, notes))
    asked = [(int(name.split()[1]), notes) for *_, name, player, notes in briefs if not player]
    font = stock.fonts[int(rng.integers(len(stock.fonts)))]
    by_font = iter(players.by_fonts(font, asked) if asked else [])
    parts = []
    for way, six_s, name, player, notes in briefs:
        tones = player.play(notes) if player else next(by_font)
        if rng.random() < 0.5:
            tones = _fingered(rng, tones, notes)
        parts.append((f"{way} {name}", _effects(rng, tones, six_s), notes, six_s))
    for name, tones, notes, six_s in parts:
        if rng.random() < _SEVERAL:
            others = [parts[int(k)] for k in rng.integers(0, len(parts), int(rng.integers(1, 4)))]
            both = _together(rng, tones, notes, [(sound, own) for _, sound, own, _ in others])
            yield made(rng, stock, f"{name} and more", *both, six_s)
        else:
            yield made(rng, stock, name, tones, notes, six_s)


def _together(
    rng: np.random.Generator,
    tones: np.ndarray,
    notes: list[Note],
    others: list[tuple[np.ndarray, list[Note]]],
) -> tuple[np.ndarray, list[Note]]:
    """A part with others, each about as loud, and the notes of all: a band without drums."""
    sound = _even(tones)
    for other, own in others:
        level = np.float32(10 ** (rng.normal(-2, 4) / 20))
        sound = sound + level * _even(np.resize(other, len(tones)))
        notes = [*notes, *own]
    return sound, notes


def _even(sound: np.ndarray) -> np.ndarray:
    """As loud as any other."""
    return np.asarray(sound / (np.sqrt(np.mean(sound**2)) + 1e-9) * 0.1, np.float32)


def made(
    rng: np.random.Generator, stock: Stock, name: str, tones: np.ndarray, notes: list[Note],
    six_s: float,
) -> Made:  # fmt: skip
    """Tones alone, under drums, drums alone, or noise."""
    frames = round((_BARS * 16 * six_s + 0.3) * RATE)
    tones = np.pad(tones, (0, max(0, frames - len(tones))))[:frames]
    tones = tones / (np.sqrt(np.mean(tones**2)) + 1e-9) * 0.1
    rows = np.array(
        [(n.start_s, n.start_s + n.held_s, n.pitch, n.velocity) for n in notes]
    ).reshape(-1, 4)
    hits = np.zeros((0, 3))
    draw = rng.random()
    if draw < 0.47:
        sound, kind = tones, "tones"
    elif draw < 0.5:
        sound = noise(rng)[:frames]
        kind, name, rows = "tones", "noise", rows[:0]
    else:
        kit = _kit(rng, stock)
        if rng.random() < 0.35:
            few = _FEW[int(rng.integers(len(_FEW)))]
            strokes = _few(rng, six_s, few)
            name += " " + "+".join(few)
        else:
            strokes = kits.written(rng, six_s)
        strokes = [one for one in strokes if one[0] < _BARS * 16 * six_s - 0.02]
        drums, hits = kits.on_kit(rng, strokes, kit, frames / RATE)
        drums = kits.recorded(rng, drums)
        drums = drums / (np.sqrt(np.mean(drums**2)) + 1e-9) * 0.1
        if not len(hits):
            sound, kind = tones, "tones"
        elif draw < 0.65:
            sound, kind, rows = drums, "drums", rows[:0]
        else:
            # soft drums under loud tones are drums too
            level_db = rng.normal(-3, 8)
            sound, kind = tones + drums * np.float32(10 ** (level_db / 20)), "mix"
            name += f" {level_db:.0f} dB"
    sound, rows, hits = altered(rng, sound.astype(np.float32), rows, hits)
    return Made(f"{kind}: {name}", sound, hits, rows)


def _few(rng: np.random.Generator, six_s: float, names: tuple[str, ...]) -> list[kits.Stroke]:
    """A pattern of these sounds alone, which comes again bar by bar."""
    out: list[kits.Stroke] = []
    for name in names:
        dense = rng.choice([0.15, 0.3, 0.6, 1.0])
        slots = np.flatnonzero(rng.random(16) < dense)
        if rng.random() < 0.4 or not len(slots):
            slots = np.arange(int(rng.choice([0, 0, 2, 4])), 16, int(rng.choice([2, 4, 4, 8])))
        for bar in range(_BARS):
            out += [
                ((bar * 16 + slot) * six_s + abs(rng.normal(0, 0.003)), name, int(n % 3),
                 float(rng.uniform(0.5, 1)))
                for n, slot in enumerate(slots)
            ]  # fmt: skip
    return sorted(out)


def _kit(rng: np.random.Generator, stock: Stock) -> Kit:
    draw = rng.random()
    if draw < 0.25:
        kit = made_kit(rng)
    elif draw < 0.5:
        kit = _voices_kit(rng)
    else:
        kit = dict(stock.kits[int(rng.integers(len(stock.kits)))])
    if stock.percussion:
        kit = {**stock.percussion[int(rng.integers(len(stock.percussion)))], **kit}
    for name in list(kit):
        other = stock.kits[int(rng.integers(len(stock.kits)))]
        if name in other and rng.random() < 0.25:
            kit[name] = other[name]
    return kit


def _voices_kit(rng: np.random.Generator) -> Kit:
    """A kit of the musician's own drums, their timbre drawn."""
    kit: Kit = {}
    for name, voices in _VOICES.items():
        tone = Tone(
            bright=float(np.clip(rng.normal(0, 0.3), -1, 1)), length=float(2 ** rng.normal(0, 0.5)),
            drive=float(rng.choice([0, rng.uniform(0, 0.8)])), attack=float(rng.uniform(0.1, 1)),
        )  # fmt: skip
        kit[name] = []
        for voice in voices if name in ("tom", "conga") else [str(rng.choice(voices))]:
            own = VOICES[voice]
            strike = Strike(own.home + float(rng.normal(0, 2)), 0.3, 0.8, BANK_RATE, tone)
            sound = own.play(strike).mean(axis=1)
            kit[name].append((sound / (np.abs(sound).max() + 1e-9)).astype(np.float32))
    return kit


def _fingered(rng: np.random.Generator, sound: np.ndarray, notes: list[Note]) -> np.ndarray:
    """With what picks, keys, lips and bows add to each attack: noise, no two alike, and a thump
    of the body at times."""
    out = sound.copy()
    level = float(np.percentile(np.abs(sound), 98)) * 10 ** (rng.uniform(-38, -12) / 20)
    low_hz, octaves = 10 ** rng.uniform(2.3, 3.6), rng.uniform(0.7, 3)
    lasts_s, loose_s = 10 ** rng.uniform(-2.5, -1.2), rng.uniform(0, 0.01)
    thump = rng.choice([0.0, rng.uniform(0.3, 2.0)], p=[0.65, 0.35])
    for at_s in np.unique([note.start_s for note in notes]):
        own_s = lasts_s * 2 ** rng.normal(0, 0.4)
        t = np.arange(round(5 * own_s * RATE) + 1) / RATE
        high_hz = min(low_hz * 2 ** max(0.3, octaves + rng.normal(0, 0.3)), 0.48 * RATE)
        sos = signal.butter(1, (low_hz, high_hz), "bandpass", fs=RATE, output="sos")
        noise_ = signal.sosfilt(sos, rng.standard_normal(len(t)))
        burst = noise_ / (np.abs(noise_).max() + 1e-9) * np.exp(-t / own_s)
        burst += thump * np.sin(2 * np.pi * 130 * 2 ** rng.normal(0, 0.3) * t) * np.exp(-t / 0.02)
        at = max(0, round((at_s + rng.normal(0, loose_s)) * RATE))
        burst = burst[: max(0, len(out) - at)] * level * 10 ** (rng.normal(0, 4) / 20)
        out[at : at + len(burst)] += burst.astype(np.float32)
    return out


def _effects(rng: np.random.Generator, sound: np.ndarray, six_s: float) -> np.ndarray:
    """An echo on the grid, ducking as by a kick that is not heard, a slow filter, each at times."""
    if rng.random() < 0.2:
        late = round(six_s * float(rng.choice([2, 3, 3, 4])) * RATE)
        gain, echo = rng.uniform(0.2, 0.6), sound
        for _ in range(3):
            echo = gain * np.pad(echo, (late, 0))[: len(sound)]
            sound = sound + echo
    if rng.random() < 0.15:
        beat = np.arange(len(sound)) / RATE / (4 * six_s) % 1
        sound = sound * (1 - rng.uniform(0.4, 1) * np.exp(-beat / rng.uniform(0.1, 0.4)))
    if rng.random() < 0.15:
        at = np.linspace(0, 1, len(sound))
        low = signal.sosfilt(
            signal.butter(2, 10 ** rng.uniform(2.3, 3), fs=RATE, output="sos"), sound
        )
        sound = low + (sound - low) * (0.5 - 0.5 * np.cos(np.pi * at * rng.integers(1, 5)))
    return np.asarray(sound, np.float32)


def stored(sounds: list[Made]) -> dict[str, np.ndarray]:
    """What teaching needs of a batch: of each sound, what is seen of its attacks, what they are,
    and what it holds."""
    out: dict[str, np.ndarray] = {}
    for n, one in enumerate(sounds):
        attacks = attacks_of(one.sound)
        are = np.zeros((len(attacks.at_s), SAID), np.uint8)
        for at_s, row, _ in one.hits:
            are[np.abs(attacks.at_s - at_s) < _NEAR_S, 1 + int(row)] = 1
        are[:, 0] = are[:, 1:-1].max(axis=1, initial=0)
        for at_s in np.unique(one.notes[:, 0]):
            are[np.abs(attacks.at_s - at_s) < _NEAR_S, -1] = 1
        held = [bool((one.hits[:, 1] == row).any()) for row in range(len(PIECES))]
        out |= {
            f"{n}.kind": np.array(one.kind), f"{n}.seen": attacks.seen.astype(np.float16),
            f"{n}.are": are, f"{n}.holds": np.array([any(held), *held], np.uint8),
            f"{n}.length_s": np.array(len(one.sound) / RATE),
        }  # fmt: skip
    return out


def main() -> int:
    about = parser_of(__doc__, "bank", "folder", "fonts", count=160, counted=f"batches of {_BATCH}")
    about.add_argument("--more", type=Path, action="append", default=[])
    about.add_argument("--kept", action="store_true", help="those to judge by")
    asked = about.parse_args()
    seeds = seeds_of(asked)
    stock = stock_of(asked.bank, asked.more, asked.fonts, asked.kept)
    for seed in seeds:
        np.savez(
            asked.folder / f"{seed}.npz",
            allow_pickle=False,
            **stored(list(batch(seed, stock, _BATCH))),
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
