"""Train one of the separator's networks on the spectra that `pieces` stored.

The loss is the error of the separated spectra in decibels below the part, so that a soft part
counts as much as a loud one: the signal-to-distortion ratio, as far as a mask can change it. The
run is seeded; on another machine the scores differ by tenths of a decibel. It goes on from `--before`
where a network is named, and from `--state` after an interruption. Pieces that are written meanwhile
are learnt too. What is kept is the mean of the weights over the last some hundred steps (Izmailov and
others 2018). Layers reckon in bfloat16, twice as fast; weights, the softmax and the loss stay in float32.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from daemon.models.weights import read_weights
from daemon.parts.mask_net import (
    BANDS,
    CUES,
    LEVEL_FLOOR,
    MOST_SHOWN,
    PER_BAND,
    SIDES,
    UNSIDED,
    WIDTH,
    WIDTH_FLOOR,
    band_weights,
)
from tools.train_separator.mixes import DRUMS, MIX

#: Channels of each network, and the dilations of its layers: 67 and 31 windows back and ahead.
CHANNELS = {"mix": 256, "drums": 160}
DILATIONS = {"mix": (1, 2, 4, 8, 16, 32, 4), "drums": (1, 2, 4, 8, 16)}
#: Windows of an example, and examples of a step.
_WINDOWS, _BATCH = 160, 8
_RATE_OF_LEARNING = 8e-4
#: Of so many pieces one, with all its mixes, is what the result is judged by, as far as it is there
#: at the start; steps from one judging to the next, and from one look for new pieces to the next.
_JUDGED, _TOLD_EVERY, _LOOK_EVERY = 20, 500, 100
#: Shares of stretches whose sides are unknown, as a mono sound's are, and that are narrower than
#: they were; how much narrower in powers of ten, and the share of those without any width.
_UNSIDED, _NARROWED = 0.4, 0.2
_NARROWER, _FLAT = (-2.5, -0.5), 0.25
#: Share that a step has in the mean of the weights.
_NEWEST = 1 / 300
#: Power of an absent part, as a share of the mix, below which its error counts no more.
_ABSENT = 1e-3
#: Bins of a spectrum of long windows, by which the bins are numbered.
_BINS = 2049


class Net(nn.Module):
    """The network of `daemon.parts.mask_net`, for training."""

    def __init__(self, which: str) -> None:
        super().__init__()
        self.names = MIX if which == "mix" else DRUMS
        self.parts, self.dilations = len(self.names), DILATIONS[which]
        parts, channels = self.parts, CHANNELS[which]
        self.into = nn.Linear(BANDS * PER_BAND, channels)
        self.layers = nn.ModuleList(
            nn.Conv1d(channels, channels, 3, padding=reach, dilation=reach)
            for reach in self.dilations
        )
        self.out = nn.Linear(channels, (1 + len(CUES)) * parts * BANDS)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        self.register_buffer("bands", net_bands())
        self.register_buffer("mean", torch.zeros(BANDS * PER_BAND))
        self.register_buffer("spread", torch.ones(BANDS * PER_BAND))

    def forward(self, seen: torch.Tensor, cues: torch.Tensor, bins: torch.Tensor) -> torch.Tensor:
        """(batch, parts, windows, bins) of (batch, windows, features), (batch, cues, windows, bins).

        `bins` (batch, bins) are the numbers of those bins among all.
        """
        x = nn.functional.leaky_relu(self.into((seen - self.mean) / self.spread), 0.1)
        x = x.transpose(1, 2)
        for layer in self.layers:
            x = x + nn.functional.leaky_relu(layer(x), 0.1)
        out = self.out(x.transpose(1, 2)).reshape(len(seen), seen.shape[1], -1, BANDS)
        out = out.transpose(1, 2) @ self.bands[bins].transpose(1, 2)[:, None]
        out = out.reshape(len(seen), 1 + len(CUES), self.parts, seen.shape[1], -1)
        return torch.softmax(out[:, 0] + (out[:, 1:] * cues[:, :, None]).sum(dim=1), dim=1)

    def go_on_from(self, path: Path) -> None:
        """Take a network's weights; layers and cues that it has not begin without effect."""
        w = {name: torch.from_numpy(np.asarray(v)) for name, v in read_weights(path).items()
             if name != "parts"}  # fmt: skip
        self.mean.copy_(w["mean"])
        self.spread.copy_(w["spread"])
        with torch.no_grad():
            self.into.weight.copy_(w["in.weight"].T)
            self.into.bias.copy_(w["in.bias"])
            known = w["out.bias"].shape[0]
            self.out.weight[:known] = w["out.weight"].T
            self.out.bias[:known] = w["out.bias"]
            for n, layer in enumerate(self.layers):
                if f"{n}.weight" in w:
                    layer.weight.copy_(w[f"{n}.weight"].permute(2, 1, 0))
                    layer.bias.copy_(w[f"{n}.bias"])
                else:
                    nn.init.zeros_(layer.weight)
                    nn.init.zeros_(layer.bias)


def loss_of(masks: torch.Tensor, piece: Batch) -> torch.Tensor:
    """Mean error in dB below each part's power."""
    lost = ((masks * piece.magnitude[:, None] - piece.parts) ** 2 * piece.counts).sum(dim=(2, 3))
    power = (piece.parts**2 * piece.counts).sum(dim=(2, 3))
    apart = piece.apart.sum(dim=2)
    whole = (piece.magnitude**2 * piece.counts[:, 0]).sum(dim=(1, 2))
    least = _ABSENT * whole[:, None] + 1e-6
    return (10 * torch.log10((lost + apart + 0.1 * least) / (power + apart + least))).mean()


@dataclass
class Batch:
    """Stretches of pieces. `counts` (batch, 1, 1, bins): how many bins each bin stands for."""

    seen: torch.Tensor
    """(batch, windows, features)"""
    cues: torch.Tensor
    """(batch, cues, windows, bins)"""
    magnitude: torch.Tensor
    """(batch, windows, bins)"""
    parts: torch.Tensor
    """(batch, parts, windows, bins)"""
    apart: torch.Tensor
    """(batch, parts, windows)"""
    bins: torch.Tensor
    counts: torch.Tensor


class Pieces:
    """The stored pieces of a folder to learn, or those to judge by; read as they are needed."""

    def __init__(self, folder: Path, which: str, *, judged: bool) -> None:
        self.folder, self.which, self.judged = folder, which, judged
        self.look()

    def look(self) -> None:
        """See which are there now; one that is still being written is not."""
        files = sorted(
            self.folder.glob(f"{self.which}*.npz"), key=lambda file: file.stat().st_mtime
        )
        self.files = sorted(f for f in files[:-1] if (_seed(f) % _JUDGED == 0) == self.judged)

    def all(self) -> Iterator[dict[str, np.ndarray]]:
        for file in self.files:
            yield dict(np.load(file))

    def batch(self, rng: np.random.Generator, mean: torch.Tensor) -> Batch:
        """`mean` (features,): of what is seen, which stands for what is unknown."""
        places = []
        for k in rng.integers(len(self.files), size=_BATCH):
            piece = dict(np.load(self.files[int(k)]))
            at = int(rng.integers(max(1, piece["seen"].shape[0] - _WINDOWS)))
            places.append((piece, at, at + _WINDOWS))
        drawn = narrowed(rng, batch_of(places), mean)
        return equalised(rng, drawn, [piece["seen"] for piece, _, _ in places])


def narrowed(rng: np.random.Generator, piece: Batch, mean: torch.Tensor) -> Batch:
    """Some stretches with less width, or with none that is known; what they sound like stays.

    A net that only hears wide rests over a centred bass takes all that is not wide for bass.
    """
    for n in range(len(piece.seen)):
        drawn = rng.random()
        if drawn < _UNSIDED:
            unsided(piece.seen[n], piece.cues[n], mean)
        elif drawn < _UNSIDED + _NARROWED:
            gain = 0.0 if rng.random() < _FLAT else 10 ** rng.uniform(*_NARROWER)
            closer(piece.seen[n], piece.cues[n], gain)
    return piece


def closer(seen: torch.Tensor, cues: torch.Tensor, gain: float) -> None:
    """Change, in place, (windows, features) and (cues, ...) as if the sides were weaker by `gain`."""
    level, width = seen[:, :BANDS], seen[:, WIDTH]
    side = torch.clamp(10 ** (width + level) - WIDTH_FLOOR, min=0) * gain**2
    seen[:, WIDTH] = torch.log10(side + WIDTH_FLOOR) - level
    cues[SIDES] = torch.clamp(cues[SIDES] + 2 * np.log10(gain + 1e-4), min=-MOST_SHOWN)


def unsided(seen: torch.Tensor, cues: torch.Tensor, mean: torch.Tensor) -> None:
    """Forget, in place, what (..., features) and (cues, ...) tell of the sides."""
    seen[..., WIDTH] = mean[WIDTH]
    cues[SIDES] = UNSIDED


def equalised(rng: np.random.Generator, piece: Batch, whole: list[np.ndarray]) -> Batch:
    """The stretches, each through an equaliser drawn anew: more pieces than there are.

    `whole`: what is seen of the pieces that they are from, by which a level is held against all.
    """
    for n, seen in enumerate(whole):
        at = np.linspace(0, np.pi, BANDS)
        gains_db = sum(rng.normal(0, 3 / k) * np.cos(k * at + rng.uniform(0, 6)) for k in (1, 2, 3))
        if rng.random() < 0.25:
            gains_db -= rng.uniform(1, 4) * np.maximum(np.arange(BANDS) - rng.uniform(48, 68), 0)
        gains = torch.from_numpy(np.asarray(gains_db / 10, np.float32))
        bands = net_bands()
        powers = (10 ** torch.from_numpy(seen[::8, :BANDS].astype(np.float32))).mean(dim=0)
        powers *= bands.sum(dim=0)
        gains = gains - torch.log10((powers * 10**gains).sum() / powers.sum())
        level = torch.clamp(piece.seen[n, :, :BANDS] + gains, min=LEVEL_FLOOR)
        piece.seen[n, :, :BANDS] = level
        piece.seen[n, 1:, -BANDS:] = level.diff(dim=0)
        sizes = 10 ** (0.5 * bands[piece.bins[n]] @ gains)
        piece.magnitude[n] *= sizes
        piece.parts[n] *= sizes
    return piece


@cache
def net_bands() -> torch.Tensor:
    return torch.from_numpy(band_weights(_BINS, 44100 / 4096))


def batch_of(places: list[tuple[dict[str, np.ndarray], int, int]]) -> Batch:
    """Of (piece, first window, end)."""

    def stacked(name: str, cut: Callable[[np.ndarray, slice], np.ndarray]) -> torch.Tensor:
        rows = [cut(piece[name], slice(start, end)) for piece, start, end in places]
        return torch.from_numpy(np.stack(rows).astype(np.float32))

    bins = np.stack([piece["bins"] for piece, _, _ in places])
    counts = np.stack([piece["counts"] for piece, _, _ in places]).astype(np.float32)
    return Batch(
        stacked("seen", lambda x, at: x[at]),
        stacked("cues", lambda x, at: x[:, :, at].swapaxes(1, 2)),
        stacked("magnitude", lambda x, at: x[:, at].T),
        stacked("parts", lambda x, at: x[:, :, at].swapaxes(1, 2)),
        stacked("apart", lambda x, at: x[:, at]),
        torch.from_numpy(bins),
        torch.from_numpy(counts)[:, None, None],
    )


def train(
    learnt: Pieces, judged: Pieces, net: Net, steps: int, rate: float, state: Path | None, new: bool
) -> None:
    """Teach `net` in place. `new`: it has no scale of its features yet."""
    rng = np.random.default_rng(14)
    if new:
        seen = np.concatenate([piece["seen"][::7] for piece in learnt.all()]).astype(np.float32)
        net.mean.copy_(torch.from_numpy(seen.mean(axis=0)))
        net.spread.copy_(torch.from_numpy(seen.std(axis=0) + 1e-3))
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.1)
    mean = deepcopy(net)
    first, told = 0, 0.0
    if state is not None and state.exists():
        kept = torch.load(state, weights_only=True)
        net.load_state_dict(kept["net"])
        mean.load_state_dict(kept["mean"])
        optimizer.load_state_dict(kept["optimizer"])
        schedule.load_state_dict(kept["schedule"])
        first = kept["step"]
        rng = np.random.default_rng([14, first])
    print(f"before: {told_of(net, judged)}", flush=True)
    for step in range(first, steps):
        if step % _LOOK_EVERY == 0:
            learnt.look()
        piece = learnt.batch(rng, net.mean)
        with torch.autocast("cpu", torch.bfloat16):
            masks = net(piece.seen, piece.cues, piece.bins)
        loss = loss_of(masks.float(), piece)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            for own, newest in zip(mean.parameters(), net.parameters(), strict=True):
                own.lerp_(newest, max(_NEWEST, 1 / (step + 1)))
        told = loss.item() if not told else 0.98 * told + 0.02 * loss.item()
        if step % _TOLD_EVERY == _TOLD_EVERY - 1:
            print(f"{step + 1} of {steps}: {told:.2f} dB; {told_of(mean, judged)}", flush=True)
            if state is not None:
                torch.save(
                    {"net": net.state_dict(), "mean": mean.state_dict(),
                     "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(),
                     "step": step + 1}, state,
                )  # fmt: skip
    net.load_state_dict(mean.state_dict())


def _seed(file: Path) -> int:
    """The seed of a stored piece, as `mix12-0.npz` and `drums12.npz` have it."""
    return int(file.stem.partition("-")[0].removeprefix("mix").removeprefix("drums"))


def told_of(net: Net, judged: Pieces) -> str:
    sided, unknown = (judge(net, judged, sided=sided) for sided in (True, False))
    return f"judged {sided:.2f} dB, {unknown:.2f} dB without sides"


def judge(net: Net, judged: Pieces, *, sided: bool) -> float:
    losses = []
    for piece in judged.all():
        one = batch_of([(piece, 0, piece["seen"].shape[0])])
        if not sided:
            unsided(one.seen[0], one.cues[0], net.mean)
        with torch.no_grad():
            losses.append(loss_of(net(one.seen, one.cues, one.bins), one).item())
    return float(np.mean(losses))


def saved(net: Net, path: Path) -> None:
    state = {name: value.numpy() for name, value in net.state_dict().items()}
    out = {
        "mean": state["mean"],
        "spread": state["spread"],
        "in.weight": state["into.weight"].T,
        "in.bias": state["into.bias"],
        "out.weight": state["out.weight"].T,
        "out.bias": state["out.bias"],
    }
    for n, reach in enumerate(net.dilations):
        out[f"{n}.dilation"] = np.array(reach)
        out[f"{n}.weight"] = state[f"layers.{n}.weight"].transpose(2, 1, 0)
        out[f"{n}.bias"] = state[f"layers.{n}.bias"]
    stored = {name: value.astype(np.float16) for name, value in out.items()}
    np.savez(path, parts=np.array(net.names), **stored)


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("folder", type=Path)
    about.add_argument("which", choices=list(CHANNELS))
    about.add_argument("out", type=Path)
    about.add_argument("--steps", type=int, default=3000)
    about.add_argument("--before", type=Path, help="a network to go on from")
    about.add_argument("--rate", type=float, default=_RATE_OF_LEARNING, help="of learning, at most")
    about.add_argument("--state", type=Path, help="where an interrupted run is kept")
    asked = about.parse_args()
    torch.manual_seed(14)
    learnt, judged = (
        Pieces(asked.folder, asked.which, judged=is_judge) for is_judge in (False, True)
    )
    net = Net(asked.which)
    if asked.before:
        net.go_on_from(asked.before)
    train(learnt, judged, net, asked.steps, asked.rate, asked.state, new=not asked.before)
    saved(net, asked.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
