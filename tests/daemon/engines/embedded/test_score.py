"""Composing: notes on the grid and in the key, grooves in any meter, words that steer, seeds that differ."""

from itertools import combinations
from statistics import mean, pstdev

import pytest

from bridge.music import Key, Meter
from daemon.brief import Brief
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.harmony import read_chord, voicing
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.meters import groups
from daemon.engines.embedded.notes import STEP
from daemon.engines.embedded.plan import Feel
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.wishes import read_wishes
from daemon.prompt.genres import GENRES


def brief(genre="house", **fields):
    return Brief(
        **{"prompt": genre, "words": genre, "genre": genre, "bpm": 120.0, "bars": 8, **fields}
    )


def played(plan):
    score = Score(plan)
    return {part: score.part(part) for part in plan.parts}


def test_at_least_thirty_genres_and_every_known_name_finds_a_style():
    assert len(STYLES) >= 30
    for name in GENRES:
        style = find_style(brief(name))
        assert style.name == name or style.name != "house" or GENRES[name].like in ("house", ""), (
            name
        )


@pytest.mark.parametrize("genre", list(STYLES))
def test_notes_lie_in_the_key_in_range_and_on_the_grid(genre):
    for seed, key in ((1, "A minor"), (2, "Eb major"), (3, "D dorian")):
        plan = compose(brief(genre, key_name=key), seed)
        score = Score(plan.with_(feel=Feel({}, 0.0, 0.0), swing=50.0))
        scale = set(plan.key_.scale)
        named = {
            pc
            for bar in score.bars
            for step in (0, score.steps - 1)
            for pc in score.chord_at(bar, step).pitch_classes
        }
        for part in plan.parts:
            for note in score.part(part):
                assert 0 <= note.start < score.ticks and note.length > 0
                assert 0 < note.velocity <= 1
                if part == "drums":
                    assert note.start % 5 == 0  # sixteenths, and rolls of two, three and four
                    continue
                # a grace note takes a 32nd
                grid = STEP // 2 if part == "lead" and plan.lead.manner == "graced" else STEP
                assert note.start % grid == 0 or plan.chords.style in ("strum", "fingered", "hands")
                assert note.pitch % 12 in scale | named, (part, note)
                assert (
                    {"bass": 20, "chords": 40}.get(part, 48)
                    <= note.pitch
                    <= {"bass": 64}.get(part, 100)
                )


@pytest.mark.parametrize("genre", list(STYLES))
def test_two_seeds_are_clearly_different_music(genre):
    one, two = (compose(brief(genre), seed) for seed in (1, 2))
    assert one.to_json() != two.to_json()
    pitches = [
        [n.pitch for part in ("bass", "chords", "lead") for n in played(plan).get(part, ())]
        for plan in (one, two)
    ]
    assert pitches[0] != pitches[1]


def _strikes(plan):
    """What is struck where, bar by bar."""
    score = Score(plan)
    bars = [set() for _ in range(plan.bars)]
    for note in score.part("drums"):
        place = min(note.start, score.ticks - 1)
        bars[place // score.bar_ticks].add((note.voice, round(place % score.bar_ticks / STEP)))
    return bars


def _apart(one, other):
    return 1 - len(one & other) / len(one | other)


@pytest.mark.parametrize("genre", [name for name, style in STYLES.items() if style.beats])
def test_seeds_that_follow_each_other_drum_differently_and_phrases_have_fills(genre):
    played = [_strikes(compose(brief(genre), seed)) for seed in (1, 2, 3)]
    whole = [{(k, *strike) for k, bar in enumerate(bars) for strike in bar} for bars in played]
    assert min(_apart(one, other) for one, other in combinations(whole, 2)) > 0.3
    for bars in played:
        assert _apart(bars[0], bars[1]) + _apart(bars[2], bars[5]) < 1.2  # the groove goes on
        assert _apart(bars[3], bars[1]) > 0.05 and _apart(bars[7], bars[5]) > 0.05


@pytest.mark.parametrize(
    "meter",
    ["3/4", "5/4", "6/8", "7/8", "9/8", "12/8", "2/4", "5/8", "11/8", "13/8", "15/8", "7/4"],
)
@pytest.mark.parametrize("genre", ["techno", "boom bap", "trap", "jazz", "ambient", "waltz"])
def test_other_meters_have_grooves_of_their_own(meter, genre):
    plan = compose(brief(genre, meter_name=meter), 4)
    score = Score(plan)
    assert sum(groups(Meter.parse(meter))) == score.steps
    for part, notes in played(plan).items():
        if part != "texture":
            assert notes, part
        if part in ("drums", "bass", "chords") and notes and genre in ("techno", "boom bap"):
            assert {n.start // score.bar_ticks for n in notes} == set(range(8))


def test_swing_delays_the_second_sixteenth_of_each_eighth():
    plan = compose(brief("house"), 1).with_(feel=Feel({}, 0.0, 0.0), swing=62.0)
    starts = {n.start % (2 * STEP) for n in Score(plan).part("drums") if n.voice == "hat"}
    assert starts <= {0, round(2 * STEP * 0.62)}


@pytest.mark.parametrize("genre", ["house", "boom bap", "drum and bass", "lo-fi"])
def test_the_first_kick_of_each_bar_is_exactly_on_it(genre):
    plan = compose(brief(genre), 2)
    score = Score(plan)
    kicks = {n.start for n in score.part("drums") if n.voice == "kick"}
    on_one = [bar.start in kicks for bar in score.bars]
    assert sum(on_one) >= 6


@pytest.mark.parametrize(("numeral", "key", "notes"), [
    ("i7", "A minor", {9, 0, 4, 7}), ("VIM7", "A minor", {5, 9, 0, 4}), ("V7", "C major", {7, 11, 2, 5}), ("bII", "E minor", {5, 9, 0}),
    ("iv", "D dorian", {7, 11, 2}), ("Am7", "C major", {9, 0, 4, 7}), ("F#m", "A major", {6, 9, 1}), ("bVII", "G major", {5, 9, 0}),
])  # fmt: skip
def test_chords_are_what_their_names_say(numeral, key, notes):
    assert set(read_chord(numeral, Key.parse(key)).pitch_classes) == notes


def test_voices_move_little_from_chord_to_chord():
    key = Key.parse("A minor")
    before = None
    for name in ("i7", "VIM7", "IIIM7", "VII7", "i7"):
        notes = voicing(read_chord(name, key), before)
        if before:
            assert sum(min(abs(n - old) for old in before) for n in notes) <= 10
        assert notes[0] >= 52 and abs(sum(notes) / len(notes) - 62) < 7
        before = notes


@pytest.mark.parametrize(("fields", "parts"), [
    ({"prompt": "dusty boom bap drums", "instruments": ("drums",), "only": True}, {"drums"}),
    ({"prompt": "techno bassline", "instruments": ("bass",), "only": True}, {"bass"}),
    ({"prompt": "house loop without drums", "negative": "drums"}, {"bass", "chords", "lead"}),
    ({"prompt": "house with piano", "instruments": ("piano",)}, {"drums", "bass", "chords", "lead"}),
])  # fmt: skip
def test_words_choose_who_plays(fields, parts):
    assert set(compose(brief("house", **fields), 1).parts) == parts


def test_words_choose_sounds_and_drums():
    assert (
        compose(
            brief("house", prompt="house with piano", instruments=("piano",)), 1
        ).chords.sound.voice
        == "grand piano"
    )
    assert (
        compose(
            brief("techno", prompt="techno with reese", instruments=("reese",)), 1
        ).bass.sound.voice
        == "reese"
    )
    hats = compose(brief("trap", prompt="only hats", instruments=("hats",), only=True), 1)
    assert set(hats.drums.rows) <= {"hat", "open hat"} and hats.parts == ("drums",)
    assert (
        "hat" not in compose(brief("house", prompt="house, no hats", negative="hats"), 1).drums.rows
    )
    assert compose(brief("boom bap", prompt="four on the floor"), 1).drums.rows["kick"] == [
        "X...X...X...X..."
    ]
    bare = compose(brief("rock", prompt="rock without snare", negative="snare"), 2).drums
    assert "snare" not in {*bare.rows, *bare.fill, *bare.turn}


def test_without_a_genre_the_words_choose_what_it_is_played_like():
    for prompt, style in (
        ("choir pad", "ambient"), ("guitar strum", "folk"), ("acid bassline", "acid house"), ("sad piano", "pop"), ("loop", "house"),
    ):  # fmt: skip
        assert find_style(brief("", prompt=prompt)).name == style


def test_a_roll_grows_and_kicks_are_never_doubled():
    roll = compose(
        brief("", prompt="snare roll", instruments=("snare",), only=True, bars=4), 1
    ).drums
    assert list(roll.rows) == ["snare"] and roll.fill == roll.turn == {}
    strokes = [sum(mark != "." for mark in row) for row in roll.rows["snare"]]
    assert (
        strokes == sorted(strokes)
        and strokes[0] == 4
        and strokes[-1] == 16
        and "2" in roll.rows["snare"][-1]
    )
    for genre in ("techno", "hardcore"):
        kicks = compose(
            brief(genre, prompt=f"{genre} kick", instruments=("kick",), only=True), 1
        ).drums.rows
        assert len(kicks) == 1


def test_density_and_energy_steer():
    few, many = (
        len(Score(compose(brief("house", density=d), 3)).part("drums")) for d in (0.05, 0.95)
    )
    assert many > 1.5 * few
    soft, hard = (compose(brief("house", energy=e), 3) for e in (0.1, 1.0))

    def loud(plan):
        played = Score(plan).part("bass")
        return sum(note.velocity for note in played) / len(played)

    assert loud(hard) > loud(soft) and hard.mix.drive > soft.mix.drive


def test_moods_choose_mode_and_timbre():
    assert compose(brief("house", prompt="happy house", mood=("happy",)), 1).key.endswith("major")
    assert compose(brief("ambient", prompt="dark ambient", mood=("dark",)), 1).key.endswith("minor")
    assert read_wishes(brief(prompt="dark dusty drums")).tone["bright"] < 0
    assert read_wishes(brief(prompt="dark dusty drums")).tone["dirt"] > 0
    assert read_wishes(brief(prompt="distorted bass")).tone["drive"] > 0.4


def test_people_lean_and_machines_do_not():
    """The bass of a band lies behind its kicks, which scatter; those of techno keep the grid."""
    late = {}
    for genre in ("rock", "techno"):
        score = Score(compose(brief(genre, bars=8), 2))
        per_ms = 960 * score.plan.bpm / 60000
        notes = {"bass": score.part("bass")}
        notes["kick"] = [n for n in score.part("drums") if n.voice == "kick"]
        off = {
            who: [((n.start + 120) % 240 - 120) / per_ms for n in ns] for who, ns in notes.items()
        }
        assert notes["kick"][0].start == 0
        late[genre] = [mean(off["bass"]), pstdev(off["kick"])]
    assert late["rock"][0] > 5 and late["rock"][1] > 2.5
    assert abs(late["techno"][0]) < 4 and late["techno"][1] < 1
