"""Teaches the net on the set of `data.py`; same seed, packages and torch, nearly the same weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from daemon.hearing.beat_features import BANDS, FPS
from daemon.hearing.beat_net import MIDDLE, RANGE, stored
from tools.beat_net.data import STEPS as LEVEL_STEPS
from tools.beat_net.data import Example, Recipe, load
from tools.beat_net.net import BeatNet

#: Frames of a sequence: 30 s, in which a net of 20 s of reach still learns the far layers.
FRAMES = 1500
#: Sequences of a step.
BATCH = 8
#: Steps in all; those of the bend along which the rate of learning falls from its peak, and the share
#: of them in which it rises to that; and the last ones, in which it falls to nothing.
STEPS = 2600
BEND = 3000
RISE = 0.08
LAST = 600
#: Peak rate of learning, and the shrinking of weights.
RATE = 3e-3
DECAY = 0.02
#: (step, songs, share of pieces without a beat): from that step on the first so many songs are
#: taught. Making songs takes longer than a step, so the first are taught while others are made.
GROWS = (
    (0, 40, 0.08),
    (250, 100, 0.08),
    (600, 190, 0.08),
    (1000, 250, 0.08),
    (1300, 330, 0.08),
    (1700, 419, 0.1),
)
#: Songs of the whole set that are used.
SONGS = GROWS[-1][1]
#: Seconds; width of the target's bell. A beat lies between two frames, so both are partly right.
WIDTH_S = 0.016
#: Weight of a frame on a beat and on a downbeat against one that is on none.
HEAVY = (2.0, 4.0)
#: Share of the last weights in the mean that is kept: steps of a small batch are noisy.
KEPT = 0.99
#: Steps between two marks that a broken run goes on from, as if it had not been broken.
MARK = 1000
#: Steps between two lines of what was lost.
TOLD = 50


def _target(at_s: np.ndarray, frames: int) -> np.ndarray:
    """A bell round each moment, 1 at its top; float32 (frames,)."""
    out = np.zeros(frames, np.float32)
    for moment in at_s:
        near = np.arange(max(0, int(moment * FPS) - 3), min(frames, int(moment * FPS) + 5))
        away = (near / FPS - moment) / WIDTH_S
        out[near] = np.maximum(out[near], np.exp(-0.5 * away**2))
    return out


def _sequence(
    examples: list[Example], quiet: list[Example], share: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(levels, targets, weights) of FRAMES frames: one to four pieces of takes, one after another.

    A gap of silence may stand between them, so joined clips and stops are taught too.
    """
    levels = np.zeros((FRAMES, BANDS), np.float32)
    targets = np.zeros((FRAMES, 2), np.float32)
    weights = np.ones((FRAMES, 2), np.float32)
    at = 0
    whole = random.random() < 0.6
    while at < FRAMES:
        drawn = quiet if random.random() < share else examples
        example = drawn[int(random.integers(len(drawn)))]
        length = min(
            FRAMES - at, len(example.levels), FRAMES if whole else int(random.integers(300, 1200))
        )
        first = int(random.integers(len(example.levels) - length + 1))
        taken = slice(at, at + length)
        levels[taken] = example.levels[first : first + length] / np.float32(LEVEL_STEPS)
        levels[taken] += (levels[taken] > 0) * np.float32(random.normal(0, 0.25))
        for k, moments in enumerate((example.beats_s, example.downbeats_s)):
            targets[taken, k] = _target(moments - first / FPS, length)
        if not example.bars_known:
            weights[taken, 1] = 0
        at += length + (int(random.integers(0, 75)) if random.random() < 0.5 else 0)
    if random.random() < 0.4:  # a few bands are missing: no band may be trusted alone
        low, wide = int(random.integers(BANDS)), int(random.integers(1, 16))
        levels[:, low : low + wide] = 0
    weights[:, 0] += targets[:, 0] * (HEAVY[0] - 1)
    weights[:, 1] *= 1 + targets[:, 1] * (HEAVY[1] - 1)
    return (levels - MIDDLE) / RANGE, targets, weights


def _batches(
    recipes: list[Recipe], folder: Path, seed: int, first: int, wait: Callable[[], None]
) -> Iterator[tuple[int, list[torch.Tensor]]]:
    """(step, [levels, targets, weights]) from step `first` on."""
    quiet = load([one for one in recipes if one.beatless], folder, wait)
    music = [one for one in recipes if not one.beatless]
    examples: list[Example] = []
    songs = 0
    for step in range(first, STEPS):
        wanted, share = max(row[1:] for row in GROWS if row[0] <= step)
        if wanted != songs:
            songs, examples = wanted, load(music[:wanted], folder, wait)
        random = np.random.default_rng([seed, step])
        rows = [_sequence(examples, quiet, share, random) for _ in range(BATCH)]
        yield step, [torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True)]


def _rate_at(step: int) -> float:
    rising = RISE * BEND
    if step < rising:
        return RATE * (step + 1) / rising
    bent = RATE * 0.5 * (1 + math.cos(math.pi * (step - rising) / (BEND - rising))) + 1e-5
    return bent * min(1.0, (STEPS - step) / LAST)


def train(
    recipes: list[Recipe], folder: Path, seed: int, mark: Path, wait: Callable[[], None]
) -> BeatNet:
    """The taught net: the mean of its last weights. A run that broke goes on from `mark`.

    `wait` is called where a song is needed that is still being made.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # sums of several threads come out otherwise each time
    torch.set_flush_denormal(True)
    net, mean = BeatNet(), BeatNet()
    mean.load_state_dict(net.state_dict())
    learner = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    first = 0
    if mark.exists():
        held = torch.load(mark, weights_only=True)
        first = held["step"]
        net.load_state_dict(held["net"])
        mean.load_state_dict(held["mean"])
        learner.load_state_dict(held["learner"])
    losses = []
    for step, (levels, targets, weights) in _batches(recipes, folder, seed, first, wait):
        if step and step % MARK == 0:
            torch.manual_seed(seed + step)  # what a broken run goes on with
        for group in learner.param_groups:
            group["lr"] = _rate_at(step)
        net.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = net(levels)
        loss = functional.binary_cross_entropy_with_logits(logits.float(), targets, weights)
        learner.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        learner.step()
        kept = min(KEPT, step / (step + 20))
        with torch.no_grad():
            for slow, fast in zip(mean.parameters(), net.parameters(), strict=True):
                slow.lerp_(fast, 1 - kept)
        losses.append(loss.item())
        if (step + 1) % TOLD == 0:
            print(f"step {step + 1} of {STEPS}, loss {np.mean(losses[-TOLD:]):.4f}", flush=True)
        if (step + 1) % MARK == 0:
            states = {"net": net.state_dict(), "mean": mean.state_dict()}
            torch.save({"step": step + 1, "learner": learner.state_dict(), **states}, mark)
    return mean


def weights_of(net: BeatNet) -> dict[str, np.ndarray]:
    """The weights as the numpy side reads them."""
    return stored({name: value.numpy() for name, value in net.state_dict().items()})
