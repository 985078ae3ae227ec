"""The notes' network: what its layers see, and which cells each of them is asked about."""

from __future__ import annotations

import numpy as np

from daemon.hearing.drum_net import ROLES
from daemon.hearing.log_spectra import RATE, maps_of
from daemon.notes.note_net import (
    DOUBT,
    FIRST,
    INPUTS,
    LAST,
    PITCHES,
    SECOND_INPUTS,
    FirstSaid,
    NoteNet,
    Padded,
)
from tools.train_notes.beside import joined
from tools.train_notes.learn import started


def maps():
    clock = np.arange(RATE) / RATE
    return maps_of((0.1 * np.sin(2 * np.pi * 440 * clock)).astype(np.float32))


def layer(inputs, says):
    """A layer that says the same of every cell."""
    bias = np.full(2, np.log(says / (1 - says)), np.float32)
    return {"0": np.zeros((inputs, 2), np.float32), "0.bias": bias}


def net(**layers):
    return NoteNet(
        {f"{name}.{key}": value for name, own in layers.items() for key, value in own.items()}
    )


def test_the_edges_of_a_sound_and_of_the_keyboard_can_be_looked_at():
    own = maps()
    columns = np.array([0, len(own) - 1, 0, len(own) - 1])
    pitches = np.array([FIRST, FIRST, LAST, LAST])
    seen = Padded(own).seen(columns, pitches)
    assert seen.shape == (4, INPUTS) and seen.min() >= 0 and seen.max() <= 1
    said = np.zeros((len(own), PITCHES, 2), np.float32)
    seen = FirstSaid(said, np.zeros((len(own), len(ROLES))), own).seen(columns, pitches)
    assert seen.shape == (4, SECOND_INPUTS)
    assert not seen[:, : 2 * 73].any()


def test_padded_maps_hold_the_maps_themselves():
    own = maps()
    inside = Padded(own).maps
    assert np.array_equal(inside.sharp, own.sharp) and np.array_equal(inside.quick, own.quick)


def test_the_second_layer_is_asked_only_where_the_first_was_in_doubt():
    own = maps()
    strokes = np.zeros((len(own), len(ROLES)), np.float32)
    sure_of_none = net(first=layer(INPUTS, DOUBT / 2), second=layer(SECOND_INPUTS, 0.7))
    assert sure_of_none.heard(own, strokes).max() == 0
    doubtful = net(first=layer(INPUTS, 2 * DOUBT), second=layer(SECOND_INPUTS, 0.7))
    odds = doubtful.heard(own, strokes)
    asked = doubtful.first_said(own).max(axis=2) > DOUBT
    assert np.allclose(odds[asked], 0.7, atol=1e-3) and not odds[~asked].any()
    assert asked[:, 69 - FIRST].all() and not asked.all()


def test_two_second_layers_beside_each_other_say_the_mean_of_what_they_said_alone():
    rng = np.random.default_rng(1)

    def whole():
        sizes = (SECOND_INPUTS, 8, 4, 2)
        return started(rng, sizes, 0.3) | {"2": rng.standard_normal((4, 2)).astype(np.float32)}

    one, other = (net(first=layer(INPUTS, 2 * DOUBT), second=whole()) for _ in range(2))
    own = maps()
    strokes = rng.random((len(own), len(ROLES))).astype(np.float32)
    asked = one.first_said(own).max(axis=2) > DOUBT
    both = NoteNet(joined(one, other)).heard(own, strokes)[asked]
    alone = [which.heard(own, strokes)[asked] for which in (one, other)]
    logits = [np.log(odds / (1 - odds)) for odds in (*alone, both)]
    assert np.allclose(0.75 * logits[0] + 0.25 * logits[1], logits[2], atol=1e-3)


def test_odds_are_given_where_they_are_wanted_alone():
    own = maps()
    strokes = np.zeros((len(own), len(ROLES)), np.float32)
    says = net(first=layer(INPUTS, 0.5), second=layer(SECOND_INPUTS, 0.8))
    wanted = np.zeros((len(own), PITCHES), bool)
    wanted[20:30, 69 - FIRST] = True
    told = says.heard(own, strokes, wanted)
    assert told[wanted].min() > 0.7 and not told[~wanted].any()
