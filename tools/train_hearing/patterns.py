"""Random patterns of 16ths: drums of many styles, and rhythms of lines and chords."""

from __future__ import annotations

import numpy as np

#: Rhythms of a 4/4 bar in 16ths that lines and chords often have.
RHYTHMS = (
    "x...............", "x.......x.......", "x..x..x.........", "x..x..x.x..x..x.",
    "x..x....x..x....", "x..x..x...x.x...", "x.....x.........", "x.....x...x.....",
    "x...x...x...x...", "x.x.x.x.x.x.x.x.", "..x...x...x...x.", "x..x...x..x.x...",
    "x.xx.x.xx.xx.x.x", "xxxxxxxxxxxxxxxx", "x..xx..xx..xx..x", "x.x..x..x.x..x..",
    "x..x.x..x..x.x..", "x.......x..x....", "x...x..x..x.....", "x.x...x...x.x...",
    ".xxx.xxx.xxx.xxx", "..xx..xx..xx..xx", "x.....x.....x...", "x.xxx.xxx.xxx.xx",
    "x...x.x.x...x.x.", "x.x.xxx.x.x.xxx.", "x...x.xxx...x.xx", "x.......x.x.x...",
    "..x..x..x..x..x.", "x..x..x..x..x.x.",
)  # fmt: skip
#: Kick and snare of breaks.
BREAK_KICKS = (
    "x.x.......xx....",
    "x.x.......x.....",
    "x..x..x...x.....",
    "x.....x.x.x.....",
    "x..x......x..x..",
    "x.xx..x...x.....",
)
BREAK_SNARES = (
    "....x..x.x..x..x",
    "....x..x.x....x.",
    "....x.......x...",
    "....x.......x.x.",
    "....x..x....x..x",
)
BELLS = (
    "x..x..x...x.x...",
    "..x.x...x..x..x.",
    "x..x...x..x.x...",
    "x.xx.x.xx.x.x.x.",
    "x..x..x.x..x..x.",
)
#: Styles: how often each is drawn; kick and snare as {16th: chance}.
STYLES: dict[str, tuple[float, dict[int, float], dict[int, float]]] = {
    "backbeat": (
        0.16, {0: 0.97, 2: 0.2, 3: 0.12, 6: 0.25, 7: 0.15, 8: 0.5, 10: 0.45, 11: 0.12, 14: 0.12},
        {4: 1, 12: 1, 7: 0.1, 15: 0.12},
    ),
    "four": (0.12, {0: 1, 4: 1, 8: 1, 12: 1, 14: 0.12, 15: 0.06}, {4: 0.65, 12: 0.65, 15: 0.06}),
    "half": (0.07, {0: 1, 3: 0.2, 6: 0.4, 7: 0.2, 10: 0.3, 11: 0.2, 14: 0.25}, {8: 1, 15: 0.1}),
    "break": (
        0.18, {0: 0.95, 2: 0.55, 6: 0.15, 7: 0.1, 8: 0.1, 10: 0.7, 11: 0.4, 14: 0.1},
        {4: 1, 12: 0.8, 7: 0.45, 9: 0.45, 14: 0.15, 15: 0.3},
    ),
    "two-step": (
        0.1, {0: 1, 10: 0.9, 2: 0.15, 7: 0.15, 11: 0.15, 14: 0.12},
        {4: 1, 12: 1, 7: 0.15, 9: 0.15, 15: 0.15},
    ),
    "dembow": (0.05, {0: 1, 8: 1, 4: 0.6, 12: 0.6}, {3: 1, 6: 1, 11: 1, 14: 1}),
    "latin": (0.05, {0: 0.6, 6: 0.8, 8: 0.6, 14: 0.8}, {}),
    "tribal": (
        0.06, {0: 1, 3: 0.4, 4: 0.3, 6: 0.4, 8: 0.6, 10: 0.3, 12: 0.3, 14: 0.3},
        {4: 0.4, 12: 0.4, 6: 0.2},
    ),
    "electro": (0.06, {0: 1, 3: 0.3, 6: 0.6, 7: 0.15, 10: 0.5, 11: 0.2, 14: 0.2}, {4: 1, 12: 1}),
    "sparse": (0.04, {0: 1, 8: 0.3, 10: 0.4}, {4: 0.5, 12: 0.5, 8: 0.4}),
    "kick": (0.04, {0: 1, 4: 0.6, 8: 0.7, 12: 0.6, 3: 0.2, 6: 0.3, 10: 0.3, 11: 0.25, 14: 0.3}, {}),
    "snare": (0.04, {}, {4: 1, 12: 1, **{slot: 0.15 for slot in range(16)}}),
    "random": (0.03, {0: 1, **{slot: 0.25 for slot in range(1, 16)}}, {4: 0.7, 12: 0.7}),
}  # fmt: skip

Hits = dict[str, list[tuple[int, float]]]


def metre(slots: int, beat: int) -> np.ndarray:
    """Weight of each 16th in the bar: the one, the beats, the 8ths, the rest."""
    weight = np.full(slots, 0.12)
    weight[::2] = 0.35
    weight[::beat] = 0.7
    if slots == 16:
        weight[8] = 0.8
    weight[0] = 1
    return weight


def struck(pattern: str) -> list[int]:
    return [slot for slot, sign in enumerate(pattern) if sign != "."]


def drawn(rng: np.random.Generator, chances: dict[int, float]) -> list[int]:
    return sorted(slot for slot, chance in chances.items() if rng.random() < chance)


def drums(rng: np.random.Generator, slots: int, beat: int) -> Hits:
    """Part -> (16th, velocity) of one bar."""
    if slots == 16:
        names = list(STYLES)
        share = np.array([STYLES[name][0] for name in names])
        style = str(rng.choice(names, p=share / share.sum()))
        kick = drawn(rng, STYLES[style][1])
        snare = drawn(rng, STYLES[style][2])
        if style == "break" and rng.random() < 0.5:
            kick = struck(str(rng.choice(BREAK_KICKS)))
            snare = struck(str(rng.choice(BREAK_SNARES)))
    else:
        style = "odd"
        kick, snare = _odd(rng, slots, beat)
    hat, open_hat = _hats(rng, slots, beat, style)
    bells = struck(str(rng.choice(BELLS))) if style == "latin" else []
    toms = drawn(rng, dict.fromkeys(range(slots), 0.3)) if style in ("latin", "tribal") else []
    level = metre(slots, beat)
    accent = rng.uniform(0, 0.5)

    def velocity(slot: int) -> float:
        return float(np.clip(1 - accent + accent * level[slot] + rng.normal(0, 0.08), 0.15, 1))

    main = {4, 8, 12} if slots == 16 else set(snare)
    hits: Hits = {
        "kick": [(slot, velocity(slot)) for slot in kick],
        "snare": [
            (s, velocity(s) * (1 if s in main or style == "dembow" else rng.uniform(0.2, 0.6)))
            for s in snare
        ],
        "hat": [(s, velocity(s) * _by_place(s, 0.7, 0.56, 0.38)) for s in hat],
        "ohat": [(slot, 0.6 * velocity(slot)) for slot in open_hat],
        "tom": [(slot, 0.7 * velocity(slot)) for slot in toms],
        "perc": [(slot, 0.5 * velocity(slot)) for slot in bells],
    }
    if rng.random() < 0.15:
        hits["perc"] += [
            (int(slot), 0.4) for slot in rng.choice(slots, int(rng.integers(2, 7)), replace=False)
        ]
    if rng.random() < 0.12:
        hits["ride"] = [
            (slot, 0.4 * velocity(slot))
            for slot in range(0, slots, beat if rng.random() < 0.5 else 2)
        ]
    if rng.random() < 0.12:
        hits.pop(str(rng.choice(["kick", "snare", "hat"])))
    if slots == 16 and rng.random() < 0.05:
        # some loops are labelled at half their speed: the bar is played twice as fast, twice
        hits = {
            part: [(s // 2 + half, v) for s, v in played if s % 2 == 0 for half in (0, 8)]
            for part, played in hits.items()
        }
    return hits


def _by_place(slot: int, beat: float, eighth: float, sixteenth: float) -> float:
    """A value for a 16th on the beat, on an 8th, or between."""
    if slot % 4 == 0:
        return beat
    return eighth if slot % 2 == 0 else sixteenth


def _odd(rng: np.random.Generator, slots: int, beat: int) -> tuple[list[int], list[int]]:
    """Kick and snare of bars that are not 4/4."""
    kick = [0, *drawn(rng, dict.fromkeys(range(2, slots, 2), 0.25))]
    if slots == 14:
        groups = (4, 8) if rng.random() < 0.6 else (6, 10)
        kick = sorted({0, *drawn(rng, dict.fromkeys(groups, 0.5))})
        return kick, drawn(rng, dict.fromkeys(groups, 0.5))
    if slots == 20:
        kick = [0, *drawn(rng, {12: 0.5, 8: 0.3, 6: 0.2, 10: 0.2})]
        return kick, [4, 12] if rng.random() < 0.5 else [8, 16]
    if beat == 6:
        return [0, *drawn(rng, {10: 0.3, 4: 0.2, 8: 0.15})], [6]
    return kick, [4, 8] if rng.random() < 0.5 else [8]


def _hats(
    rng: np.random.Generator, slots: int, beat: int, style: str
) -> tuple[list[int], list[int]]:
    if style in ("kick", "snare"):
        return [], []
    kind = str(
        rng.choice(["8", "16", "4", "off", "none", "free"], p=[0.32, 0.27, 0.08, 0.1, 0.08, 0.15])
    )
    free = {slot: _by_place(slot, 0.8, 0.6, 0.35) for slot in range(slots)}
    hats = {
        "8": list(range(0, slots, 2)), "16": list(range(slots)), "4": list(range(0, slots, beat)),
        "off": list(range(beat // 2, slots, beat)), "none": [], "free": drawn(rng, free),
    }[kind]  # fmt: skip
    off_beats = (
        list(range(beat // 2, slots, beat)) if style == "four" and rng.random() < 0.6 else []
    )
    return hats, off_beats if off_beats or rng.random() > 0.25 else [int(rng.integers(1, slots))]


def rhythm(rng: np.random.Generator, slots: int, beat: int) -> list[int]:
    """16ths at which a line or a chord is struck."""
    kind = rng.random()
    if slots == 16 and kind < 0.4:
        return struck(str(rng.choice(RHYTHMS)))
    if kind < 0.5:
        return list(range(0, slots, int(rng.choice([1, 2, 2, 4]))))
    weight = metre(slots, beat) ** rng.uniform(0.3, 2)
    chance = np.clip(weight * rng.uniform(0.2, 0.95) * 0.8 / weight.mean(), 0, 0.98)
    chance[0] = max(chance[0], rng.choice([0.6, 0.97], p=[0.2, 0.8]))
    return [slot for slot in range(slots) if rng.random() < chance[slot]] or [0]
