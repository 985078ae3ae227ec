"""Whether the hearing's odds are fitted as they are used, from sounds that a seed makes anew."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile as sf

from daemon.hearing import going_round, odds, tempo
from daemon.hearing.confidence import RIVALS, logit, rivals
from tests.daemon.hearing import music
from tools.train_hearing import answers, loop_takes
from tools.train_hearing import odds as training
from tools.train_hearing.negatives import KINDS, negatives


def test_a_choice_is_learnt_from_what_was_right() -> None:
    rng = np.random.default_rng(1)
    takes = []
    for _ in range(60):
        rows = rng.standard_normal((5, 3))
        takes.append((rows, (np.arange(5) == np.argmax(rows[:, 1])) * 1.0, 1.0))
    made = training.Regression("tempo", np.vstack([rows for rows, _, _ in takes]))
    made.fit_choice(takes)
    right = [np.argmax(made.odds(rows)) == np.argmax(hit) for rows, hit, _ in takes]
    assert np.mean(right) > 0.95
    assert made.weight[1] > 3 * max(abs(made.weight[0]), abs(made.weight[2]))


def test_yes_and_no_are_learnt_as_probabilities() -> None:
    rng = np.random.default_rng(2)
    rows = rng.standard_normal((4000, 2))
    chance = 1 / (1 + np.exp(-(1.5 * rows[:, 0] - 0.5)))
    yes = (rng.random(4000) < chance) * 1.0
    made = training.Regression("sure", rows).fit_yes(rows, yes, np.ones(4000))
    said = 1 / (1 + np.exp(-made.odds(rows)))
    assert np.abs(said - chance).max() < 0.06


@pytest.mark.parametrize("name", odds.NAMES)
def test_the_stored_odds_are_whole(name: str) -> None:
    width = len(odds._stored()[f"{name}_weight"])
    assert np.isfinite(odds.log_odds(name, np.zeros((3, width)))).all()
    unknown = odds.log_odds(name, np.full((1, width), np.nan))
    usual = odds.log_odds(name, odds._stored()[f"{name}_mean"][None])
    assert unknown == pytest.approx(usual)
    if name == "tempo":
        assert width == tempo.FEATURES


def test_the_same_seed_makes_the_same_sounds() -> None:
    first, again = (dict(negatives(1, 7)) for _ in range(2))
    assert len(first) == len(KINDS)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert all(8 * 44100 <= len(audio) <= 20 * 44100 for audio in first.values())


def test_takes_of_loops_know_their_beats_to_the_millisecond(tmp_path):
    beat = 24000
    loop = np.zeros(8 * beat, np.float32)
    for k in range(8):
        loop[k * beat : k * beat + 200] = np.hanning(400)[200:] * (1.0 if k % 4 else 0.7)
    sf.write(tmp_path / "clicks.wav", loop, 44100)
    (tmp_path / "loops.json").write_text(json.dumps([{"file": "clicks.wav", "beats": 8}]))
    found = list(loop_takes.takes(tmp_path, 4))
    assert [per_bar for _, _, per_bar in found] == [4, 4, 4, 3, 4, 4, 4]
    for speed, (_, take, _) in zip(loop_takes.SPEEDS, found[4:], strict=True):
        assert take.beats_s[0] == take.downbeats_s[0] == 0.0
        assert np.diff(take.beats_s) == pytest.approx(beat / 44100 / speed, abs=1e-5)
        assert len(take.audio) / 44100 >= going_round.ROUND_S
    for _, take, per_bar in found:
        loud = np.abs(take.audio) > 0.3
        clicks_s = np.flatnonzero(loud & ~np.roll(loud, 1)) / 44100
        inside = take.beats_s[(take.beats_s > 0.05) & (take.beats_s < len(loud) / 44100 - 0.1)]
        assert np.abs(inside[:, None] - clicks_s[None, :]).min(axis=1).max() < 0.003
        assert np.isin(np.round(take.downbeats_s, 6), np.round(take.beats_s, 6)).all()
        assert np.diff(take.downbeats_s) == pytest.approx(per_bar * 60 / take.bpm, rel=0.04)


def test_a_page_gets_the_new_table(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- claims -->\nold\n<!-- end of claims -->\nafter\n")
    training.write_page(page, "| 5 \\ 6 |")
    assert page.read_text().splitlines() == [
        "before", "<!-- claims -->", "| 5 \\ 6 |", "<!-- end of claims -->", "after",
    ]  # fmt: skip


def test_the_trainer_chooses_as_the_hearing_does():
    piece = music.drums(music.BACKBEAT, 104, 5)
    truth = {"tempo": 104.0, "beats_s": piece.quarters_s.tolist()}
    take = answers.Known("made", "drums", piece.audio[:, 0], piece.sample_rate, truth)
    row = answers.answered(take, 8)
    stored = odds._stored()
    both = []
    for name in ("tempo", "lattice"):
        made = training.Regression(name, np.zeros((1, 1)))
        made.mean, made.scale, made.weight, made.offset = (
            stored[f"{name}_{part}"] for part in ("mean", "scale", "weight", "offset")
        )
        both.append(made)
    index, shares = training.chosen(row, *both)
    assert index == row["chosen"]
    assert rivals(row["bpm"], shares, row["bpm"][index]) == pytest.approx(
        row["known"][RIVALS], abs=0.01
    )
    assert logit(shares.max()) == pytest.approx(row["known"][training.TEMPO_COLUMN], abs=1e-3)
    assert row["right"][index] == row["beats_right"] == 1


def test_a_promise_is_kept_by_98_in_100():
    rows = [
        ({"piece": str(k), "beats_right": float(k not in (0, 40, 41))}, 1.0, 5 - k / 20, 0.0)
        for k in range(100)
    ]
    # the first claim is wrong: 50 are needed to make up for it, and the next two come before that
    assert training.promise_of(rows) == np.inf
    kept = [
        ({"piece": str(k), "beats_right": float(k != 60)}, 1.0, 5 - k / 20, 0.0) for k in range(100)
    ]
    assert training.promise_of(kept) == pytest.approx(5 - 99 / 20)
    assert odds.promised(3.0, 3.0) == pytest.approx(odds.PROMISED)
    assert odds.promised(2.9, 3.0) < odds.PROMISED < odds.promised(3.1, 3.0)
    assert odds.promised(-1.0, 3.0) == odds.probability(-1.0)
    assert np.all(np.diff([odds.promised(each, 3.0) for each in np.linspace(-6, 9, 50)]) > 0)


def test_what_doubts_took_too_much_is_told_as_how_often_beats_were_right():
    rng = np.random.default_rng(4)
    doubted = rng.uniform(-6, 4, 3000)
    chance = 1 / (1 + np.exp(-(0.8 * doubted + 2)))
    found = [
        ({"set": "takes", "piece": str(k), "beats_right": float(rng.random() < p)}, 1.0, each, 0.0)
        for k, (each, p) in enumerate(zip(doubted, chance, strict=True))
    ]
    told = training.fit_told(found)
    said = 1 / (1 + np.exp(-told.odds(doubted[:, None])))
    assert np.abs(said - chance).max() < 0.06
    promise = training.promise_of(found)
    assert training.told_promise(told, found) == pytest.approx(0.8 * promise + 2, abs=0.6)
    wrong = [(row | {"beats_right": 0.0}, *rest) for row, *rest in found]
    assert training.told_promise(told, wrong) == np.inf
