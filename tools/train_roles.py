"""Teach the net that hears the role of a one-shot: daemon/training/roles.npz.

It learns from the musician's own drums and tones, synthesised here, and from free kits: folders of
one-shots, a kit each, whose files' names say their roles (Debian's hydrogen-drumkits, and fonts by
`tools.font_kits`). The odds from which a sort is told are set on kits that were held out, a quarter
at a time; what it is worth is told by folders that nothing was learnt from. Needs torch.

    python -m tools.train_roles KITS... --judge FOLDER... [--seeds 30]
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from daemon.audio.files import read_audio
from daemon.engines.embedded.oneshot import play_oneshot
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Tone
from daemon.engines.mine.roles import role_in
from daemon.engines.mine.sounds import prepared
from daemon.errors import AudioError
from daemon.training.data_set import ENDINGS
from daemon.training.role_hearing import HEARD, NONE, SORTS, by_sort, map_size, odds, seen

OUT = Path("daemon/training/roles.npz")
ROLES = {
    **{role: role for role in HEARD},
    "snap": "clap",
    "tambourine": "shaker",
    "808": "kick",
    **dict.fromkeys(("bass", "stab", "pad", "keys", "lead", "bell"), NONE),
}
OF_VOICE = {
    "hard kick": "kick",
    "acoustic kick": "kick",
    "concert bass drum": "kick",
    "brush": "snare",
    "acoustic snare": "snare",
    "cross-stick": "rim",
    "high tom": "tom",
    "mid tom": "tom",
    "low tom": "tom",
    "acoustic high tom": "tom",
    "acoustic mid tom": "tom",
    "acoustic low tom": "tom",
    "high conga": "percussion",
    "low conga": "percussion",
    "tabla": "percussion",
    "bayan": "percussion",
    "djembe": "percussion",
    "high bongo": "percussion",
    "low bongo": "percussion",
    "clave": "percussion",
    "woodblock": "percussion",
    "darbuka": "percussion",
    "high agogo": "cowbell",
    "snap": "clap",
    "tambourine": "shaker",
    "sleigh bells": "shaker",
}
WIDTHS = (128, 64)
STEPS = 1500
NETS = 3
#: The share of what is told of a sort that is right in kits that were held out, and so many at least.
#: Kits from elsewhere are heard two points worse than these: 95 % is the aim.
RIGHT, LEAST_TOLD = 0.97, 30


def synthesised(seeds: int) -> Iterator[tuple[np.ndarray, str, str]]:
    """(what is seen, role, kit) of the musician's own."""
    for name, voice in VOICES.items():
        if voice.family == "drums":
            role = OF_VOICE.get(name, name if name in HEARD else None)
        else:
            role = NONE if sum(name.encode()) % 6 == 0 or "bass" in name else None
        if role is None:
            continue
        for seed in range(seeds if voice.family == "drums" else 2):
            audio, _ = play_oneshot(voice, None, seed, 44100, Tone(), None)
            sound = prepared(audio, 44100)
            if sound is not None:
                yield seen(sound), role, "musician"


def of_folder(folder: Path) -> Iterator[tuple[np.ndarray, str, str]]:
    """The same of kits: each folder is one."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in ENDINGS or not path.is_file() or "loop" in path.name:
            continue
        role = ROLES.get(role_in(path.stem) or "")
        if role is None:
            continue
        try:
            audio, rate = read_audio(path, 0.0, 6.0)
        except AudioError:
            continue
        sound = prepared(audio, rate)
        if sound is not None:
            # the kits of a font are alike: they are held out together
            yield seen(sound), role, path.parent.name.rsplit("-", 1)[0]


def augmented(rows: torch.Tensor, random_: torch.Generator) -> torch.Tensor:
    """Higher or lower, brighter or darker, ending sooner or with a louder floor."""
    bands, times = map_size()
    n = len(rows)
    maps = rows[:, :-1].reshape(n, bands, times).clone()
    lowest = -70 / 20 + 1.5
    shift = torch.randint(-2, 3, (n,), generator=random_)
    for by in range(-2, 3):
        at = shift == by
        if by and at.any():
            moved = torch.roll(maps[at], by, dims=1)
            if by > 0:
                moved[:, :by] = lowest
            else:
                moved[:, by:] = lowest
            maps[at] = moved
    tilt = torch.randn(n, 1, 1, generator=random_) * 0.3
    maps = maps + tilt * torch.linspace(-1, 1, bands)[None, :, None]
    fall = torch.rand(n, 1, 1, generator=random_) * 1.2 - 0.4
    maps = maps - fall.clamp(min=0) * torch.linspace(0, 1.5, times)[None, None]
    maps = maps + 0.08 * torch.randn(maps.shape, generator=random_)
    floor = lowest + 1.2 * torch.rand(n, 1, 1, generator=random_) ** 2
    maps = torch.maximum(maps, floor).clamp(min=lowest)
    length = rows[:, -1:] + 0.3 * torch.randn(n, 1, generator=random_)
    return torch.cat([maps.reshape(n, -1), length], 1)


def taught(
    rows: np.ndarray, roles: np.ndarray, kits: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """The weights of some nets, which are heard together: arrays of (nets, ...)."""
    nets = [net_of(rows, roles, kits, NETS * seed + n) for n in range(NETS)]
    layers = {name: np.stack([net[name] for net in nets]) for name in nets[0] if name[0] in "012"}
    return {
        **{name: one[:, None] if name.endswith("bias") else one for name, one in layers.items()},
        "mean": nets[0]["mean"],
        "deviation": nets[0]["deviation"],
    }


def net_of(
    rows: np.ndarray, roles: np.ndarray, kits: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """The weights of one net. Every role weighs alike, and kits four times the musician."""
    torch.manual_seed(seed)
    random_ = torch.Generator().manual_seed(seed)
    mean, deviation = rows.mean(0), rows.std(0) + 0.1
    x, y = torch.from_numpy(rows), torch.from_numpy(roles)
    counts = np.bincount(roles, minlength=len(HEARD)).clip(1)
    chances = torch.from_numpy((1 / counts[roles] ** 0.6) * np.where(kits == "musician", 1.0, 4.0))
    sizes = (rows.shape[1], *WIDTHS, len(HEARD))
    layers = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
    net = torch.nn.Sequential(
        layers[0],
        torch.nn.ReLU(),
        torch.nn.Dropout(0.35),
        layers[1],
        torch.nn.ReLU(),
        torch.nn.Dropout(0.25),
        layers[2],
    )
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, STEPS)
    for _ in range(STEPS):
        at = torch.multinomial(chances, 128, replacement=True, generator=random_)
        seen_ = (augmented(x[at], random_) - torch.from_numpy(mean)) / torch.from_numpy(deviation)
        loss = torch.nn.functional.cross_entropy(net(seen_), y[at], label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    weights = {"mean": mean, "deviation": deviation}
    for n, layer in enumerate(layers):
        weights[str(n)] = layer.weight.detach().numpy().T.copy()
        weights[f"{n}.bias"] = layer.bias.detach().numpy().copy()
    return weights


def judged(found: np.ndarray, roles: np.ndarray) -> None:
    """Tell the share that is right, and at which odds nineteen in twenty are."""
    right = found.argmax(1) == roles
    sure = found.max(1)
    print(f"  right of all: {right.mean():.3f} of {len(right)}")
    for least in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        said = (sure >= least) & (found.argmax(1) != HEARD.index(NONE))
        if said.any():
            print(
                f"  from odds of {least}: {said.mean():.2f} are told, {right[said].mean():.3f} of these right"
            )
    for n, role in enumerate(HEARD):
        own = roles == n
        if own.any():
            wrong = [HEARD[k] for k in found[own].argmax(1) if k != n]
            told = ", ".join(
                f"{wrong.count(one)} {one}"
                for one in sorted(set(wrong), key=wrong.count, reverse=True)[:3]
            )
            print(f"    {role}: {right[own].mean():.2f} of {own.sum()}; {told}")


def surely(found: np.ndarray, roles: np.ndarray, least: np.ndarray | None = None) -> np.ndarray:
    """The odds of each sort from which on `RIGHT` of it are right; or how right it is from `least`.

    Kits that were never heard are heard worse, and not every sort alike: each has odds of its own.
    """
    sorts = by_sort(found)
    own = by_sort(np.eye(len(HEARD), dtype=np.float32)[roles]).argmax(1)
    best, sure, none = sorts.argmax(1), sorts.max(1), list(SORTS).index(NONE)
    right = best == own
    print(f"  sorts ({', '.join(SORTS)}): right of all {right.mean():.3f}")
    if least is None:
        least = np.full(len(SORTS), 0.98, np.float32)
        for sort in range(len(SORTS)):
            for tried in np.arange(0.5, 0.99, 0.01):
                told = (best == sort) & (sure >= tried)
                if told.sum() >= LEAST_TOLD and right[told].mean() >= RIGHT:
                    least[sort] = tried
                    break
    told = (best != none) & (sure >= least[best])
    print(
        f"  from odds of {np.round(least, 2)}: {told.mean():.2f} are told, of drums"
        f" {told[own != none].mean():.2f}, {right[told].mean():.3f} of these right;"
        f" by sort {[round(float(right[told & (best == n)].mean()), 2) for n in set(best[told])]}"
    )
    return least


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kits", type=Path, nargs="+")
    parser.add_argument(
        "--judge", type=Path, nargs="*", default=[], help="folders that nothing is learnt from"
    )
    parser.add_argument("--seeds", type=int, default=30)
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = [*synthesised(options.seeds)]
    found += itertools.chain.from_iterable(of_folder(folder) for folder in options.kits)
    rows = np.stack([row for row, _, _ in found])
    roles = np.array([HEARD.index(role) for _, role, _ in found])
    kits = np.array([kit for _, _, kit in found])
    names = sorted(set(kits) - {"musician"})
    random.Random(1).shuffle(names)
    print(f"{len(rows)} sounds, {len(names)} kits", flush=True)
    out = np.zeros((len(rows), len(HEARD)), np.float32)
    for fold in range(4):
        held = np.isin(kits, names[fold::4])
        weights = taught(rows[~held], roles[~held], kits[~held], fold)
        out[held] = odds(weights, rows[held])
    of_kits = kits != "musician"
    print("kits, each held out:")
    judged(out[of_kits], roles[of_kits])
    sure = surely(out[of_kits], roles[of_kits])
    whole = taught(rows, roles, kits, 9)
    for folder in options.judge:
        more = list(of_folder(folder))
        print(f"{folder}:")
        found_more = odds(whole, np.stack([row for row, _, _ in more]))
        of_more = np.array([HEARD.index(role) for _, role, _ in more])
        judged(found_more, of_more)
        surely(found_more, of_more, sure)
    stored = {name: one.astype(np.float16) for name, one in whole.items()}
    np.savez_compressed(OUT, allow_pickle=False, sure=sure, **stored)
    print(f"{OUT}: {OUT.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
