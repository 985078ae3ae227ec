"""The net in torch, for training only; `daemon/hearing/beat_net.py` runs its weights in numpy.

It is a temporal convolution network (Bai, Kolter and Koltun 2018) as it was brought to beats by
Davies and Böck (2019) and given two dilations a layer and a sum of all layers (Böck and Davies,
2020), written anew.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from daemon.hearing.beat_features import BANDS
from daemon.hearing.beat_net import (
    CHANNELS,
    DILATIONS,
    PATCH,
    PATCH_BANDS,
    PATCH_STEP,
    PATCH_TIMES,
    TAPS,
)

#: Share of the channels that a step of training leaves out, so that none is trusted alone.
DROPPED = 0.1


class Block(nn.Module):
    """Two dilated views of the sound, joined; returns what is added to it."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        half = CHANNELS // 2
        self.near = nn.Conv1d(CHANNELS, half, TAPS, dilation=dilation, padding="same")
        self.far = nn.Conv1d(CHANNELS, half, TAPS, dilation=2 * dilation, padding="same")
        self.join = nn.Conv1d(CHANNELS, CHANNELS, 1)
        self.drop = nn.Dropout1d(DROPPED)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seen = functional.relu(torch.cat([self.near(x), self.far(x)], dim=1))
        joined: torch.Tensor = self.join(self.drop(seen))
        return joined


class BeatNet(nn.Module):
    """Levels (takes, frames, BANDS), scaled to about -1..1, to logits (takes, frames, 2)."""

    def __init__(self) -> None:
        super().__init__()
        views = (BANDS - PATCH_BANDS) // PATCH_STEP + 1
        self.patch = nn.Conv2d(
            2, PATCH, (PATCH_TIMES, PATCH_BANDS), (1, PATCH_STEP), padding=(PATCH_TIMES // 2, 0)
        )
        self.merge = nn.Conv1d(PATCH * views, CHANNELS, 3, padding=1)
        self.blocks = nn.ModuleList(Block(dilation) for dilation in DILATIONS)
        self.drop = nn.Dropout1d(DROPPED)
        self.out = nn.Conv1d(CHANNELS, 2, 1)

    def forward(self, levels: torch.Tensor) -> torch.Tensor:
        rises = functional.relu(levels - functional.pad(levels, (0, 0, 1, 0))[:, :-1])
        x = functional.relu(self.patch(torch.stack([levels, 2 * rises], dim=1)))
        x = x.permute(0, 3, 1, 2).flatten(1, 2)
        x = functional.relu(self.merge(self.drop(x)))
        total = torch.zeros_like(x)
        for block in self.blocks:
            added = block(x)
            x = x + added
            total = total + added
        logits: torch.Tensor = self.out(functional.relu(total))
        return logits.transpose(1, 2)
