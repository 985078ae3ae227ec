"""New sounds of a role: between near neighbours in its space, spread a little, never a copy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.engines.mine.model import Role
from daemon.engines.mine.shape import SAMPLE_RATE, rendered, shape_of, spectrum_of
from daemon.engines.mine.sounds import Sound, moved, prepared, whole

#: Neighbours among which a sound is mixed, and how far it strays from between them.
_NEIGHBOURS = 4
_STRAY = 0.8
#: Tries for a sound that is no copy; after them the one that was furthest from one is taken.
_TRIES = 24
#: Tries after which a neighbour more is looked at, and stray added: where sounds are spread so
#: evenly that what lies between near ones is soon a copy, it lies between further ones.
_WIDER_EVERY, _WIDER_STRAY, _MOST_WIDER = 1, 0.08, 8
#: Places that are looked at for one that is none by its shape alone, before it is rendered.
_LOOKS = 12
#: How far a word moves the choice, in standard deviations of the role's own sounds.
_WORD = 1.0


@dataclass(frozen=True)
class Wish:
    """bright, long: -1 to 1, as words say; note: a MIDI note, for a role with a pitch."""

    bright: float = 0.0
    long: float = 0.0
    note: float | None = None
    reference: Sound | None = None
    strength: float = 0.5


@dataclass(frozen=True)
class Made:
    """audio: float32 (frames, 2), peak 1. note: its pitch, where its role has one."""

    audio: np.ndarray
    note: float | None
    newness: float
    """From 1 on it is no copy of one of the user's sounds; see `Role.newness`."""


def make_sound(role: Role, wish: Wish, seed: int) -> Made:
    """One new sound. The same seed makes the same."""
    rng = np.random.default_rng([seed & 0xFFFFFFFF, seed >> 32])
    best: Made | None = None
    for number in range(_TRIES):
        place, members = _new_place(role, wish, rng, number // _WIDER_EVERY)
        made = _rendered(role, place, members, wish, rng)
        if made.newness >= 1 or wish.reference is not None or not role.is_learnt:
            return made
        if best is None or made.newness > best.newness:
            best = made
    assert best is not None
    return best


Members = list[tuple[float, Sound]]


def _new_place(
    role: Role, wish: Wish, rng: np.random.Generator, wider: int
) -> tuple[np.ndarray, Members]:
    """A place that is no copy by its shape: rendering one takes fifty times as long as looking."""
    for look in range(_LOOKS):
        place, members = _chosen(role, wish, rng, min(wider + look, _MOST_WIDER))
        if not role.is_learnt or wish.reference is not None:
            break
        if role.newness(role.shape_at(place)) >= 1:
            break
    return place, members


def _chosen(
    role: Role, wish: Wish, rng: np.random.Generator, wider: int
) -> tuple[np.ndarray, Members]:
    """A place in the space, and the sounds that it lies between, with their weights.

    wider: by how many neighbours more it looks around.
    """
    place, members = np.zeros(0), list[tuple[float, Sound]]()
    for _ in range(_TRIES):
        first = int(rng.choice(len(role.places), p=_chances(role, wish)))
        near = np.argsort(role.apart[first])[
            : _NEIGHBOURS + wider if role.is_learnt else len(role.places) - 1
        ]
        second = int(rng.choice(near))
        share = rng.uniform(0.2, 0.8)
        place = share * role.places[first] + (1 - share) * role.places[second]
        if role.is_learnt:
            spread = np.std(role.places[near] - role.places[first], axis=0)
            stray = _STRAY + _WIDER_STRAY * wider
            place = place + stray * spread * rng.standard_normal(len(place))
        members = [(share, role.sounds[first]), (1 - share, role.sounds[second])]
        if not role.is_learnt or (np.sqrt(((role.places - place) ** 2).sum(1)) <= role.reach).any():
            break
    return _moved(role, wish, place, members)


def _chances(role: Role, wish: Wish) -> np.ndarray:
    """How likely each sound is the first member: words draw it to those that are like them."""
    if wish.reference is not None:
        place = role.place_of(shape_of(spectrum_of(whole(role.tuned(wish.reference)))))
        far = ((role.places - place) ** 2).sum(1)
        near = np.exp(-far / (2 * np.median(far) / 4 + 1e-9))
        return np.asarray((near + 1e-12) / (near + 1e-12).sum())
    qualities = role.qualities - role.qualities.mean(0)
    qualities = qualities / (qualities.std(0) + 1e-9)
    drawn = np.exp(qualities @ np.array([wish.bright, wish.long]) * 1.5)
    return np.asarray(drawn / drawn.sum())


def _moved(
    role: Role, wish: Wish, place: np.ndarray, members: Members
) -> tuple[np.ndarray, Members]:
    """The place moved along what the words mean in this space, or toward the reference."""
    if wish.reference is not None:
        there = role.place_of(shape_of(spectrum_of(whole(role.tuned(wish.reference)))))
        kept = wish.strength
        rest = [((1 - kept) * weight, sound) for weight, sound in members]
        return kept * there + (1 - kept) * place, [(kept, wish.reference), *rest]
    for asked, quality in zip((wish.bright, wish.long), role.qualities.T, strict=True):
        off = quality - quality.mean()
        if asked and off.std() > 1e-9:
            # how the space changes with one deviation of the quality
            place = place + _WORD * asked * 0.5 * (off / off.std()) @ role.places / len(off)
    return place, members


def _rendered(
    role: Role, place: np.ndarray, members: Members, wish: Wish, rng: np.random.Generator
) -> Made:
    spectra = [
        (weight, spectrum_of(whole(role.tuned(sound))))
        for weight, sound in members
        if weight > 1e-3
    ]
    audio = rendered(spectra, role.shape_at(place))
    # judged as it comes out: cut at its onset, as the user's own were
    cut = prepared(audio, SAMPLE_RATE)
    if cut is not None:
        audio = cut.audio
    newness = role.newness(shape_of(spectrum_of(whole(audio))))
    note = None
    if role.note is not None:
        own = [sound.note for _, sound in members if sound.note is not None]
        note = wish.note if wish.note is not None else float(rng.choice(own)) if own else role.note
        cut = prepared(moved(audio, note - role.note), SAMPLE_RATE)
        audio = audio if cut is None else cut.audio
    return Made(audio, note, newness)
