"""The table of instruments: seven languages, a player for each, real fingerings, two hands."""

import pytest

from bridge.music import Key
from bridge.request import read_request
from bridge.session import SessionView
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.fingers import fingering, two_hands
from daemon.engines.embedded.harmony import read_chord, voicing
from daemon.engines.embedded.instruments import DRUM_ROWS, players
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.engines.embedded.plan import VERSION
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.styles.cast import CAST
from daemon.engines.embedded.voices.table import VOICES, newest
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.instrument_names import INSTRUMENTS
from daemon.prompt.settle import settle
from daemon.prompt.vocabulary import sounds
from daemon.prompt.words import parse_words


def plan_of(prompt, seed=3):
    brief = settle(
        read_request({"prompt": prompt}.items()), SessionView(), PromptDefaults(), seed=seed
    )
    return compose(brief, seed)


def test_at_least_150_instruments_each_with_a_player_that_is_there():
    named = {name.lower(): part for part, names in INSTRUMENTS.items() for name in names}
    assert len(players()) >= 150 and set(named) <= set(players())
    known = {sound.name for sound in sounds().values()}
    for name, player in players().items():
        assert set(player.voices) <= set(VOICES), name
        assert player.part == named.get(name, player.part) and player.family and player.idiom
        assert name in known or name == "808 bass"
    drums = [voice for one in players().values() if one.part == "drums" for voice in one.voices]
    assert all(voice in DRUM_ROWS for voice in drums if voice not in ("tabla", "bayan", "shaker"))


def test_no_two_instruments_of_their_own_share_a_voice():
    own = [one.voices for one in players().values()]
    # two names of one and the same thing
    assert {voices for voices in own if own.count(voices) > 1} == {("808",)}


def test_every_written_name_is_read_as_its_instrument():
    for names in INSTRUMENTS.values():
        for name, aliases in names.items():
            for alias in (name.lower(), *(one.strip("! ") for one in aliases.split(","))):
                found = [what for _, what in parse_words(f"{alias} loop").written]
                assert name.lower() in found, (alias, found)


@pytest.mark.parametrize(
    ("text", "instrument"),
    [
        ("saxaphone", "saxophone"), ("Querfloete oder Querflöte", "flute"), ("violon", "violin"),
        ("acordeao", "accordion"), ("Mundharmonika", "harmonica"), ("尺八", "shakuhachi"),
        ("エレキギター", "electric guitar"), ("guitare saturée", "distorted guitar"),
        ("chitarra distorta", "distorted guitar"), ("Cembalo", "harpsichord"),
        ("gaita de foles", "bagpipes"), ("tímpano", "timpani"), ("pauke", "timpani"),
        ("12-string guitar", "twelve string guitar"), ("double-bass", "upright bass"),
    ],
)  # fmt: skip
def test_languages_and_misspellings(text, instrument):
    assert instrument in parse_words(f"{text} loop").instruments


@pytest.mark.parametrize(
    ("prompt", "part", "voice"),
    [
        ("electric guitar riff distorted", "lead", "distorted guitar"),
        ("rock loop with guitar", "chords", "distorted guitar"),
        ("folk loop with guitar", "chords", "steel guitar"),
        ("bossa nova with guitar", "chords", "nylon guitar"),
        ("funk with guitar", "chords", "clean guitar"),
        ("jazz with overdriven guitar", "chords", "crunch guitar"),
        ("country with banjo", "chords", "banjo"),
        ("waltz", "bass", "double bass"),
        ("jazz with a tenor sax", "lead", "tenor saxophone"),
        ("solo piano", "chords", "grand piano"),
        ("church organ", "chords", "pipe organ"),
        ("r&b with electric piano", "chords", "tine piano"),
    ],
)
def test_who_plays(prompt, part, voice):
    assert getattr(plan_of(prompt), part).sound.voice == voice


@pytest.mark.slow
def test_new_plans_name_no_voice_that_only_older_ones_have():
    assert VERSION == 9
    assert set(CAST) <= set(STYLES)
    for style in STYLES:
        for seed in range(3):
            plan = plan_of(f"{style} loop", seed)
            for part in ("bass", "chords", "lead", "pad"):
                player = getattr(plan, part)
                assert player is None or newest(player.sound.voice) == player.sound.voice


@pytest.mark.parametrize(
    ("prompt", "most"), [("accordion", 4), ("brass section", 4), ("choir", 2), ("piano", 16)]
)
def test_who_has_bellows_lips_or_a_voice_holds_what_machines_repeat(prompt, most):
    for seed in range(6):
        rows = plan_of(prompt, seed).chords.rows[:1]
        assert all(1 <= len(row.replace(".", "").replace("-", "")) <= most for row in rows), rows


@pytest.mark.parametrize(
    "name", ["C", "Am7", "F#m", "Bb", "Ebmaj7", "G7", "Dm", "E", "Bdim", "C/E"]
)
def test_a_guitar_s_chord_can_be_fingered(name):
    chord = read_chord(name, Key.parse("C"))
    notes = fingering(chord)
    assert 3 <= len(notes) <= 6 and notes == sorted(notes) and notes[0] >= 40
    assert notes[0] % 12 == (chord.root if chord.under is None else chord.under)
    assert {note % 12 for note in notes} <= {*chord.pitch_classes, notes[0] % 12}
    assert len({note % 12 for note in notes} & set(chord.pitch_classes)) >= 3
    # one note a string, and fretted ones within four frets
    strings = (40, 45, 50, 55, 59, 64)
    frets = [note - open_ for note, open_ in zip(notes, strings[6 - len(notes) :], strict=True)]
    fretted = [fret for fret in frets if fret > 0]
    assert all(fret >= 0 for fret in frets) and max(fretted) - min(fretted) <= 3


def test_e_minor_is_open_and_strums_go_down_and_up():
    assert fingering(read_chord("Em", Key.parse("C"))) == [40, 47, 52, 55, 59, 64]
    plan = plan_of("folk loop with guitar")
    assert plan.chords.style == "fingered"
    notes = Score(plan.with_(chords=plan.chords.__class__(["x.x."], plan.chords.sound, "fingered")))
    played = [n for n in notes.part("chords") if n.start < 960]
    down = [n for n in played if n.start < 240]
    up = [n for n in played if n.start >= 240]
    assert [n.pitch for n in sorted(down, key=lambda n: n.start)] == sorted(n.pitch for n in down)
    assert [n.pitch for n in sorted(up, key=lambda n: n.start)] == sorted(
        (n.pitch for n in up), reverse=True
    )
    assert len({n.start for n in down}) == len(down) and len(up) <= 4


def test_a_pianist_alone_has_a_left_hand_and_fingers_of_their_own():
    plan = plan_of("solo piano")
    assert plan.bass is None and plan.chords.style == "hands"
    notes = Score(plan).part("chords")
    assert min(n.pitch for n in notes) < 50
    first = [n for n in notes if n.start < 240]
    assert len({round(n.velocity, 3) for n in first}) > 1
    chord = read_chord("C", Key.parse("C"))
    both = two_hands(chord, voicing(chord, None))
    assert both == sorted(both) and both[0] % 12 == 0 and len(both) >= 5


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("electric guitar riff distorted", ("lead",)), ("guitar riff", ("lead",)),
        ("drum kit rock", ("drums",)), ("drumkit metal", ("drums",)), ("sitar", ("lead",)),
        ("harpsichord", ("chords",)), ("808 bass", ("bass",)), ("string quartet", ("chords",)),
        ("piano melody", ("chords", "lead")),
    ],
)  # fmt: skip
def test_what_is_asked_for_alone_plays_alone_and_has_no_record(prompt, parts):
    for seed in (1, 2):
        plan = plan_of(prompt, seed)
        assert plan.parts == parts
        alone = len(parts) == 1
        assert (plan.mix.glue == 0 and plan.mix.low_hz == 0) == alone


def test_a_driven_riff_is_fifths_on_low_strings_with_muted_strokes_between():
    plan = plan_of("electric guitar riff distorted", 1)
    notes = Score(plan).part("lead")
    by_start = {}
    for note in notes:
        by_start.setdefault(note.start, []).append(note)
    chords = [sorted(n.pitch for n in group) for group in by_start.values() if len(group) == 3]
    assert chords and all(c[1] - c[0] == 7 and c[2] - c[0] == 12 for c in chords)
    per_s = TICKS_PER_QUARTER * plan.bpm / 60
    muted = [n for n in notes if n.length / per_s < 0.13 and len(by_start[n.start]) == 1]
    assert len({n.pitch for n in muted if n.velocity < 0.6}) == 1
    assert min(n.pitch for n in notes) >= 36 and max(c[0] for c in chords) < 72
    # a clean guitar's riff is a line
    clean = Score(plan_of("guitar riff", 1)).part("lead")
    assert len({n.start for n in clean}) == len(clean)
