"""Notes and strokes that are heard, beside baselines, on clips of the musician that no net saw.

Figures are the mean F of note beginnings within 50 ms, their pitch right. The baseline of notes is
basic-pitch where its model is here (`sidecrate models get basic-pitch`); that of drums is the rise
of three bands. With `--bank BANK.npz` (`tools/train_hearing/bank.py`) the drums are played once
more on sampled kits that no training heard, with `--recorded` on those of another bank.
`python -m benchmarks apart` prints it too.

    python -m benchmarks.notes --count 12 --bank BANK.npz
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import ndimage, signal, sparse

from daemon.hearing.drum_net import ROLES, role_of
from daemon.hearing.log_spectra import FRAME_S, RATE, maps_of
from daemon.notes.listen import hear_voice
from daemon.notes.listeners import LISTENERS
from tools.train_hearing.music import Bank
from tools.train_notes.pieces import Piece, on_kit, played
from tools.train_separator.mixes import split_kits

#: Seeds from a million on were never trained on; the eight before these set the thresholds.
FIRST_SEED = 1_000_008
_TOLERANCE_S = 0.05
_SURE = 0.5
_UNPITCHED = ("drums", "kit", "recorded kit", "texture", "fx")
#: Rows of the quick map whose rise is a baseline's kick, snare and hats, and the share of the
#: loudest rise that counts.
_BANDS = {"kick": (4, 26), "snare": (32, 80), "hats": (98, 104)}
_RISE = 0.3


def compare(
    count: int, bank: Path | None, recorded: Path | None = None, only_drums: bool = False
) -> None:
    kits: dict[str, Bank] = {}
    if bank:
        kits["kit"] = split_kits(Bank.load(bank), held_out=True)
    if recorded:
        kits["recorded kit"] = Bank.load(recorded)
    scores: dict[str, dict[str, list[float]]] = {}
    spent: dict[str, float] = {}
    heard_s = 0.0
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        piece = _piece(seed, kits)
        for what, sound, wanted in () if only_drums else _pitched(piece):
            kind = "mono" if what in ("bass", "lead") else "poly"
            for name, listener in LISTENERS.items():
                if listener.why_not() is None:
                    began = time.process_time()
                    voice = hear_voice(sound, True, kind, name)
                    spent[name] = spent.get(name, 0.0) + time.process_time() - began
                    found = [(n.start_s, n.pitch) for n in voice.surer_than(_SURE)]
                    scores.setdefault(what, {}).setdefault(name, []).append(f_of(found, wanted))
            heard_s += len(sound) / RATE
        for what, sound, hits in _struck(piece):
            voice = hear_voice(sound, True, "drums")
            found = [(n.start_s, n.pitch) for n in voice.surer_than(_SURE)]
            for role in ROLES:
                of_role = [one for one in found if one[1] == ROLES[role]]
                if own := [one for one in hits if one[1] == ROLES[role]]:
                    row = scores.setdefault(f"{what}: {role}", {})
                    row.setdefault("own", []).append(f_of(of_role, own))
                    if role in _BANDS:
                        row.setdefault("rise", []).append(f_of(_by_rise(sound, role), own))
                else:
                    row = scores.setdefault(f"{what}: {role}, none", {})
                    row.setdefault("strokes a sound", []).append(len(of_role))
    for what, by in scores.items():
        told = "  ".join(f"{name} {np.mean(one):.3f}" for name, one in by.items())
        print(f"{what:<36}{told}  ({len(next(iter(by.values())))} sounds)")
    for name, seconds in spent.items():
        print(f"{name}: {heard_s / max(seconds, 1e-9):.0f} times real time on one core")


def _piece(seed: int, kits: dict[str, Bank]) -> Piece:
    rng = np.random.default_rng([19, seed])
    piece = played(rng, seed)
    strokes = piece.notes.get("drums", np.zeros((0, 3)))
    for name, bank in kits.items() if len(strokes) else ():
        sound, kept = on_kit(rng, strokes, bank)
        length = len(piece.stems["drums"])
        around = np.pad(sound, (0, 2 * length))[: 2 * length].reshape(2, length).sum(axis=0)
        level = np.sqrt((piece.stems["drums"] ** 2).mean() / ((around**2).mean() + 1e-12))
        piece.stems[name] = (around * level).astype(np.float32)
        piece.notes[name] = kept
    return piece


def _pitched(piece: Piece) -> Iterator[tuple[str, np.ndarray, list[tuple[float, int]]]]:
    parts = [p for p in piece.stems if p not in _UNPITCHED and len(piece.notes.get(p, ()))]
    wanted = {p: [(float(row[0]), int(row[2])) for row in piece.notes[p]] for p in parts}
    for part in parts:
        yield part, piece.stems[part], wanted[part]
    every = [one for part in parts for one in wanted[part]]
    if len(parts) > 1:
        yield "pitched mix", sum_of(piece, parts), every
    if parts and "drums" in piece.stems:
        yield "full mix", sum_of(piece, [p for p in piece.stems if not p.endswith("kit")]), every


def _struck(piece: Piece) -> Iterator[tuple[str, np.ndarray, list[tuple[float, int]]]]:
    others = [p for p in piece.stems if p != "drums" and not p.endswith("kit")]
    low = signal.butter(4, 6000, fs=RATE, output="sos")
    names = {"drums": "drums", "kit": "kits not heard", "recorded kit": "recorded kits"}
    for part, name in names.items():
        if not len(piece.notes.get(part, ())):
            continue
        hits = [
            (float(row[0]), ROLES[role])
            for row in piece.notes[part]
            if (role := role_of(int(row[2])))
        ]
        hits = _struck_once(hits)
        mix = sum_of(piece, [part, *others])
        yield f"{name} alone", piece.stems[part], hits
        yield f"{name} in mixes", mix, hits
        if part != "drums":
            yield f"{name}, low-passed", signal.sosfilt(low, mix).astype(np.float32), hits


def _struck_once(hits: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Two sounds of one role at one time are one stroke: a clap on a snare."""
    kept: list[tuple[float, int]] = []
    last: dict[int, float] = {}
    for at_s, pitch in sorted(hits):
        if at_s - last.get(pitch, -1.0) > 0.03:
            kept.append((at_s, pitch))
            last[pitch] = at_s
    return kept


def sum_of(piece: Piece, parts: list[str]) -> np.ndarray:
    return np.asarray(np.sum([piece.stems[part] for part in parts], axis=0), np.float32)


def f_of(found: list[tuple[float, int]], wanted: list[tuple[float, int]]) -> float:
    """F of beginnings within 50 ms, each found one for one wanted one at most."""
    if not found or not wanted:
        return 0.0
    a, b = np.array(found), np.array(wanted)
    fits = (np.abs(a[:, None, 0] - b[None, :, 0]) <= _TOLERANCE_S) & (
        a[:, None, 1] == b[None, :, 1]
    )
    pairs = sparse.csgraph.maximum_bipartite_matching(sparse.csr_matrix(fits), "column")
    return 2 * int((pairs >= 0).sum()) / (len(a) + len(b))


def _by_rise(sound: np.ndarray, role: str) -> list[tuple[float, int]]:
    quick = maps_of(sound).quick[:, slice(*_BANDS[role])].astype(float)
    rise = np.maximum(np.diff(quick, axis=0, prepend=quick[:1]), 0).mean(axis=1)
    peaks = (rise >= ndimage.maximum_filter1d(rise, 7)) & (rise > _RISE * np.percentile(rise, 99.5))
    return [(float(at) * FRAME_S, ROLES[role]) for at in np.flatnonzero(peaks)]


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--count", type=int, default=12)
    about.add_argument("--bank", type=Path)
    about.add_argument("--recorded", type=Path)
    about.add_argument("--drums", action="store_true", help="strokes alone")
    asked = about.parse_args()
    compare(asked.count, asked.bank, asked.recorded, asked.drums)


if __name__ == "__main__":
    main()
