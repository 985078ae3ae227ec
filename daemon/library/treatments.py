"""Edits of time and pitch on a clip's sound and its stems: stretch, cut, reverse, rearrange."""

from __future__ import annotations

import math

import numpy as np

from daemon.audio import seam
from daemon.audio.random_stream import rng
from daemon.audio.resample import fit_length
from daemon.audio.sound import Sound
from daemon.audio.stretch import warp
from daemon.audio.stretch_map import StretchMap
from daemon.audio.stretchers.stretcher import Stretch
from daemon.errors import LibraryError

#: Crossfade before a slice: long enough against clicks, and over before its attack.
_JOINT_S = 0.003
#: Fade at a trim's cuts, against clicks.
_EDGE_S = 0.002


def stretched(
    sound: Sound,
    frames: int,
    semitones: float,
    *,
    loops: bool,
    drums: bool = False,
    by: str = "auto",
) -> Sound:
    """Stretch to `frames` frames and transpose by `semitones`.

    A loop stays seamless, for it is stretched with its own end before it and its start after it.
    by: a stretcher's name, or auto. ConformError where it cannot.
    """
    if frames == sound.frames and abs(semitones) < 1e-6:
        return sound
    ratio = frames / sound.frames
    rate = sound.sample_rate
    if not loops:
        whole = StretchMap.straight(0.0, ratio, frames)
        return sound.shaped(
            lambda x: _warped(x, rate, Stretch(whole, semitones, drums=drums, by=by))
        )
    roll = min(round(seam.ROLL_S * rate), frames // 2)
    lead = round(2 * roll / ratio) + 8192
    time_map = StretchMap.straight(lead - roll / ratio, ratio, frames + 2 * roll)

    def one(audio: np.ndarray) -> np.ndarray:
        around = np.take(audio, np.arange(-lead, len(audio) + lead), axis=0, mode="wrap")
        return _warped(around, rate, Stretch(time_map, semitones, drums=drums, by=by))

    return closed(sound.shaped(one), roll)


def _warped(audio: np.ndarray, rate: int, wanted: Stretch) -> np.ndarray:
    """Stretch audio; silence, as of a muted stem, is not stretched but made."""
    if not audio.any():
        return np.zeros((wanted.map.frames, audio.shape[1]), np.float32)
    return warp(audio, rate, wanted)


def passage(sound: Sound, start: int, frames: int, *, was_loop: bool) -> Sound:
    """`frames` frames from `start` as a seamless loop, closed with the sound around them."""
    roll = min(round(seam.ROLL_S * sound.sample_rate), frames // 2)
    where = np.arange(start - roll, start + frames + roll)

    def one(audio: np.ndarray) -> np.ndarray:
        if was_loop:
            return np.take(audio, where, axis=0, mode="wrap")
        outside = (where < 0) | (where >= len(audio))
        cut = np.take(audio, np.clip(where, 0, len(audio) - 1), axis=0)
        cut[outside] = 0
        return cut

    return closed(sound.linear(one), roll)


def closed(rolled: Sound, roll: int) -> Sound:
    closing, _ = seam.best_closing(rolled.audio, roll, rolled.sample_rate)
    return rolled.linear(lambda x: seam.close(x, roll, closing))


def trimmed(sound: Sound, start_s: float, end_s: float) -> Sound:
    """Cut from `start_s` to `end_s`, with fades of 2 ms against clicks.

    LibraryError where that leaves nothing.
    """
    rate = sound.sample_rate
    start, end = round(start_s * rate), min(round(end_s * rate), sound.frames)
    if end - start < round(0.01 * rate):
        raise LibraryError(
            f"trim: {start_s:g} to {end_s:g} s leaves nothing of {sound.seconds:.2f} s;"
            " give a start and an end inside it",
            "bad_request",
        )
    fade = min(round(_EDGE_S * rate), (end - start) // 2)
    return faded(
        sound.linear(lambda x: x[start:end].copy()),
        fade if start else 0,
        fade if end < sound.frames else 0,
    )


def ended(audio: np.ndarray, frames: int, sample_rate: int) -> np.ndarray:
    """A sound in `frames` frames: with silence after it, or faded over 2 ms where it is cut."""
    made = Sound(fit_length(audio, frames), sample_rate)
    if len(audio) <= frames:
        return made.audio
    return faded(made, 0, round(_EDGE_S * sample_rate)).audio


def faded(sound: Sound, frames_in: int, frames_out: int) -> Sound:
    """Raised-cosine fades at both ends."""
    gain = np.ones(sound.frames, np.float32)
    n_in = min(frames_in, sound.frames)
    n_out = min(frames_out, sound.frames)
    if n_in:
        gain[:n_in] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(n_in) / n_in)).astype(np.float32)
    if n_out:
        gain[-n_out:] *= (0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_out + 1) / n_out)).astype(
            np.float32
        )
    return sound.linear(lambda x: x * gain[:, None])


def slice_order(order: str, slices: int, seed: int) -> list[int | None]:
    """What plays in each place: a slice from 0, or None for silence.

    A list shorter than the clip repeats, block by block.
    """
    if order == "reverse":
        return list(range(slices - 1, -1, -1))
    if order == "shuffle":
        return [int(n) for n in rng("slices", seed).permutation(slices)]
    numbers = [int(word) for word in order.split(",")]
    block = len(numbers)
    wanted = [
        None if (n := numbers[k % block]) == 0 else n - 1 + (k // block * block)
        for k in range(slices)
    ]
    if numbers and max(numbers) > slices:
        raise LibraryError(
            f"slices: there are {slices}, so {max(numbers)} is none of them;"
            " raise per_bar or take a smaller one",
            "bad_request",
        )
    return [None if n is None else n % slices for n in wanted]


def rearranged(sound: Sound, edges: list[int], order: list[int | None], *, loops: bool) -> Sound:
    """The slices between `edges` (frames, first 0, last the end) in another order.

    Joints fade over the 3 ms before a slice begins, so that its attack is whole. Slices that follow
    each other as before are joined as before.
    """
    joint = max(1, min(round(_JOINT_S * sound.sample_rate), min(np.diff(edges).tolist()) // 2))
    rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(joint) + 0.5) / joint)).astype(np.float32)[
        :, None
    ]

    def one(audio: np.ndarray) -> np.ndarray:
        frames = len(audio)
        out = np.zeros_like(audio)
        for place, source in enumerate(order):
            if source is None:
                continue
            start = edges[place]
            length = edges[place + 1] - edges[place]
            where = np.arange(edges[source] - joint, edges[source] + length)
            piece = np.take(audio, where, axis=0, mode="wrap")
            if not loops:
                piece[(where < 0) | (where >= frames)] = 0
            piece[:joint] *= rise
            last = place == len(order) - 1
            if loops or not last:
                piece[-joint:] *= rise[::-1]
            target = np.arange(start - joint, start + length)
            inside = slice(None) if loops else target >= 0
            out[target[inside] % frames] += piece[inside]
        return out

    return sound.linear(one)


def panned(audio: np.ndarray, to: float) -> np.ndarray:
    """Float (frames, 2) moved to a side: -1 is left, 1 is right.

    The law of a browser's StereoPannerNode for two channels (W3C, Web Audio API, 1.32.2), so that a
    mix sounds as it was heard there.
    """
    left, right = audio[:, 0], audio[:, 1]
    angle = (to + 1 if to <= 0 else to) * math.pi / 2
    if to <= 0:
        sides = left + right * math.cos(angle), right * math.sin(angle)
    else:
        sides = left * math.cos(angle), right + left * math.sin(angle)
    return np.stack(sides, axis=1).astype(np.float32)
