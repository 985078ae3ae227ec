"""What a user keeps, learnt from what was kept and thrown away: a small ranker, and its skill.

Logistic regression with ridge (Hosmer and Lemeshow, 2000) on the features that the library compares
sounds by, and their squares, so that a middle can be liked. Its skill is the chance that a sound
that was liked is ranked above one that was not (Hanley and McNeil, 1982), judged on jobs that it
did not learn from. Below a stated skill it is not used.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from daemon.verbs.tell import TellStage

#: Sounds of each sort that it takes, and the skill, less its error, from which it is used.
LEAST_EACH, LEAST_SKILL = 12, 0.6
#: Weight of the ridge, steps of Newton's, and shares of the data that are held out in turn.
_RIDGE, _STEPS, _FOLDS = 3.0, 12, 5
#: What being the twin of a sound that was chosen before costs, in standard deviations of worth, and
#: the distance, in medians of the batch's, at which it costs a third of that.
_TWIN, _NEAR = 6.0, 0.25


@dataclass(frozen=True)
class Example:
    """A sound's features (0-255), whether it was liked, and the job that it came of."""

    features: bytes
    liked: bool
    job: str


@dataclass(frozen=True)
class Taste:
    """weights and bias on features in standard deviations, and their squares."""

    mean: np.ndarray
    deviation: np.ndarray
    weights: np.ndarray
    liked: int
    disliked: int
    skill: float
    """Chance, 0-1, that of two sounds it ranks the liked one first; 0.5 is guessing."""
    error: float
    """Standard error of the skill."""

    @property
    def is_used(self) -> bool:
        return self.skill - self.error >= LEAST_SKILL

    def score(self, features: bytes) -> float:
        """The higher the likelier that it is kept."""
        return float(
            (_seen(np.array([list(features)]), self.mean, self.deviation) @ self.weights)[0]
        )

    def words(self) -> str:
        """Its skill, for people."""
        about = (
            f"of a sound that you kept and one that you threw away it ranks the kept one first in"
            f" {self.skill:.0%} (give or take {self.error:.0%}; guessing is 50 %), judged on"
            f" batches that it did not learn from: {self.liked} kept, {self.disliked} thrown away"
        )
        if self.is_used:
            return about
        return f"{about}. That is too little: it is used from {LEAST_SKILL:.0%} less its error on"


def learn_taste(examples: Sequence[Example]) -> Taste | None:
    """The taste behind the examples; None where either sort has fewer than `LEAST_EACH`.

    Features of another length than most have are of an older measure, and left out.
    """
    lengths = [len(one.features) for one in examples]
    usual = max(set(lengths), key=lengths.count, default=0)
    used = [one for one in examples if len(one.features) == usual and usual]
    liked = np.array([one.liked for one in used], bool)
    if min(int(liked.sum()), int((~liked).sum())) < LEAST_EACH:
        return None
    table = np.array([list(one.features) for one in used], float)
    skill = _skill(table, liked, _folds([one.job for one in used]))
    # the sounds of a job are alike: those that share a fate there count once
    fates = {(one.job, one.liked) for one in used}
    kept = sum(is_liked for _, is_liked in fates)
    error = _error(skill, *_counted(used, kept, len(fates) - kept))
    mean, deviation, weights = _fitted(table, liked)
    return Taste(
        mean, deviation, weights, int(liked.sum()), int((~liked).sum()),
        round(skill, 3), round(error, 3),
    )  # fmt: skip


def best_of(sounds: Sequence[bytes], taste: Taste | None, count: int) -> list[int]:
    """The numbers of the best sounds, best first, none much like one before it.

    Without a taste they are those that differ most: the first, then each time the furthest.
    """
    if not sounds:
        return []
    table = np.array([list(one) for one in sounds], float)
    apart = np.sqrt(((table[:, None] - table[None]) ** 2).sum(-1))
    apart /= max(float(np.median(apart[apart > 0])) if (apart > 0).any() else 1.0, 1e-9)
    worth = np.zeros(len(sounds))
    if taste is not None:
        worth = np.array([taste.score(one) for one in sounds])
        worth = (worth - worth.mean()) / (worth.std() + 1e-9)
    chosen: list[int] = []
    for _ in range(min(count, len(sounds))):
        near = apart[:, chosen].min(1) if chosen else np.full(len(sounds), np.inf)
        value = worth - _TWIN * np.exp(-near / _NEAR) if taste is not None else near.copy()
        value[chosen] = -np.inf
        chosen.append(int(np.argmax(value)))
    return chosen


def _seen(table: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """(n, d) -> (n, 2 d + 1): in standard deviations, their squares, and one."""
    x = np.clip((table - mean) / deviation, -4, 4)
    return np.concatenate([x, x**2 - 1, np.ones((len(x), 1))], axis=1)


def _fitted(table: np.ndarray, liked: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights by Newton's method; both sorts weigh alike, however many there are."""
    mean, deviation = table.mean(0), table.std(0) + 4.0
    x = _seen(table, mean, deviation)
    share = np.where(liked, 0.5 / liked.mean(), 0.5 / (~liked).mean())
    ridge = np.full(x.shape[1], _RIDGE)
    ridge[-1] = 1e-3
    weights = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        odds = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (share * (odds - liked)) + ridge * weights
        curve = (x * (share * odds * (1 - odds))[:, None]).T @ x + np.diag(ridge)
        weights = weights - np.linalg.solve(curve, slope)
    return mean, deviation, weights


def _folds(jobs: Sequence[str]) -> np.ndarray:
    """The share that each example is held out with: a job's sounds together, for they are alike."""
    names = sorted(set(jobs))
    if len(names) < _FOLDS:
        return np.arange(len(jobs)) % _FOLDS
    number = {name: n % _FOLDS for n, name in enumerate(names)}
    return np.array([number[job] for job in jobs])


def _counted(used: Sequence[Example], kept: int, thrown: int) -> tuple[int, int]:
    """How many of each sort the error is reckoned with.

    Where most jobs have both fates their sounds were told apart one by one, and each counts.
    """
    liked = sum(one.liked for one in used)
    jobs = len({one.job for one in used})
    share = (kept + thrown - jobs) / jobs
    return (
        max(1, round(share * liked + (1 - share) * kept)),
        max(1, round(share * (len(used) - liked) + (1 - share) * thrown)),
    )


def _skill(table: np.ndarray, liked: np.ndarray, folds: np.ndarray) -> float:
    """The mean over the shares, each judged by what the others taught, weighed by its pairs."""
    right = pairs = 0.0
    for fold in range(_FOLDS):
        out = folds == fold
        if not (liked[out].any() and (~liked[out]).any()):
            continue
        if not (liked[~out].any() and (~liked[~out]).any()):
            continue
        mean, deviation, weights = _fitted(table[~out], liked[~out])
        score = _seen(table[out], mean, deviation) @ weights
        over = np.sign(score[liked[out]][:, None] - score[~liked[out]][None])
        right += float((0.5 + 0.5 * over).sum())
        pairs += over.size
    return right / pairs if pairs else 0.5


def _error(skill: float, liked: int, disliked: int) -> float:
    """Hanley and McNeil's standard error of the area under the curve."""
    one, two = skill / (2 - skill), 2 * skill**2 / (1 + skill)
    variance = skill * (1 - skill) + (liked - 1) * (one - skill**2)
    variance += (disliked - 1) * (two - skill**2)
    return float(np.sqrt(max(0.0, variance) / (liked * disliked)))


def choose(task: Mapping[str, Any], tell: TellStage) -> dict[str, Any]:
    """The same in a child. task: {examples: [[features, liked, job]], sounds, count}, base64 texts.

    Returns {best: numbers of the sounds, skill, error, used, liked, disliked, words}.
    """
    taste = learn_taste(
        [
            Example(base64.b64decode(features), bool(liked), str(job))
            for features, liked, job in task["examples"]
        ]
    )
    used = taste if taste is not None and taste.is_used else None
    sounds = [base64.b64decode(one) for one in task["sounds"]]
    return {
        "best": best_of(sounds, used, int(task["count"])),
        "skill": None if taste is None else taste.skill,
        "error": None if taste is None else taste.error,
        "used": used is not None,
        "liked": sum(bool(liked) for _, liked, _ in task["examples"]),
        "disliked": sum(not liked for _, liked, _ in task["examples"]),
        "words": taste.words()
        if taste is not None
        else f"it takes {LEAST_EACH} kept and {LEAST_EACH} thrown away",
    }
