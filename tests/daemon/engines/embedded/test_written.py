"""What a prompt writes out is what plays; calm and driving words change how a genre is played."""

import pytest

from bridge.request import read_request
from bridge.session import SessionView
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.notes import STEP
from daemon.engines.embedded.plan import read_plan
from daemon.engines.embedded.repair import repaired
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.unmet import unmet, unmet_people
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle

ABC = "X:1\nM:4/4\nL:1/8\nQ:1/4=90\nK:Em\nE2 G2 B2 e2 | d4 ^c2 B2 | A2 F2 G2 A2 | E8 |"


def brief_of(prompt, **fields):
    return settle(
        read_request({"prompt": prompt, **fields}.items()), SessionView(), PromptDefaults(), seed=3
    )


def plan_of(prompt, **fields):
    return compose(brief_of(prompt, **fields), 3)


def struck_per_s(plan):
    score = Score(plan)
    steps = {
        (part, note.start // STEP)
        for part in plan.parts
        if part != "texture"
        for note in score.part(part)
    }
    return len(steps) / (plan.bars * plan.meter_.quarters_per_bar * 60 / plan.bpm)


def busy(prompt):
    """Strokes a second over a few seeds: one seed may draw a sparse groove."""
    return sum(struck_per_s(compose(brief_of(prompt), seed)) for seed in range(4))


def test_a_tab_is_the_whole_groove_and_has_no_fill():
    plan = plan_of("techno\nHH|--x---x---x---x-|\nBD|x---x---x---x---|")
    assert plan.drums.rows == {"hat": ["..x...x...x...x."], "kick": ["x...x...x...x..."]}
    assert (plan.drums.fill, plan.drums.turn) == ({}, {}) and "bass" in plan.parts


def test_a_tab_alone_is_drums_alone():
    assert plan_of("SD|----x-------x---|\nBD|x---------x-----|").parts == ("drums",)


def test_a_row_that_the_bar_cannot_hold_is_told():
    prompt = "kick: x....x....x....\nhat: x-x-x-x-"
    plan = plan_of(prompt)
    assert list(plan.drums.rows) == ["hat"]
    assert any(
        "row of the kick has 15 steps" in line for line in unmet(brief_of(prompt), plan, plan.parts)
    )


def test_a_tune_is_played_note_for_note():
    plan = plan_of(ABC)
    assert (plan.key, plan.bpm, plan.parts) == ("E minor", 90.0, ("lead",))
    pitches = [note.pitch for note in Score(plan).part("lead")]
    assert pitches == [64, 67, 71, 76, 74, 73, 71, 69, 66, 67, 69, 64]
    starts = [round(note.start / STEP) for note in Score(plan).part("lead")]
    assert starts == [0, 4, 8, 12, 16, 24, 28, 32, 36, 40, 44, 48]


def test_a_band_plays_chords_that_the_tune_lies_in():
    plan = plan_of("folk\n" + ABC)
    assert plan.chords_of[0] == "i" and len(plan.chords_of) == 4 and "chords" in plan.parts


def test_chords_above_a_tune_are_the_chords():
    plan = plan_of('jazz\nM:4/4 L:1/4 K:C "Dm7"d f a c | "G7" B d f g | "Cmaj7" e4 |')
    assert plan.chords_of == ["Dm7", "G7", "Cmaj7"]


def test_the_instrument_that_is_named_plays_the_tune():
    plan = plan_of("piano C4 E4 G4 C5 A4 F4 D4 C4 at 100 bpm")
    assert plan.parts == ("lead",) and plan.lead.sound.voice == "grand piano"


def test_a_written_tune_outlives_repair_and_a_form_without_the_field_is_read():
    plan = plan_of(ABC)
    again, said = repaired(plan.to_json())
    assert again.lead == plan.lead and not said
    old = plan.to_json()
    del old["lead"]["written"]
    assert read_plan(old).lead.written is False


@pytest.mark.parametrize(
    "genre", ["house", "techno", "drum and bass", "rock", "funk", "pop", "edm"]
)
def test_calm_words_slow_and_thin_a_genre_and_driving_words_do_the_opposite(genre):
    plain = plan_of(f"{genre} loop")
    for word in ("calm", "relaxing", "ruhiger"):
        calm = plan_of(f"{word} {genre} loop")
        assert calm.genre == plain.genre and calm.bpm < plain.bpm
        assert struck_per_s(calm) < 0.75 * struck_per_s(plain)
        assert calm.sections[0].energy < plain.sections[0].energy
    driven = plan_of(f"energetic {genre} loop")
    assert driven.bpm > plain.bpm and busy(f"energetic {genre} loop") > busy(f"{genre} loop")
    assert driven.sections[0].energy > plain.sections[0].energy


def test_a_genre_that_is_calm_as_it_is_keeps_its_tempo_and_a_sad_one_its_groove():
    assert plan_of("chill lo-fi loop").bpm == plan_of("lo-fi loop").bpm
    assert plan_of("hypnotic techno loop").bpm == plan_of("techno loop").bpm


def test_words_that_set_nothing_are_told_in_one_line():
    prompt = "house loop with a flibber of zonking quartz"
    plan = plan_of(prompt)
    lines = unmet(brief_of(prompt), plan, plan.parts)
    assert lines == ["set nothing here: flibber, zonking, quartz"]
    plain = "dark house loop, distorted, half-time, 122 bpm in A minor, no vocals"
    plan = plan_of(plain)
    assert unmet(brief_of(plain), plan, plan.parts) == []


def test_a_value_of_notes_is_played():
    assert plan_of("only chords in whole notes, A minor").chords.rows == ["x---------------"]
    assert plan_of("funk with a bass in eighth notes").bass.rows == ["x-x-x-x-x-x-x-x-"]
    assert plan_of("techno with 16th hats").drums.rows["hat"] == ["x" * 16]
    assert plan_of("techno, quarter note hats").drums.rows["hat"] == ["x...x...x...x..."]


def test_an_instrument_in_an_effect_is_told():
    lines = unmet_people(brief_of("sound of rain with a piano"))
    assert lines == ["piano does not play in an effect; kind: loop makes music"]
    assert unmet_people(brief_of("rain on a window")) == []


@pytest.mark.parametrize(
    "prompt", ["kick: x...x...x...x...\nsnare: ....x.......x...", "X:1\nL:1/8\nK:G\nGABc d2e2|"]
)
def test_no_style_is_told_of_what_is_written_out(prompt):
    brief = brief_of(prompt).amended(bars=1)
    assert not any("played like" in line for line in make(brief, 3, lambda *_: None).said)
