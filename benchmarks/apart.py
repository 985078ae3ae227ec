"""Taking sounds apart, beside a harmonic-percussive split with a low band, in one run.

The mixes have known parts: clips of the embedded musician with seeds that no training saw, and with
`--bank BANK.npz` (`tools/train_hearing/bank.py`) pieces on sampled kits that no training heard.
Each is heard in stereo, in mono, with its right side inverted and with its left side alone.
Figures are SI-SDR in dB gained over the mix, mean over the mixes. Parts that are silent are left
out. So are, in rows of their own, parts that are nearly all of their mix: there is nothing to gain,
and the SI-SDR is told that they come out with.

    python -m benchmarks.apart --count 20 --bank BANK.npz
    python -m benchmarks.apart --speed spleeter --seconds 40

The second measures one separator alone, on a made sound: its work and its peak of memory.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import signal

from benchmarks import notes
from daemon.parts import own
from daemon.parts.separators import SEPARATORS
from daemon.parts.spectra import Spectra
from daemon.verbs.registry import load_object
from tools.train_hearing.music import RATE, Bank
from tools.train_separator.mixes import DRUMS, MIX, made, mixed, pieces_of, played, split_kits

#: Seeds from here on were never trained on.
FIRST_SEED = 1_000_000
#: Hz below which the baseline's bass lies.
_BASS_HZ = 180.0
#: How a mix may come: the matrix that makes its sides.
HEARD = {
    "stereo": ((1.0, 0.0), (0.0, 1.0)),
    "mono": ((0.5, 0.5), (0.5, 0.5)),
    "inverted": ((1.0, 0.0), (0.0, -1.0)),
    "one side": ((1.0, 0.0), (0.0, 0.0)),
}
#: dB below the mix under which a part is silent.
_SILENT_DB = -30.0


def bench() -> None:
    compare(count=10, bank=None)
    notes.compare(count=6, bank=None)


def compare(count: int, bank: Path | None) -> None:
    kits = split_kits(Bank.load(bank), held_out=True) if bank else None
    print(f"{'mixes':<26}{'part':<9}{'own':>7}{'split':>7}  dB gained")
    _tables("musician", list(_musician(count)))
    if kits:
        _tables("kits not heard", list(_pieces(count, kits, drums=False)))
        _table("drums, kits not heard", DRUMS, "drums", _pieces(count, kits, drums=True))


def speed(name: str, seconds: float) -> None:
    """Print a separator's speed by processor time, and the most memory that the process had."""
    import resource

    t = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(0).standard_normal(len(t))
    sound = 0.1 * np.sin(2 * np.pi * 110 * t) + 0.2 * noise * (t % 0.5 < 0.05)
    stereo = np.repeat(sound[:, None], 2, axis=1).astype(np.float32)
    began = time.process_time()
    load_object(SEPARATORS[name].work)(stereo, RATE, False, lambda share: None)
    spent_s = time.process_time() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: {seconds:g} s in {spent_s:.1f} s of processor time,")
    print(f"{seconds / spent_s:.1f} x real time, {peak_mb:.0f} MB at most")


def _musician(count: int) -> Iterator[dict[str, np.ndarray]]:
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        rng = np.random.default_rng([15, seed])
        yield mixed(rng, played(rng, seed))


def _pieces(count: int, kits: Bank, *, drums: bool) -> Iterator[dict[str, np.ndarray]]:
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        rng = np.random.default_rng([16, seed])
        found = made(rng, kits)
        yield pieces_of(rng, found) if drums else mixed(rng, found)


def _tables(name: str, mixes: list[dict[str, np.ndarray]]) -> None:
    for way, sides in HEARD.items():
        matrix = np.array(sides, np.float32)
        heard = ({part: sound @ matrix for part, sound in sounds.items()} for sounds in mixes)
        _table(f"{name}, {way}", MIX, "mix", heard)


def _table(
    name: str, parts: tuple[str, ...], net: str, mixes: Iterator[dict[str, np.ndarray]]
) -> None:
    gained: dict[str, list[tuple[float, float]]] = {part: [] for part in parts}
    alone: dict[str, list[tuple[float, float]]] = {part: [] for part in parts}
    worst_sum_db, spent_s, heard_s = -200.0, 0.0, 0.0
    for sounds in mixes:
        mix = np.sum(list(sounds.values()), axis=0)
        began = time.process_time()
        ours = own.separate(net, mix, RATE, is_loop=False)
        spent_s += time.process_time() - began
        heard_s += len(mix) / RATE
        plain = harmonic_percussive(mix) if net == "mix" else {}
        rest = _db(mix - np.sum(list(ours.values()), axis=0)) - _db(mix)
        worst_sum_db = max(worst_sum_db, rest)
        for part, true in sounds.items():
            if _db(true) - _db(mix) <= _SILENT_DB:
                continue
            left = si_sdr_db(true, ours[part])
            base = si_sdr_db(true, plain[part]) if plain else float("nan")
            if _db(mix - true) - _db(mix) <= _SILENT_DB:
                alone[part].append((left, base))
            else:
                before = si_sdr_db(true, mix)
                gained[part].append((left - before, base - before))
    for part, rows in gained.items():
        if rows:
            own_db, base_db = np.mean(rows, axis=0)
            print(f"{name:<26}{part:<9}{own_db:7.1f}{base_db:7.1f}  {len(rows)} mixes")
    for part, rows in alone.items():
        if rows:
            own_db, base_db = np.mean(rows, axis=0)
            print(f"{name:<26}{part:<9}{own_db:7.1f}{base_db:7.1f}  dB left of {len(rows)} alone")
    print(f"{name:<26}sum of parts {worst_sum_db:.0f} dB, {heard_s / spent_s:.1f} x real time")


def harmonic_percussive(mix: np.ndarray) -> dict[str, np.ndarray]:
    """Drums what is struck, bass the steady below 180 Hz, other the rest (Fitzgerald 2010)."""
    spectra = Spectra(mix, RATE)
    mask = spectra.struck**2 / (spectra.struck**2 + spectra.steady**2 + 1e-12)
    drums = spectra.sound_of(mask)
    steady = mix - drums
    sos = signal.butter(4, _BASS_HZ, fs=RATE, output="sos")
    bass = signal.sosfiltfilt(sos, steady, axis=0).astype(np.float32)
    return {"drums": drums, "bass": bass, "other": steady - bass}


def si_sdr_db(true: np.ndarray, estimate: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio (Le Roux et al. 2019)."""
    a, b = true.ravel().astype(np.float64), estimate.ravel().astype(np.float64)
    target = a * (a @ b) / (a @ a + 1e-12)
    return float(10 * np.log10(((target**2).sum() + 1e-12) / (((b - target) ** 2).sum() + 1e-12)))


def _db(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(sound.astype(np.float64) ** 2) + 1e-14))


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--count", type=int, default=20)
    about.add_argument("--bank", type=Path)
    about.add_argument("--speed", choices=SEPARATORS, help="measure one separator alone")
    about.add_argument("--seconds", type=float, default=60.0)
    asked = about.parse_args()
    if asked.speed:
        speed(asked.speed, asked.seconds)
        return
    compare(asked.count, asked.bank)


if __name__ == "__main__":
    main()
