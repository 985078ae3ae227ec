import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.files.whole import PART
from bridge.music import Meter, loop_frames
from daemon.audio.loudness import measure_level, true_peak_db
from daemon.audio.seam import measure_seam
from daemon.audio.sound import Sound
from daemon.audio.wav_record import read_record
from daemon.errors import LibraryError
from daemon.library import render as render_module
from daemon.library.render import render_version
from daemon.library.steps import check_step
from daemon.library.versions import Versions
from daemon.library.work import Work
from tests.helpers.progress import untold

RATE = 44100


def render(home, record, *steps, stems=False, others=None, stretcher="auto"):
    studio = Versions(home.library, home.folder / "versions", stretcher=stretcher)
    task = studio.version_task(record["id"], [check_step(step) for step in steps])
    return render_version(task | {"stems": task["stems"] or stems}, untold)


def sound(record):
    return soundfile.read(record["path"], dtype="float32", always_2d=True)[0]


def digest(record):
    return hashlib.sha256(Path(record["path"]).read_bytes()).hexdigest()


def test_a_tempo_is_exact_in_frames_and_seamless(home, loop):
    made = render(home, loop, {"do": "tempo", "bpm": 97.3})
    assert made["frames"] == len(sound(made)) == loop_frames(2, Meter(), 97.3, RATE)
    assert made["bpm"] == 97.3 and made["bars"] == 2 and made["report"]["after"]["seam"] < 1
    assert "97.3bpm" in Path(made["path"]).name and read_record(made["path"])["edits"] == [
        {"do": "tempo", "bpm": 97.3}
    ]


@pytest.mark.slow
def test_a_version_is_stretched_by_what_the_config_names(home, loop):
    pytest.importorskip("python_stretch")
    first, second = (
        render(home, loop, {"do": "tempo", "bpm": 97.3}, stretcher=name)
        for name in ("auto", "signalsmith")
    )
    assert first["frames"] == second["frames"] == loop_frames(2, Meter(), 97.3, RATE)
    assert second["report"]["after"]["seam"] < 1 and digest(first) != digest(second)


@pytest.mark.slow
def test_tempo_and_key_together_are_one_stretch_and_land_in_the_key(home, loop):
    made = render(home, loop, {"do": "tempo", "bpm": 100}, {"do": "key", "key": "C"})
    assert (made["bpm"], made["key"], made["frames"]) == (
        100.0,
        "C",
        loop_frames(2, Meter(), 100.0, RATE),
    )
    moved = render(home, loop, {"do": "key", "key": "Em"})
    assert moved["frames"] == loop["frames"] and moved["key"] == "Em"


@pytest.mark.slow
def test_a_pitch_is_moved_by_what_was_asked(home, loop):
    """The strongest line of the spectrum of a pure tone, replaced in the clip's file, moves by a fifth."""
    tone = (
        np.sin(2 * np.pi * 440 * np.arange(loop["frames"]) / RATE).astype(np.float32)[:, None] * 0.5
    )
    soundfile.write(loop["path"], np.repeat(tone, 2, axis=1), RATE, subtype="PCM_24")
    made = sound(render(home, loop, {"do": "pitch", "semitones": 7}))[:, 0]
    spectrum = np.abs(np.fft.rfft(made * np.hanning(len(made))))
    assert np.argmax(spectrum) * RATE / len(made) == pytest.approx(440 * 2 ** (7 / 12), rel=0.002)


@pytest.mark.parametrize(
    "step",
    [
        {"do": "reverb", "size_s": 3}, {"do": "delay", "feedback": 0.8}, {"do": "chorus"}, {"do": "filter", "hz": 500}, {"do": "eq", "low_db": 6},
        {"do": "compressor", "ratio": 8}, {"do": "saturation", "drive": 0.8}, {"do": "bitcrush"}, {"do": "slices"}, {"do": "reverse"},
    ],
    ids=lambda step: step["do"],
)  # fmt: skip
def test_on_a_loop_every_effect_goes_round(home, loop, step):
    """As long as before, without a step at its seam; and of a loop that is turned by a bar, the effect turned by a bar."""
    made = render(home, loop, step)
    assert (
        made["frames"] == loop["frames"]
        and made["kind"] == "loop"
        and made["report"]["after"]["seam"] <= 1.01
    )
    assert not np.allclose(sound(made), sound(loop), atol=1e-3)
    if step["do"] in ("reverb", "delay", "filter", "eq"):
        shift = 40000
        straight = sound(made)
        soundfile.write(loop["path"], np.roll(sound(loop), shift, axis=0), RATE, subtype="PCM_24")
        assert (
            np.abs(np.roll(straight, shift, axis=0) - sound(render(home, loop, step))).max() < 2e-3
        )


def test_elsewhere_an_echo_rings_on(home, kick):
    made = render(home, kick, {"do": "delay", "amount": 0.8})
    assert made["frames"] > kick["frames"] + RATE // 4
    assert np.abs(sound(made)[-50:]).max() < 0.01


def test_gain_fades_and_normalising_do_what_they_say(home, loop):
    before = sound(loop)
    assert np.allclose(
        sound(render(home, loop, {"do": "gain", "db": -6})), before * 10 ** (-6 / 20), atol=1e-6
    )
    faded = sound(render(home, loop, {"do": "fade", "in_s": 0.5, "out_s": 0.5}))
    assert np.abs(faded[:20]).max() < 1e-4 and np.abs(faded[-20:]).max() < 1e-4
    assert np.allclose(faded[RATE : 2 * RATE], before[RATE : 2 * RATE], atol=1e-6)
    assert true_peak_db(
        sound(render(home, loop, {"do": "normalise", "peak_db": -3}))
    ) == pytest.approx(-3, abs=0.05)
    loud = render(home, loop, {"do": "gain", "db": 24})
    assert (
        np.abs(sound(loud)).max() <= 1
        and "to full scale: its peaks were over it" in loud["report"]["warnings"][0]
    )


def test_three_bands_move_their_own(home, loop):
    """White noise in the clip's file: what each third-octave gains."""
    noise = np.random.default_rng(0).standard_normal((loop["frames"], 2)).astype(np.float32) * 0.05
    soundfile.write(loop["path"], noise, RATE, subtype="FLOAT")
    made = sound(render(home, loop, {"do": "eq", "low_db": -12, "mid_db": 3, "high_db": 6}))
    gain_db = 10 * np.log10(
        (np.abs(np.fft.rfft(made[:, 0])) ** 2) / (np.abs(np.fft.rfft(noise[:, 0])) ** 2)
    )
    hz = np.fft.rfftfreq(len(noise), 1 / RATE)
    for low, high, wanted in ((30, 60, -12), (900, 1100, 3), (14000, 18000, 6)):
        assert gain_db[(hz > low) & (hz < high)].mean() == pytest.approx(wanted, abs=0.7)


def test_a_section_is_its_bars_and_a_trim_no_loop(home, loop):
    made = render(home, loop, {"do": "section", "bar": 2, "bars": 1})
    assert (
        made["frames"] == loop_frames(1, Meter(), 90.0, RATE)
        and made["bars"] == 1
        and made["report"]["after"]["seam"] <= 1
    )
    middle = slice(RATE // 2, RATE)
    assert np.allclose(sound(made)[middle], sound(loop)[made["frames"] :][middle], atol=1e-6)
    cut = render(home, loop, {"do": "trim", "start_s": 0.5, "end_s": 1.25})
    assert (cut["kind"], cut["bars"], cut["frames"]) == ("sfx", None, round(0.75 * RATE))


def test_slices_are_put_where_they_were_asked(home, loop):
    before = sound(loop)
    same = sound(render(home, loop, {"do": "slices", "per_bar": 4, "order": "1,2,3,4"}))
    assert np.allclose(same, before, atol=1e-6), "slices in their own order are the clip itself"
    quarter = loop["frames"] // 8
    turned = sound(render(home, loop, {"do": "slices", "per_bar": 4, "order": "2,1,0,4"}))
    inner = slice(50, quarter - 300)
    assert np.allclose(turned[:quarter][inner], before[quarter : 2 * quarter][inner], atol=1e-6)
    assert np.abs(turned[2 * quarter : 3 * quarter - 300]).max() == 0
    assert np.allclose(
        turned[5 * quarter : 6 * quarter][inner],
        before[4 * quarter : 5 * quarter][inner],
        atol=1e-6,
    ), "the next block too"


@pytest.mark.slow
def test_stems_are_muted_levelled_alone_and_replaced(home, loop, kick):
    whole = render(home, loop, stems=True)
    stems = {Path(path).stem: soundfile.read(path, always_2d=True)[0] for path in whole["stems"]}
    assert {"drums", "bass"} <= set(stems) and np.abs(
        sum(stems.values()) - sound(loop)
    ).max() < 2e-3
    muted = sound(render(home, loop, {"do": "mute", "stem": "drums"}))
    assert np.abs(muted - (sound(loop) - stems["drums"])).max() < 1e-3
    alone = sound(render(home, loop, {"do": "solo", "stem": "drums"}))
    assert np.abs(alone - stems["drums"]).max() < 2e-3
    assert render(home, loop, {"do": "mute", "stem": "bass"})["stems"] == [], (
        "stems that nobody asked for are not written"
    )
    both = render(home, loop, {"do": "solo", "stem": "drums"}, {"do": "solo", "stem": "bass"})
    assert np.abs(sound(both) - stems["drums"] - stems["bass"]).max() < 2e-3
    other = render(
        home,
        loop,
        {"do": "replace", "stem": "drums", "clip": kick["id"]},
        {"do": "tempo", "bpm": 100},
        stems=True,
    )
    assert other["frames"] == loop_frames(2, Meter(), 100.0, RATE) and len(other["stems"]) == len(
        stems
    )


def test_a_version_in_which_nothing_sounds_is_refused(home, loop):
    parts = [Path(path).stem for path in render(home, loop, stems=True)["stems"]]
    mutes = [{"do": "mute", "stem": part} for part in parts]
    with pytest.raises(LibraryError, match=f"nothing of clip {loop['id']} would sound"):
        render(home, loop, *mutes)


def test_a_clip_is_laid_on_top_at_the_same_tempo(home, loop, kick):
    made = sound(
        render(
            home, loop, {"do": "gain", "db": -12}, {"do": "layer", "clip": kick["id"], "db": -12}
        )
    )
    added = made - sound(loop) * 10 ** (-12 / 20)
    one = sound(kick) * 10 ** (-12 / 20)
    assert np.abs(added[: len(one)] - one).max() < 1e-5 and np.abs(added[len(one) :]).max() < 1e-5
    twice = render(
        home,
        loop,
        {"do": "gain", "db": -12},
        {"do": "layer", "clip": loop["id"]},
        {"do": "tempo", "bpm": 100},
    )
    assert twice["frames"] == loop_frames(2, Meter(), 100.0, RATE)
    assert home.library.path(loop["id"]).is_file()


@pytest.mark.parametrize("kind", ["loop", "sfx"])
def test_a_loudness_is_reached_from_under_the_gate_of_the_meter(kind):
    """Its peak alone was gone by: it came out 20 LU louder than asked."""
    noise = np.random.default_rng(3).standard_normal((2 * RATE, 1)) * 10 ** (-90 / 20)
    work = Work(Sound(noise.astype(np.float32), RATE), kind, 120.0, None, 1, Meter(), None, (), {})
    work.do([{"do": "loudness", "lufs": -30.0}], [])
    level = measure_level(work.sound.audio, RATE, kind == "loop")
    assert level.lufs == pytest.approx(-30, abs=0.05)


def _layered(path, bars, own_bars, bpm, kind="loop"):
    """Silence of `own_bars` bars with a tone of `bars` bars laid on top."""
    frames = loop_frames(bars, Meter(), bpm, RATE)
    turns = round(220 * frames / RATE)
    tone = 0.3 * np.sin(2 * np.pi * turns * np.arange(frames) / frames)
    soundfile.write(path, tone, RATE, subtype="FLOAT")
    layer = {"kind": kind, "bars": bars, "bpm": bpm, "meter": "4/4", "path": str(path)}
    silence = np.zeros((loop_frames(own_bars, Meter(), bpm, RATE), 1), np.float32)
    work = Work(
        Sound(silence, RATE), "loop", bpm, None, own_bars, Meter(), None, (), {"tone": layer}
    )
    work.do([{"do": "layer", "clip": "tone", "db": 0.0}], [])
    return work.sound.audio


@pytest.mark.parametrize(
    ("bars", "own_bars", "bpm"), [(3, 4, 97.3), (4, 3, 101.1), (1, 16, 123.7), (5, 8, 87.9)]
)
def test_a_layer_of_other_bars_leaves_a_loop_that_goes_round(tmp_path, bars, own_bars, bpm):
    made = _layered(tmp_path / "tone.wav", bars, own_bars, bpm)
    assert len(made) == loop_frames(own_bars, Meter(), bpm, RATE)
    assert measure_seam(made).jump <= 1


def test_a_layer_that_is_cut_at_the_end_clicks_nowhere(tmp_path):
    made = _layered(tmp_path / "tone.wav", 5, 4, 97.3, kind="sfx")
    assert measure_seam(made).jump <= 1 and np.abs(made[-200:]).max() > 0.1


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ([{"do": "mute", "stem": "zither"}], "no part 'zither'; it has drums"),
        ([{"do": "section", "bar": 2, "bars": 2}], "bars 2 to 3 of 2"),
        ([{"do": "trim", "start_s": 100, "end_s": 101}], "leaves nothing"),
        ([{"do": "slices", "per_bar": 2, "order": "5"}], "there are 4"),
        ([{"do": "trim", "end_s": 1}, {"do": "section", "bars": 4}], "bars 1 to 4 of 0"),
    ],
)
def test_what_cannot_be_rendered_is_said(home, loop, steps, text):
    with pytest.raises(LibraryError, match=text):
        render(home, loop, *steps)
    assert not list((home.folder / "versions").rglob("*.wav"))


def test_a_one_shot_has_no_tempo_to_change(home, kick):
    for step in (
        {"do": "tempo", "bpm": 100},
        {"do": "key", "key": "C"},
        {"do": "mute", "stem": "drums"},
    ):
        with pytest.raises(LibraryError):
            render(home, kick, step)


@pytest.mark.slow
def test_the_original_stays_as_it_is_through_any_series_of_edits(home, loop):
    before = digest(loop)
    edits, clip = home.library.edits, loop["id"]
    for step in (
        {"do": "section", "bars": 1},
        {"do": "reverb"},
        {"do": "mute", "stem": "bass"},
        {"do": "reverse"},
    ):
        edits.add(clip, step)
        render(home, loop, *edits.steps(clip))
    edits.remove(clip, edits.steps(clip)[0]["id"])
    render(home, loop, *edits.steps(clip))
    for _ in range(5):
        edits.undo(clip)
    assert render(home, loop, *edits.steps(clip))["path"] == loop["path"], (
        "without steps the version is the clip itself"
    )
    assert digest(loop) == before


@pytest.mark.slow
def test_a_version_is_rendered_once_by_a_child_and_published_as_a_clip_of_its_own(home, loop):
    home.library.edits.add(loop["id"], {"do": "tempo", "bpm": 100})

    async def work():
        studio = Versions(home.library, home.folder / "versions")
        try:
            first = await studio.render(loop["id"])
            made = os.stat(first["path"]).st_mtime_ns
            assert os.stat((await studio.render(loop["id"]))["path"]).st_mtime_ns == made
            return await studio.publish(loop["id"], home.crate)
        finally:
            await studio.end()

    new = asyncio.run(work())
    assert (
        new["id"] != loop["id"]
        and new["edited_from"] == loop["id"]
        and Path(new["path"]).is_relative_to(home.crate.folder)
    )
    assert read_record(new["path"])["id"] == new["id"] and home.library.get(new["id"])["bpm"] == 100
    assert home.library.edits.steps(new["id"]) == [], "it starts anew"
    assert not list((home.folder / "versions" / "publishing").iterdir())


KILLED = """
import json, os, signal, sys
task, at = json.loads(sys.argv[1]), int(sys.argv[2])
count = 0
def dying(step):
    def die(*paths, **how):
        global count
        count += 1
        if count == at: os.kill(os.getpid(), signal.SIGKILL)
        step(*paths, **how)
        if count + 100 == at: os.kill(os.getpid(), signal.SIGKILL)
    return die
os.replace, os.link = dying(os.replace), dying(os.link)
from daemon.library.export import export_clip
export_clip(task, lambda *said: None)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_kill_during_an_edit_or_export_leaves_all_whole(home, loop, tmp_path):
    before, target = digest(loop), tmp_path / "out.flac"
    studio = Versions(home.library, home.folder / "versions")
    version = studio.version_task(loop["id"], [check_step({"do": "eq", "low_db": 3})])
    task = json.dumps({"version": version, "format": "flac", "target": str(target), "force": False})
    for at in (
        1,
        2,
        102,
        1,
    ):  # before the WAV's rename, around the version's, and, that being there, before the export's
        done = subprocess.run(
            [sys.executable, "-c", KILLED, task, str(at)], capture_output=True, text=True
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert digest(loop) == before and not target.exists()
        for folder in (home.folder / "versions").glob("*/*"):
            if folder.suffix != PART:
                made = json.loads((folder / "result.json").read_text())
                assert len(sound(made)) == made["frames"]
    assert home.library.get(loop["id"])["id"] == loop["id"]
    subprocess.run([sys.executable, "-c", KILLED, task, "0"], check=True)
    assert soundfile.info(str(target)).frames == loop["frames"] and digest(loop) == before


def test_a_version_that_two_programs_render_at_once_is_made_by_both(home, loop, monkeypatch):
    task = Versions(home.library, home.folder / "versions").version_task(
        loop["id"], [check_step({"do": "eq", "low_db": 3})]
    )
    write, others = render_module.write_clip, []

    def slow(*arguments):
        if not others:
            others.append(None)
            others[0] = render_version(task, untold)
        write(*arguments)

    monkeypatch.setattr(render_module, "write_clip", slow)
    made = render_version(task, untold)
    assert made["path"] == others[0]["path"] and len(sound(made)) == loop["frames"]
    assert [path.name for path in Path(task["folder"]).parent.iterdir()] == [
        Path(task["folder"]).name
    ]


@pytest.mark.slow
def test_a_part_is_moved_to_a_side_and_its_sum_goes_with_it(home, loop):
    """All to the left: both sides of the part sound there, and the rest is as it was."""
    plain = render(home, loop, stems=True)
    made = render(home, loop, {"do": "pan", "stem": "drums", "to": -1}, stems=True)
    before, after = ({Path(path).stem: soundfile.read(path)[0] for path in one["stems"]} for one in (plain, made))  # fmt: skip
    gain = np.abs(after["bass"]).max() / np.abs(before["bass"]).max() if "bass" in after else 1.0
    assert np.abs(after["drums"][:, 1]).max() < 1e-6
    assert np.allclose(after["drums"][:, 0], before["drums"].sum(axis=1) * gain, atol=1e-5)
    assert np.allclose(sum(after.values()), sound(made), atol=2e-3)
