"""Train one of the separator's networks on the spectra that `mixes` stored.

The loss is the error of the separated spectra in decibels below the part, so that a soft part
counts as much as a loud one. The run is seeded; on another machine the scores differ by tenths of
a decibel.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

from daemon.parts.mask_net import BANDS, PER_BAND, band_weights
from tools.train_separator.mixes import DRUMS, MIX

#: Channels of the network, and the dilations of its layers: 31 windows back and ahead.
CHANNELS = {"mix": 256, "drums": 160}
DILATIONS = (1, 2, 4, 8, 16)
#: Windows of an example, and examples of a step.
_WINDOWS, _BATCH = 160, 8
_RATE_OF_LEARNING = 2e-3
#: Bins of a step: all of the lowest, where a bass's partials lie, and as many drawn of the others.
_LOWEST_BINS, _DRAWN_BINS = 64, 160
#: Share of the pieces by which the result is judged.
_JUDGED = 10
#: Power of an absent part, as a share of the mix, below which its error counts no more.
_ABSENT = 1e-3


class Net(nn.Module):
    """The network of `daemon.parts.mask_net`, for training."""

    def __init__(self, parts: int, channels: int, bin_hz: float, bins: int) -> None:
        super().__init__()
        self.parts = parts
        self.into = nn.Linear(BANDS * PER_BAND, channels)
        self.layers = nn.ModuleList(
            nn.Conv1d(channels, channels, 3, padding=reach, dilation=reach) for reach in DILATIONS
        )
        self.out = nn.Linear(channels, 2 * parts * BANDS)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        self.register_buffer("bands", torch.from_numpy(band_weights(bins, bin_hz)))

    def forward(self, seen: torch.Tensor, struck: torch.Tensor, bins: torch.Tensor) -> torch.Tensor:
        """(batch, parts, windows, bins) of (batch, windows, features), (batch, windows, bins).

        `bins` are the numbers of those bins among all.
        """
        x = nn.functional.leaky_relu(self.into(seen), 0.1).transpose(1, 2)
        for layer in self.layers:
            x = x + nn.functional.leaky_relu(layer(x), 0.1)
        out = self.out(x.transpose(1, 2))
        out = out.reshape(len(seen), -1, 2 * self.parts, BANDS).transpose(1, 2) @ self.bands[bins].T
        return torch.softmax(out[:, : self.parts] + out[:, self.parts :] * struck[:, None], dim=1)


def loss_of(
    masks: torch.Tensor, magnitude: torch.Tensor, target: torch.Tensor, counts: torch.Tensor
) -> torch.Tensor:
    """Mean error in dB below each part's power. `counts`: how many bins each bin stands for."""
    error = ((masks * magnitude[:, None] - target) ** 2 * counts).sum(dim=(2, 3))
    power = (target**2 * counts).sum(dim=(2, 3))
    least = _ABSENT * (magnitude**2 * counts).sum(dim=(1, 2))[:, None] + 1e-6
    return (10 * torch.log10((error + 0.1 * least) / (power + least))).mean()


class Pieces:
    """The stored pieces, in memory."""

    def __init__(self, files: list[Path]) -> None:
        self.all = [dict(np.load(file)) for file in files]

    def batch(self, rng: np.random.Generator, bins: np.ndarray) -> tuple[torch.Tensor, ...]:
        rows = []
        for k in rng.integers(len(self.all), size=_BATCH):
            piece = self.all[int(k)]
            at = int(rng.integers(max(1, piece["seen"].shape[0] - _WINDOWS)))
            rows.append(cut(piece, at, at + _WINDOWS, bins))
        return tuple(torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True))


def cut(
    piece: dict[str, np.ndarray], start: int, end: int, bins: np.ndarray
) -> tuple[np.ndarray, ...]:
    """seen (windows, features), struck and magnitude (windows, bins), (parts, windows, bins)."""
    return (
        piece["seen"][start:end].astype(np.float32),
        np.ascontiguousarray(piece["struck"][bins, start:end].T, np.float32),
        np.ascontiguousarray(piece["magnitude"][bins, start:end].T, np.float32),
        np.ascontiguousarray(piece["parts"][:, bins, start:end].transpose(0, 2, 1), np.float32),
    )


def drawn(rng: np.random.Generator, bins: int) -> tuple[np.ndarray, torch.Tensor]:
    """The bins of a step, and how many bins each of them stands for."""
    others = np.sort(rng.choice(np.arange(_LOWEST_BINS, bins), _DRAWN_BINS, replace=False))
    counts = np.ones(_LOWEST_BINS + _DRAWN_BINS, np.float32)
    counts[_LOWEST_BINS:] = (bins - _LOWEST_BINS) / _DRAWN_BINS
    return np.concatenate([np.arange(_LOWEST_BINS), others]), torch.from_numpy(counts)


def train(files: list[Path], parts: tuple[str, ...], channels: int, steps: int) -> Net:
    torch.manual_seed(14)
    rng = np.random.default_rng(14)
    learnt = Pieces([file for n, file in enumerate(files) if n % _JUDGED])
    judged = Pieces([file for n, file in enumerate(files) if not n % _JUDGED])
    seen = np.concatenate([piece["seen"][::7] for piece in learnt.all]).astype(np.float32)
    mean, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-3
    bins = learnt.all[0]["struck"].shape[0]
    net = Net(len(parts), channels, 44100 / 2048, bins)
    net.scale = (mean, spread)
    moved = torch.from_numpy(mean), torch.from_numpy(spread)
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE_OF_LEARNING, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE_OF_LEARNING, steps)
    told = 0.0
    for step in range(steps):
        some, counts = drawn(rng, bins)
        seen_now, struck, magnitude, target = learnt.batch(rng, some)
        masks = net((seen_now - moved[0]) / moved[1], struck, torch.from_numpy(some))
        loss = loss_of(masks, magnitude, target, counts)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        told = 0.98 * told + 0.02 * loss.item()
        if step % 200 == 199:
            print(f"{step + 1} of {steps}: {told:.2f} dB; judged {judge(net, judged):.2f} dB")
    return net


@torch.no_grad()
def judge(net: Net, judged: Pieces) -> float:
    mean, spread = (torch.from_numpy(value) for value in net.scale)
    losses = []
    for piece in judged.all:
        every = np.arange(piece["struck"].shape[0])
        seen, struck, magnitude, target = (
            torch.from_numpy(value)[None] for value in cut(piece, 0, piece["seen"].shape[0], every)
        )
        masks = net((seen - mean) / spread, struck, torch.from_numpy(every))
        counts = torch.ones(len(every))
        losses.append(loss_of(masks, magnitude, target, counts).item())
    return float(np.mean(losses))


def saved(net: Net, parts: tuple[str, ...], path: Path) -> None:
    state = {name: value.numpy() for name, value in net.state_dict().items()}
    out = {
        "mean": net.scale[0],
        "spread": net.scale[1],
        "in.weight": state["into.weight"].T,
        "in.bias": state["into.bias"],
        "out.weight": state["out.weight"].T,
        "out.bias": state["out.bias"],
    }
    for n, reach in enumerate(DILATIONS):
        out[f"{n}.dilation"] = np.array(reach)
        out[f"{n}.weight"] = state[f"layers.{n}.weight"].transpose(2, 1, 0)
        out[f"{n}.bias"] = state[f"layers.{n}.bias"]
    stored = {name: value.astype(np.float16) for name, value in out.items()}
    np.savez(path, parts=np.array(parts), **stored)


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("folder", type=Path)
    about.add_argument("which", choices=list(CHANNELS))
    about.add_argument("out", type=Path)
    about.add_argument("--steps", type=int, default=3000)
    asked = about.parse_args()
    files = sorted(asked.folder.glob(f"{asked.which}*.npz"))
    parts = MIX if asked.which == "mix" else DRUMS
    net = train(files, parts, CHANNELS[asked.which], asked.steps)
    saved(net, parts, asked.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
