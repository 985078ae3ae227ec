"""Training of the hearing's odds: which tempo, whether there is a beat, how sure an answer is.

Every regression is judged by takes that it was not fitted to: the pieces are split in `FOLDS`, and
so are the kinds of sounds without a beat. The same answers give the same weights, within 1e-4.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from daemon.hearing import tempo
from daemon.hearing.choice import UNFITTED
from daemon.hearing.confidence import DOUBTS, PHASE_COLUMN, RIVALS, TOLD, capped, logit, rivals
from daemon.hearing.hearing import BEATLESS
from daemon.hearing.odds import PROMISED, probability, promised

Row = dict[str, Any]
#: A row, its chance of a beat, and what is said of its beats and of its bar.
Judged = tuple[Row, float, float, float]
#: Parts of the pieces, each judged by what the others taught.
FOLDS = 4
#: Weight of a take by its set: variants of one piece, and loops, are many and alike.
WEIGHTS = {"takes": 1.0, "modules": 0.35, "own": 0.5, "loops": 0.4, "beatless": 0.85}
#: The same where tempi are compared. There the musician's octaves must not outvote those that people
#: tap.
CHOICE_WEIGHTS = {"takes": 3.0, "modules": 0.7, "own": 0.4, "loops": 0.8, "rounds": 0.3}
#: The set that says nothing of how sure an answer is: all its loops repeat exactly, so what was
#: right of them would be promised of takes.
UNTOLD = "rounds"
#: Weight of a take of another set.
OTHER_WEIGHT = 0.5
#: Pull of the weights towards 0, for each regression.
PULL = {"tempo": 2.0, "lattice": 4.0, "beat": 1.0, "sure": 1.0, "bar": 1.0}
#: The same of a doubt, which has one feature.
DOUBT_PULL = 0.5
#: Standard deviations beyond which a feature counts no more, as `daemon.hearing.odds` has it.
MOST = 4.0
#: Log odds taken from a fitted confidence: a wrong claim costs its user more than a missing one.
MODESTY = 0.5
#: Share of the claims from `daemon.hearing.odds.PROMISED` on that are to be right among those that
#: the promise is fitted to: with it 98 in 100 are right among others too.
KEPT = 0.985
#: Weights are stored rounded to this many digits: more would change with the machine.
DIGITS = 4
#: Where the log odds of the tempo and of a beat stand among the features of an answer's confidence.
TEMPO_COLUMN = 0
BEAT_COLUMN = 1
#: The same of the lesser of the tempo and the beats' phase.
DOUBT_COLUMN = 22
#: Lower ends of the claims that the page counts.
CLAIMS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9)


class Regression:
    """A logistic regression of scaled features: of a choice among rows, or of yes and no."""

    def __init__(self, name: str, features: np.ndarray) -> None:
        self.name = name
        self.mean = np.nanmean(features, axis=0)
        self.scale = np.nanstd(features, axis=0) + 1e-9
        self.weight = np.zeros(features.shape[1])
        self.offset = 0.0

    def scaled(self, features: np.ndarray) -> np.ndarray:
        out = np.nan_to_num((features - self.mean) / self.scale, nan=0.0)
        return np.asarray(np.clip(out, -MOST, MOST))

    def odds(self, features: np.ndarray) -> np.ndarray:
        return np.asarray(self.scaled(features) @ self.weight + self.offset)

    def fit_choice(self, takes: list[tuple[np.ndarray, np.ndarray, float]]) -> Regression:
        """Fit to takes of (features (n, k), right (n,), weight): the right row is to win."""
        known = [(self.scaled(rows), right, heed) for rows, right, heed in takes if right.any()]
        rows, right = (np.concatenate(column) for column in list(zip(*known, strict=True))[:2])
        heed = np.array([each[2] for each in known])
        count = np.array([len(each[1]) for each in known])
        first = np.cumsum(count) - count

        def shares(belief: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            """Each row's share of its take's belief (rows,), and the takes' sums (takes,)."""
            sums = np.add.reduceat(belief, first)
            return belief / np.repeat(sums + 1e-12, count), sums

        def loss(weight: np.ndarray) -> tuple[float, np.ndarray]:
            score = rows @ weight
            score -= np.repeat(np.maximum.reduceat(score, first), count)
            belief, _ = shares(np.exp(score))
            hit, won = shares(belief * right)
            total = 0.5 * PULL[self.name] * float(weight @ weight) - heed @ np.log(won + 1e-12)
            slope = rows.T @ (np.repeat(heed, count) * (belief - hit))
            return float(total), PULL[self.name] * weight + slope

        self.weight = minimize(loss, self.weight, jac=True, method="L-BFGS-B").x
        return self

    def fit_yes(self, features: np.ndarray, yes: np.ndarray, heed: np.ndarray) -> Regression:
        """Fit to features (n, k) whether each is right (n,), by weights `heed` (n,)."""
        rows = self.scaled(features)
        pull = PULL.get(self.name, DOUBT_PULL)

        def loss(both: np.ndarray) -> tuple[float, np.ndarray]:
            weight, offset = both[:-1], both[-1]
            chance = 1 / (1 + np.exp(-(rows @ weight + offset)))
            total = -heed * (yes * np.log(chance + 1e-12) + (1 - yes) * np.log(1 - chance + 1e-12))
            wrong = heed * (chance - yes)
            slope = np.append(rows.T @ wrong + pull * weight, wrong.sum())
            return float(total.sum() + 0.5 * pull * weight @ weight), slope

        both = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B").x
        self.weight, self.offset = both[:-1], float(both[-1])
        return self

    def stored(self) -> dict[str, np.ndarray]:
        values = {
            "mean": self.mean,
            "scale": self.scale,
            "weight": self.weight,
            "offset": np.asarray(self.offset),
        }
        return {
            f"{self.name}_{part}": np.round(value, DIGITS if part != "scale" else 9)
            for part, value in values.items()
        }


def fold_of(row: Row) -> int:
    return int(hashlib.md5(row["piece"].encode()).hexdigest(), 16) % FOLDS


def heed_of(row: Row) -> float:
    return WEIGHTS.get(row["set"], OTHER_WEIGHT)


def choice_heed_of(row: Row) -> float:
    return CHOICE_WEIGHTS.get(row["set"], OTHER_WEIGHT)


def fit_tempo(rows: list[Row]) -> Regression:
    """By what is known before beats are fitted."""
    some = [row for row in rows if not row["beatless"]]
    width = tempo.FEATURES
    made = Regression("tempo", np.vstack([row["features"][:, :width] for row in some]))
    return made.fit_choice(
        [(r["features"][:, :width], r["right"], choice_heed_of(r)) for r in some]
    )


def fit_lattice(rows: list[Row]) -> Regression:
    """By all that is known of candidates with a lattice."""
    some = [row for row in rows if not row["beatless"]]
    fitted = [np.isfinite(row["features"][:, -1]) for row in some]
    made = Regression(
        "lattice", np.vstack([row["features"][own] for row, own in zip(some, fitted, strict=True)])
    )
    return made.fit_choice(
        [
            (r["features"][own], r["right"][own], choice_heed_of(r))
            for r, own in zip(some, fitted, strict=True)
        ]
    )


def chosen(row: Row, by_tempo: Regression, by_lattice: Regression) -> tuple[int, np.ndarray]:
    """The candidate that these odds choose, and the shares (n,) of all, as `choice.choose` does."""
    features = row["features"]
    fitted = np.flatnonzero(np.isfinite(features[:, -1]))
    first = by_tempo.odds(features[:, : tempo.FEATURES])
    second = by_lattice.odds(features[fitted])
    belief = first - first[fitted].max() + second.max() - UNFITTED
    belief[fitted] = second
    share = np.exp(belief - belief.max())
    return int(fitted[np.argmax(second)]), share / share.sum()


def rechosen(rows: list[Row], by_tempo: Regression, by_lattice: Regression) -> list[Row]:
    """The rows with the shares that the new odds give.

    Takes of which they choose another tempo than was chosen are left out: what was heard belongs to
    the other. What has no beat has none at any tempo.
    """
    found = []
    for row in rows:
        index, share = chosen(row, by_tempo, by_lattice)
        if index == row["chosen"] or row["beatless"]:
            known = row["known"].copy()
            known[TEMPO_COLUMN] = logit(float(share.max()))
            known[RIVALS] = rivals(row["bpm"], share, float(row["bpm"][row["chosen"]]))
            known[DOUBT_COLUMN] = min(known[TEMPO_COLUMN], known[PHASE_COLUMN])
            found.append(row | {"known": known})
    return found


def moved(rows: list[Row]) -> list[Row]:
    """Rows of which odds fitted to all choose another tempo than was chosen."""
    by_tempo, by_lattice = fit_tempo(rows), fit_lattice(rows)
    return [row for row in rows if chosen(row, by_tempo, by_lattice)[0] != row["chosen"]]


def fit_beat(rows: list[Row]) -> Regression:
    """Whether there is a beat at all. Takes of which nothing is known teach nothing."""
    rows = [row for row in rows if row["beatless"] or row["right"].any()]
    evidence = np.array([row["evidence"] for row in rows])
    yes = np.array([not row["beatless"] for row in rows], float)
    return Regression("beat", evidence).fit_yes(evidence, yes, np.array([heed_of(r) for r in rows]))


def known_of(rows: list[Row], beat: Regression) -> np.ndarray:
    """The features of the confidence, with the odds of a beat by the regression `beat`."""
    known = np.array([row["known"] for row in rows])
    known[:, BEAT_COLUMN] = beat.odds(np.array([row["evidence"] for row in rows]))
    return known


def fit_confidence(name: str, rows: list[Row], beat: Regression) -> Regression:
    """Whether beats (`sure`) or bars (`bar`) are right."""
    some = [row for row in rows if np.isfinite(row[_RIGHT[name]]) and row["set"] != UNTOLD]
    known = known_of(some, beat)[:, :TOLD]
    yes = np.array([row[_RIGHT[name]] for row in some])
    made = Regression(name, known).fit_yes(known, yes, np.array([heed_of(r) for r in some]))
    made.offset -= MODESTY
    return made


def fit_doubts(rows: list[Row], beat: Regression) -> list[Regression]:
    """Whether the beats of what has a beat are right, by each of `DOUBTS` alone."""
    some = [
        row
        for row in rows
        if np.isfinite(row["beats_right"]) and not row["beatless"] and row["set"] != UNTOLD
    ]
    known = known_of(some, beat)
    yes = np.array([row["beats_right"] for row in some])
    heed = np.array([heed_of(row) for row in some])
    return [
        Regression(name, known[:, [at]]).fit_yes(known[:, [at]], yes, heed)
        for name, at in DOUBTS.items()
    ]


_RIGHT = {"sure": "beats_right", "bar": "bar_right"}


def judged(found: list[Judged]) -> list[Judged]:
    """Each row with its chance of a beat, and the confidence in its beats and in its bar.

    `found` is of `judged_odds`. All is fitted to others, the promise too.
    """
    out = []
    for fold in range(FOLDS):
        others = [each for each in found if fold_of(each[0]) != fold]
        told = fit_told(others)
        promise = told_promise(told, others)
        for row, there, sure, of_bar in found:
            if fold_of(row) == fold:
                sure = promised(float(told.odds(np.array([sure]))), promise)
                out.append((row, there, sure, min(sure, probability(float(of_bar)))))
    return out


def fit_told(found: list[Judged]) -> Regression:
    """How often beats are right whose log odds, as capped and doubted, are these.

    What caps and doubts take tells right beats from wrong ones, but takes too much to be odds.
    """
    known = [each for each in found if np.isfinite(each[0]["beats_right"])]
    capped_odds = np.array([[each[2]] for each in known])
    yes = np.array([each[0]["beats_right"] for each in known])
    heed = np.array([heed_of(each[0]) for each in known])
    return Regression("told", capped_odds).fit_yes(capped_odds, yes, heed)


def promise_of(found: list[Judged]) -> float:
    """The least capped log odds of right beats, of which the claims from there on keep `KEPT`.

    Each piece counts once: its variants are right or wrong together. Infinite where none are kept.
    """
    known = [each for each in found if np.isfinite(each[0]["beats_right"])]
    known.sort(key=lambda each: -each[2])
    variants = Counter(row["piece"] for row, *_ in known)
    right = np.array([row["beats_right"] for row, *_ in known])
    weight = np.array([1 / variants[row["piece"]] for row, *_ in known])
    kept = np.flatnonzero(np.cumsum(right * weight) >= KEPT * np.cumsum(weight))
    return float(known[kept[-1]][2]) if len(kept) else np.inf


def told_promise(told: Regression, found: list[Judged]) -> float:
    """The same as `told` has it; infinite too where no claims are kept."""
    promise = promise_of(found)
    return float(told.odds(np.array([promise]))) if np.isfinite(promise) else promise


def judged_odds(rows: list[Row]) -> list[Judged]:
    """Each row with its chance of a beat, and the log odds of its beats and bar, fitted to others."""
    found = []
    for fold in range(FOLDS):
        others = [row for row in rows if fold_of(row) != fold]
        choice = fit_tempo(others), fit_lattice(others)
        others = rechosen(others, *choice)
        own = [row for row in rows if fold_of(row) == fold and row["set"] != UNTOLD]
        own = rechosen(own, *choice)
        beat = fit_beat(others)
        known = known_of(own, beat)
        sure, of_bar = (
            fit_confidence(name, others, beat).odds(known[:, :TOLD]) for name in ("sure", "bar")
        )
        doubts = [
            doubt.odds(known[:, [at]])
            for doubt, at in zip(fit_doubts(others, beat), DOUBTS.values(), strict=True)
        ]
        sure = capped(sure, known, np.array(doubts).T)
        there = _chance(beat.odds(np.array([row["evidence"] for row in own])))
        found += list(zip(own, there, sure, of_bar, strict=True))
    return found


def _chance(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))


def table(found: list[Judged]) -> str:
    """How often claims were right, in Markdown."""
    lines = ["| claimed | beats: takes | right | bar: takes | right |", "|---|---|---|---|---|"]
    for low, high in zip(CLAIMS, (*CLAIMS[1:], 1.01), strict=True):
        cells = []
        for at, right in ((0, "beats_right"), (1, "bar_right")):
            known = [
                row[0][right]
                for row in found
                if low <= (row[2], row[3])[at] < high and np.isfinite(row[0][right])
            ]
            cells += [str(len(known)), f"{np.mean(known):.0%}" if known else "-"]
        lines.append(f"| {low:.1f} to {min(high, 1.0):.1f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def kept(found: list[Judged]) -> str:
    """How many of each set reach the promise, and how many of those are wrong, in Markdown."""
    lines = ["| set | with a truth | beats promised | of those wrong |", "|---|---|---|---|"]
    for name in dict.fromkeys(row["set"] for row, *_ in found):
        known = [
            (sure >= PROMISED, row["beats_right"])
            for row, _, sure, _ in found
            if row["set"] == name and np.isfinite(row["beats_right"])
        ]
        said = [right for is_said, right in known if is_said]
        share = len(said) / max(1, len(known))
        lines.append(f"| {name} | {len(known)} | {share:.0%} | {said.count(0.0)} |")
    return "\n".join(lines)


def told_apart(found: list[Judged]) -> str:
    """How many sounds without a beat, and with one, are called beatless by the odds."""
    none, some = (
        [there < BEATLESS for row, there, *_ in found if row["beatless"] == beatless]
        for beatless in (True, False)
    )
    return (
        f"Of {len(none)} sounds without a beat {np.mean(none):.0%} are called so, each kind judged by"
        f"\nthe others; of {len(some)} takes with a beat {sum(some)} are."
    )


def fitted(rows: list[Row], found: list[Judged]) -> dict[str, np.ndarray]:
    """The stored regressions, fitted to all rows, and the promise that they keep on others.

    `found` is of `judged_odds`: how the rows are judged by others.
    """
    by_tempo, by_lattice = fit_tempo(rows), fit_lattice(rows)
    rows = rechosen(rows, by_tempo, by_lattice)
    beat = fit_beat(rows)
    made = [by_tempo, by_lattice, beat]
    made += [fit_confidence(name, rows, beat) for name in ("sure", "bar")]
    made += fit_doubts(rows, beat)
    told = fit_told(found)
    promise = told_promise(told, found)
    stored = {name: value for each in (*made, told) for name, value in each.stored().items()}
    return stored | {"promise": np.asarray(round(promise, DIGITS))}


def write_page(page: Path, shown: str) -> None:
    """Put the table on the page, in place of the last one."""
    marked = "<!-- claims -->\n{}\n<!-- end of claims -->"
    pattern = re.escape(marked.split("{}")[0]) + ".*" + re.escape(marked.split("{}")[1])
    page.write_text(
        re.sub(pattern, lambda _: marked.format(shown), page.read_text(), flags=re.DOTALL)
    )
