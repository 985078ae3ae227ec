"""Playing along with a recording, and playing with the user's own sounds."""

import numpy as np
import pytest
import soundfile

from bridge.music import Key
from bridge.request import read_request
from bridge.session import SessionView
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.harmony import read_chord
from daemon.engines.embedded.listen import listen
from daemon.errors import EngineError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle
from tests.daemon.engines.embedded.measures import RATE, mono, share


def quiet(share_, stage):
    pass


def brief(**fields):
    return Brief(
        **{"prompt": "house", "words": "house", "genre": "house", "bpm": 104.0, "bars": 4, **fields}
    )


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Four bars of piano in A minor with known chords."""
    plan = {
        "genre": "pop", "bpm": 104.0, "key": "A minor", "bars": 4, "chords_of": ["i", "VI", "III", "VII"],
        "chords": {"rows": ["x...x...x...x..."], "sound": {"voice": "piano"}},
    }  # fmt: skip
    take = make(brief(plan=plan), 1, quiet)
    path = tmp_path_factory.mktemp("reference") / "piano.wav"
    soundfile.write(path, take.audio, RATE)
    return path


@pytest.mark.slow
def test_accompanies_a_recording_in_its_chords(recording):
    take = make(brief(reference=str(recording), use="accompany", key_name=None), 3, quiet)
    assert set(take.parts) >= {"drums", "bass"} and "lead" not in take.parts
    assert len(take.audio) == brief().frames
    roots = [read_chord(name, Key.parse("Am")).root for name in take.plan["chords_of"]]
    assert roots == [9, 5, 0, 7]


def test_its_bass_strikes_with_the_recording(tmp_path):
    """Kicks on 1, the "and" of 2 and 4: a low strike heard there becomes a bass note or a kick there."""
    rows = {
        "kick": ["X.....X.....X..."],
        "snare": ["....X.......X..."],
        "hat": ["x.x.x.x.x.x.x.x."],
    }
    plan = {"genre": "house", "bpm": 104.0, "key": "A minor", "bars": 4, "drums": {"rows": rows}}
    take = make(brief(plan=plan), 1, quiet)
    path = tmp_path / "drums.wav"
    soundfile.write(path, take.audio, RATE)
    along = make(brief(reference=str(path), use="accompany", key_name="A minor"), 3, quiet)
    assert "drums" not in along.parts and "bass" in along.parts
    row = along.plan["bass"]["rows"][0]
    assert sum(row[step] not in ".-" for step in (0, 6, 12)) >= 2


@pytest.mark.slow
@pytest.mark.parametrize(("bpm", "bars"), [(97.0, 2), (174.0, 2), (95.5, 4), (128.0, 2)])
def test_a_short_break_says_its_tempo_itself(tmp_path, bpm, bars):
    """Dropped without a tempo, it is neither refused nor played along with at the default."""
    rows = {
        "kick": ["X.....x...x....."],
        "snare": ["....X..g....X..."],
        "hat": ["x.x.x.xgx.x.x.x."],
    }
    plan = {
        "genre": "boom bap",
        "bpm": bpm,
        "key": "A minor",
        "bars": bars,
        "drums": {"rows": rows},
    }
    take = make(brief(plan=plan, bpm=bpm, bars=bars), 1, quiet)
    path = tmp_path / "break.wav"
    soundfile.write(path, take.audio, RATE)
    asked = {"prompt": "bass and chords", "reference": str(path), "use": "accompany"}
    along = make(
        settle(read_request(asked.items()), SessionView(), PromptDefaults(), seed=3), 3, quiet
    )
    assert (along.grid.bpm, along.grid.bars) == (pytest.approx(bpm, abs=0.01), bars)


def test_without_a_reference_it_says_what_it_needs():
    with pytest.raises(EngineError, match="reference"):
        listen(brief(use="accompany"))


@pytest.fixture
def folder(tmp_path):
    t = np.arange(round(0.1 * RATE)) / RATE
    kick = np.sin(2 * np.pi * 1000 * t) * np.exp(-t / 0.03)
    soundfile.write(tmp_path / "My_Kick-01.wav", np.concatenate([np.zeros(500), kick]), RATE)
    soundfile.write(
        tmp_path / "Snare Tight.flac", np.sin(2 * np.pi * 3000 * t) * np.exp(-t / 0.02), RATE
    )
    (tmp_path / "bass").mkdir()
    long = np.arange(RATE) / RATE
    soundfile.write(
        tmp_path / "bass" / "deep c2.wav", np.sin(2 * np.pi * 65.406 * long) * 0.8, RATE
    )
    (tmp_path / "notes.txt").write_text("no sound")
    return tmp_path


def test_a_folder_of_one_shots_is_the_kit(folder):
    plan = {
        "genre": "house",
        "bpm": 104.0,
        "key": "A minor",
        "bars": 1,
        "drums": {"rows": {"kick": ["X...X...X...X..."]}},
    }
    own = mono(make(brief(plan=plan, kit=str(folder), bars=1), 1, quiet).audio)
    assert share(own, 900, 1100) > 0.8
    beat = round(60 / 104 * RATE)
    for hit in range(4):
        piece = np.abs(own[hit * beat : hit * beat + 40])
        assert piece.max() > 0.05  # trimmed to its attack, it starts on the beat


def test_a_melodic_sample_is_played_in_tune(folder):
    plan = {
        "genre": "house",
        "bpm": 104.0,
        "key": "A minor",
        "bars": 1,
        "bass": {"rows": ["X---------------"], "sound": "sub"},
    }
    own = mono(make(brief(plan=plan, kit=str(folder), bars=1), 1, quiet).audio)
    hz = np.fft.rfftfreq(1 << 18, 1 / RATE)
    found = hz[np.argmax(np.abs(np.fft.rfft(own[2000:40000] * np.hanning(38000), 1 << 18)))]
    assert abs(1200 * np.log2(found / 55.0)) < 10


def test_a_kit_that_is_no_folder_or_holds_nothing_is_refused(tmp_path):
    with pytest.raises(EngineError, match="no folder"):
        make(brief(kit=str(tmp_path / "gone")), 1, quiet)
    with pytest.raises(EngineError, match="can be told"):
        make(brief(kit=str(tmp_path)), 1, quiet)


def test_a_clip_that_a_kit_plays_states_the_kits_licence(tmp_path):
    click = np.random.default_rng(1).normal(0, 0.1, (2000, 1)).astype(np.float32)
    soundfile.write(tmp_path / "kick.wav", click, RATE)
    files = (str(tmp_path / "kick.wav"),)
    for kit, listed, name in ((str(tmp_path), (), tmp_path.name), ("my kit", files, "my kit")):
        take = make(brief(kit=kit, kit_files=listed, bars=1, instruments=("drums",)), 3, quiet)
        assert take.license == f"CC0-1.0 (notes), {name}: the sounds' own (sounds)"


def test_drums_that_a_kit_lacks_are_told_and_those_that_its_others_stand_for_are_not(folder):
    plan = {
        "genre": "house", "bpm": 104.0, "key": "A minor", "bars": 1,
        "drums": {"rows": {"kick": ["X..............."], "clap": ["....X..........."],
                           "hat": ["x.x.x.x.x.x.x.x."], "shaker": ["x..............."]}},
    }  # fmt: skip
    take = make(brief(plan=plan, kit=str(folder), bars=1), 1, quiet)
    (line,) = [line for line in take.said if "the kit" in line]
    assert line.endswith("has no hat, shaker: the musician's own is heard there")


def test_a_kit_of_which_nothing_is_heard_is_told_and_not_credited(tmp_path):
    clock_s = np.arange(RATE) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 220 * clock_s)
    soundfile.write(tmp_path / "sax lead A3.wav", tone, RATE)
    files = (str(tmp_path / "sax lead A3.wav"),)
    take = make(brief(kit="My Sax", kit_files=files, bars=1, instruments=("drums",)), 3, quiet)
    assert take.license == "CC0-1.0"
    (line,) = [line for line in take.said if "My Sax" in line]
    assert "has no sound for what plays here" in line and line.endswith("it holds lead")
    plain = make(brief(bars=1, instruments=("drums",)), 3, quiet)
    assert np.array_equal(take.audio, plain.audio)


def test_a_bar_of_dotted_quarters_is_the_bar_that_is_asked(tmp_path):
    """Three strokes in a bar of 166.76 bpm are heard as quarters of 222."""
    frames = round(240 / 166.76 * 44100)
    bar = np.zeros(frames, np.float32)
    rng = np.random.default_rng(0)
    for place in (0, 3 / 8, 6 / 8):
        at = round(place * frames)
        end = min(frames, at + 8000)
        bar[at:end] += 0.4 * rng.standard_normal(end - at) * np.exp(-np.arange(end - at) / 1500)
    soundfile.write(tmp_path / "bar.wav", bar, 44100, "FLOAT")
    found = listen(Brief("", "", reference=str(tmp_path / "bar.wav"), use="accompany", bpm=166.76))
    assert found.bars == 1 and found.bpm == 166.76
    assert sorted(np.argsort(found.high)[-3:]) == [0, 6, 12]
