"""Words that steer the music: double time, decades, fills, chords of one hit, a tune on a cowbell; and what is said of it."""

import numpy as np
import pytest

from bridge.request import read_request
from bridge.session import SessionView
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.engines.embedded.rows import ROLLS, half_timed
from daemon.engines.embedded.score import Score
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle


def brief_of(prompt, **fields):
    return settle(
        read_request({"prompt": prompt, **fields}.items()), SessionView(), PromptDefaults(), seed=3
    )


def drums_of(prompt, **fields):
    plan = compose(brief_of(prompt, **fields), 3)
    return plan, Score(plan).part("drums")


def quiet(share, stage):
    pass


def top_db(audio, rate):
    """What lies above 6 kHz, against all."""
    power = np.abs(np.fft.rfft(audio.mean(axis=1))) ** 2
    return float(
        10 * np.log10(power[np.fft.rfftfreq(len(audio), 1 / rate) > 6000].sum() / power.sum())
    )


@pytest.mark.parametrize("genre", ["house", "trap", "boom bap"])
def test_double_time_strikes_about_twice_as_often(genre):
    _, usual = drums_of(f"{genre} drums, 120 bpm")
    _, fast = drums_of(f"double time {genre} drums, 120 bpm")
    assert 1.4 <= len(fast) / len(usual) <= 2.3


def test_double_time_hats_leave_kick_and_snare():
    usual, fast = (
        drums_of(f"house drums{more}, 120 bpm")[0].drums.rows
        for more in ("", " with double-time hats")
    )
    strikes = [
        sum(int(ROLLS.get(m, m != ".")) for row in rows["hat"] for m in row) / len(rows["hat"])
        for rows in (usual, fast)
    ]
    assert {
        voice: lines[0] for voice, lines in usual.items() if voice in ("kick", "snare", "clap")
    } == {voice: lines[0] for voice, lines in fast.items() if voice in ("kick", "snare", "clap")}
    assert strikes[1] > 1.5 * strikes[0]


@pytest.mark.parametrize(
    ("prompt", "key", "roots", "sets"),
    [
        (
            "Am F C G house loop",
            "A minor",
            [9, 5, 0, 7],
            [{9, 0, 4}, {5, 9, 0}, {0, 4, 7}, {7, 11, 2}],
        ),
        (
            "soul ii7-V7-Imaj7 in F",
            "F major",
            [7, 0, 5, 5],
            [{10, 2, 5}, {4, 7, 10}, {9, 0, 4}, {9, 0, 4}],
        ),
        (
            "trap i-VI-III-VII in E minor",
            "E minor",
            [4, 0, 7, 2],
            [{4, 7, 11}, {0, 4, 7}, {7, 11, 2}, {2, 6, 9}],
        ),
        (
            "pop C/E F G/B Am piano",
            "C major",
            [4, 5, 11, 9],
            [{0, 4, 7}, {5, 9, 0}, {7, 11, 2}, {9, 0, 4}],
        ),
        ("Dm7 G7 bossa nova", "C major", [2, 7], [{0, 5}, {11, 5}]),
    ],
)
def test_chords_that_are_written_are_played(prompt, key, roots, sets):
    plan = compose(brief_of(prompt), 3)
    score = Score(plan)
    chords, bass = score.part("chords"), score.part("bass")
    assert plan.key == key
    for bar in range(plan.bars):
        start, stop = bar * score.bar_ticks, (bar + 1) * score.bar_ticks
        heard = {note.pitch % 12 for note in chords if start <= note.start < stop}
        assert sets[bar % len(sets)] <= heard, (bar, heard)
        first = next((note.pitch % 12 for note in bass if start <= note.start < start + 240), None)
        assert first in (None, roots[bar % len(roots)]), (bar, first)


def test_decades_sound_different_and_swing_differently():
    tops, swings = {}, {}
    for era in ("70s", "80s", "90s", "2000s", "2010s", "modern"):
        brief = brief_of(f"{era} hip hop drums 90 bpm", bars=2)
        take = make(brief, 3, quiet)
        tops[era] = top_db(take.audio, take.sample_rate)
        swings[era] = compose(brief, 3).swing
    assert min(tops[era] for era in ("80s", "2000s", "2010s", "modern")) > 3 + max(
        tops["70s"], tops["90s"]
    ), tops
    assert swings["90s"] > swings["2000s"] > swings["80s"] == 50, swings


def test_a_swing_that_was_asked_for_stays():
    assert compose(brief_of("80s hip hop 90 bpm swing 62"), 3).swing == 62


def test_a_drum_fill_is_a_loop_of_a_fill():
    plan, notes = drums_of("trap drum fill 140", bars=2)
    assert plan.parts == ("drums",)
    bar = Score(plan).bar_ticks
    assert sum(n.start >= bar for n in notes) > 0
    assert {n.voice for n in notes if n.start >= bar} & {
        "snare",
        "high tom",
        "mid tom",
        "low tom",
        "kick",
        "hat",
    }
    plain, _ = drums_of("trap drums 140", bars=2)
    assert plan.drums.rows != plain.drums.rows


@pytest.mark.parametrize(
    ("prompt", "steps"), [("Am7 chord stab", (0, 3, 7, 10)), ("Eb major chord stab", (0, 4, 7))]
)
def test_a_chord_stab_sounds_its_chord(prompt, steps):
    take = make(brief_of(prompt, kind="oneshot"), 3, quiet)
    power = np.abs(np.fft.rfft(take.audio.mean(axis=1), 1 << 17)) ** 2
    hz = np.fft.rfftfreq(1 << 17, 1 / take.sample_rate)
    for step in steps:
        wanted = 440 * 2 ** ((take.note + step - 69) / 12)
        near = power[np.abs(hz / wanted - 1) < 0.012].max()
        between = power[np.abs(hz / (wanted * 2 ** (0.5 / 12)) - 1) < 0.008].max()
        assert near > 3 * between, step


def test_phonks_cowbell_plays_the_tune():
    take = make(brief_of("phonk cowbell 130 F#m", bars=2), 3, quiet)
    assert take.parts == ("lead",) and take.key == "F#m"


@pytest.mark.slow
def test_what_was_played_and_how_long_is_said():
    take = make(brief_of("future house drums", bars=1), 3, quiet)
    assert take.said == ("future house has no groove of its own here; it is played like house",)
    take = make(brief_of("lofi track, 20 seconds"), 3, quiet)
    assert any("ring on for" in line and "20.00 s in all" in line for line in take.said)


@pytest.mark.parametrize(
    "prompt", ["jazz drums with brushes", "brushed lo-fi drums 80 bpm", "house, brushes, 3/4"]
)
def test_brushes_play_what_sticks_played(prompt):
    plan, notes = drums_of(prompt)
    voices = {note.voice for note in notes}
    assert {"brush", "brush sweep"} <= voices and not voices & {"snare", "clap", "rim", "snap"}
    assert (
        sum(note.voice == "brush sweep" for note in notes)
        >= plan.bars * plan.meter_.beats_per_bar - 8
    )
    assert "brush" not in {note.voice for note in drums_of("jazz drums")[1]}


def test_a_brush_is_softer_than_a_stick():
    hits = {
        name: make(brief_of(f"{name} one shot"), 3, quiet)
        for name in ("brush", "snare", "brush sweep")
    }
    fronts = {
        name: int(np.argmax(np.abs(take.audio).max(axis=1) > 0.8 * np.abs(take.audio).max()))
        for name, take in hits.items()
    }
    assert hits["brush"].parts == ("brush",) and hits["brush sweep"].parts == ("brush sweep",)
    assert fronts["brush sweep"] > 4000 > fronts["brush"]
    shells = {}
    for name, take in hits.items():
        power = np.abs(np.fft.rfft(take.audio.mean(axis=1))) ** 2
        hz = np.fft.rfftfreq(len(take.audio), 1 / take.sample_rate)
        shells[name] = power[hz < 450].sum() / power.sum()
    assert shells["brush"] < 0.5 * shells["snare"]


def test_dark_and_bright_are_heard_in_the_whole_mix():
    tops = {}
    for word in ("dark", "", "bright"):
        take = make(brief_of(f"{word} house loop 124 bpm Am", bars=2), 3, quiet)
        tops[word] = top_db(take.audio, take.sample_rate)
    assert tops["dark"] + 1 < tops[""] < tops["bright"] - 1, tops


@pytest.mark.parametrize(
    "prompt", ["piano no drums", "reggae chords no drums", "finger bass only", "guitar no drums"]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_no_drums_beat_the_time_somebody_plays_on_the_one(prompt, seed):
    plan = compose(brief_of(prompt), seed)
    assert plan.drums is None
    bar = 4 * TICKS_PER_QUARTER
    starts = [
        note.start
        for part in ("bass", "chords")
        if getattr(plan, part)
        for note in Score(plan).part(part)
    ]
    assert all(
        any(abs(start - n * bar) < TICKS_PER_QUARTER / 12 for start in starts)
        for n in range(plan.bars)
    )


def test_a_rumble_is_heard_between_the_kicks_low_and_in_the_middle():
    brief = brief_of("techno loop with a deep rumble", bpm=130, bars=4)
    take = make(brief, 3, quiet)
    assert take.plan["bass"]["sound"]["voice"] == "rumble"
    low = take.stems["bass"]
    power = np.abs(np.fft.rfft(low.sum(axis=1))) ** 2
    hz = np.fft.rfftfreq(len(low), 1 / brief.sample_rate)
    assert power[hz < 120].sum() > 0.8 * power.sum()
    assert np.abs(low[:, 0] - low[:, 1]).max() < 0.01 * np.abs(low).max()
    # it lies where the kicks leave room, from the second sixteenth of a beat to its end
    sixteenth = len(low) / (4 * 16)
    level = [
        np.sqrt((low[round((16 + k) * sixteenth) : round((17 + k) * sixteenth)] ** 2).mean())
        for k in range(16)
    ]
    on, off = np.mean(level[::4]), np.mean([level[k] for k in range(16) if k % 4])
    assert off > 1.5 * on, (on, off)


@pytest.mark.parametrize(
    ("prompt", "voices"),
    [("tabla loop", {"tabla", "bayan"}), ("djembe loop", {"djembe"})],
)
def test_a_tabla_is_a_tabla_and_no_other_hand_drum(prompt, voices):
    _, hits = drums_of(prompt)
    played = {note.voice for note in hits}
    assert voices <= played and ("tabla" in played) == ("tabla" in voices), played


def test_bhangra_is_a_genre_of_its_own():
    plan, hits = drums_of("bollywood beat")
    assert plan.genre == "bhangra" and {"tabla", "bayan"} <= {note.voice for note in hits}


@pytest.mark.parametrize("seed", range(5))
def test_a_trance_fill_is_no_whisper(seed):
    """The last bar has more strokes of the backbeat's kin, and its last half is louder than that of a bar without a fill."""
    plan = compose(brief_of("trance", bars=4), seed)
    hits = [
        note
        for note in Score(plan).part("drums")
        if note.voice in ("snare", "clap", "high tom", "low tom")
    ]
    bar = 4 * TICKS_PER_QUARTER
    third, last = (
        [note.velocity**2 for note in hits if k * bar <= note.start < (k + 1) * bar] for k in (2, 3)
    )
    assert len(last) >= len(third) + 3 and sum(last) > 1.5 * sum(third), (len(third), len(last))


def test_in_the_style_of_a_dilla_beat_the_players_lean_against_each_other():
    brief = brief_of("in the style of a Dilla beat")
    assert brief.genre == "boom bap" and 84 <= brief.bpm <= 96
    plan = compose(brief, 3)
    hits = Score(plan).part("drums")
    step = TICKS_PER_QUARTER // 4
    per_ms = TICKS_PER_QUARTER * plan.bpm / 60000
    off_ms = {
        voice: np.median(
            [
                (note.start + step) % (4 * step) - step
                for note in hits
                if note.voice == voice and on(note.start, step)
            ]
        )
        / per_ms
        for voice in ("kick", "snare", "hat")
    }
    assert off_ms["snare"] < -5 < abs(off_ms["kick"]) < 2 < 8 < off_ms["hat"], off_ms


def on(tick, step):
    """Whether a tick lies on a beat, give or take a third of a sixteenth: where no swing moves it."""
    return min(tick % (4 * step), -tick % (4 * step)) < step / 3


def test_a_riff_of_a_guitar_lies_on_its_low_strings():
    plan = compose(brief_of("rock guitar riff"), 3)
    assert np.median([note.pitch for note in Score(plan).part("lead")]) < 60


def test_at_half_time_a_held_bass_note_is_held_twice_as_long():
    assert half_timed({"bass": ["X---..x-........"]}, ("bass",))["bass"] == [
        "X-------....x---",
        "................",
    ]


def test_a_lead_is_any_lead_until_somebody_says_which():
    voices = [
        compose(brief_of(prompt), 3).lead.sound.voice
        for prompt in ("trance lead loop", "trance supersaw lead loop")
    ]
    assert voices == ["lead", "supersaw"]


def test_what_must_not_play_makes_no_hit_of_a_loop():
    take = make(brief_of("chill house no kick", bars=2), 3, quiet)
    rows = take.plan["drums"]["rows"]
    assert rows and "kick" not in rows and {"bass", "chords"} <= set(take.parts)
