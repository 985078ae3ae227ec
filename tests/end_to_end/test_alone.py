"""The commands without a daemon, and what bad input gets from them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.cli.main import main
from daemon.version import __version__
from tests.helpers.daemon_process import command

KINDS_OF_FILE = ("wav", "flac", "ogg", "mp3", "aiff")


@pytest.fixture
def run(tmp_path):
    environment = {**os.environ, "SIDECRATE_HOME": str(tmp_path / "home")}

    def run(*arguments, code=0, stdin="", stream=None):
        done = command(*arguments, environment=environment, stdin=stdin)
        assert done.returncode == code, (
            f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        assert "Traceback" not in done.stderr
        return getattr(done, stream or ("stderr" if code else "stdout"))

    return run


def test_make_alone_and_several_at_once(run, tmp_path):
    environment = {**os.environ, "SIDECRATE_HOME": str(tmp_path / "home")}
    arguments = [
        sys.executable,
        "-m",
        "daemon.cli",
        "make",
        "clicks",
        "--engine",
        "fake",
        "--bars",
        "1",
        "--json",
    ]
    both = [
        subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    records = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    assert records[0]["id"] != records[1]["id"]
    listed = [json.loads(line) for line in run("clips", "--json").splitlines()]
    assert {record["id"] for record in listed} == {record["id"] for record in records}
    again = json.loads(run("again", records[0]["id"], "--json"))
    assert again["seed"] != records[0]["seed"] and again["engine"] == "fake"


def test_out_writes_there_and_not_over(run, tmp_path):
    out = tmp_path / "mine.wav"
    run("make", "clicks", "--engine", "fake", "--bars", "1", "--bpm", "120", "--out", str(out))
    assert soundfile.info(out).frames == 88200
    assert not (tmp_path / "home" / "crate").exists()
    assert "--force" in run("make", "clicks", "--engine", "fake", "--out", str(out), code=2)
    run(
        "make",
        "clicks",
        "--engine",
        "fake",
        "--bars",
        "2",
        "--bpm",
        "120",
        "--out",
        str(out),
        "--force",
    )
    assert soundfile.info(out).frames == 176400


def test_out_may_be_a_folder_that_is_not_there_yet(run, tmp_path):
    make = ("make", "clicks", "--engine", "fake", "--bars", "1", "--bpm", "120", "--out")
    run(*make, f"{tmp_path}/new/")
    (made,) = (tmp_path / "new").iterdir()
    assert made.name.startswith("clicks_120bpm_") and made.suffix == ".wav"
    run(*make, str(tmp_path / "new"))
    assert len(list((tmp_path / "new").iterdir())) == 2
    assert "end it in /" in run(*make, str(tmp_path / "other"), code=2)


def test_notes_and_analyses_of_the_file_before_are_named(run, tmp_path):
    make = ("make", "clicks", "--engine", "fake", "--bars", "1", "--bpm", "120", "--force")
    for name in ("mine.wav", "mine.wav.asd"):
        (tmp_path / name).write_text("old")
    said = run(*make, "--out", str(tmp_path / "mine.wav"))
    assert "note: beside it: mine.wav.asd" in said
    assert (tmp_path / "mine.wav.asd").read_text() == "old"


def test_what_lies_beside_out_is_not_written_over_either(run, tmp_path):
    out, mine = tmp_path / "mine.wav", tmp_path / "mine.mid"
    mine.write_text("a user's own notes")
    make = ("make", "house loop", "--bars", "1", "--bpm", "120", "--out", str(out))
    said = run(*make, code=1)
    assert "mine.mid is there already" in said and "--force" in said
    assert mine.read_text() == "a user's own notes" and not out.exists(), "all of a clip or nothing"
    run(*make, "--force")
    assert soundfile.info(out).frames == 88200 and mine.read_bytes().startswith(b"MThd")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "mine.mid",
        "mine.wav",
    ]


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    """Nine seconds of strokes at 120 bpm in each kind of file, by ending."""
    folder = tmp_path_factory.mktemp("takes")
    for suffix in KINDS_OF_FILE:
        rate = 22050 if suffix != "mp3" else 44100
        t = np.arange(rate * 9) / rate
        audio = sum(
            np.where(
                t >= k * 0.5,
                np.exp(-np.maximum(t - k * 0.5, 0) * 30)
                * np.sin(2 * np.pi * (70 if k % 4 == 0 else 300) * t),
                0,
            )
            for k in range(18)
        )
        soundfile.write(folder / f"take.{suffix}", 0.4 * np.stack([audio, audio], axis=1), rate)
    return {suffix: folder / f"take.{suffix}" for suffix in KINDS_OF_FILE}


def test_look_reads_every_kind_of_file(run, takes):
    said = run("look", *map(str, takes.values()), "--json").splitlines()
    assert len(said) == len(takes)
    for line in said:
        assert json.loads(line)["bpm"] == pytest.approx(120, abs=0.5)


def test_fit_reads_every_kind_of_file(run, tmp_path, takes):
    files, out = map(str, takes.values()), tmp_path / "out"
    said = run("fit", *files, "--bpm", "123", "--bars", "2", "--out", f"{out}/", "--json")
    records = [json.loads(line) for line in said.splitlines()]
    assert len({record["path"] for record in records}) == len(takes)
    for record in records:
        frames = round(2 * 4 * 60 / 123 * record["sample_rate"])
        assert record["frames"] == frames == soundfile.info(record["path"]).frames


BAD = [
    (["make", ""], "prompt", "4,000"),
    (["make", "x" * 4001], "prompt", "4,000"),
    (["make", "x", "--bpm", "0"], "bpm", "40 to 300"),
    (["make", "x", "--bpm", "-5"], "bpm", "40 to 300"),
    (["make", "x", "--bpm", "1e9"], "'1e9'", "40 to 300"),
    (["make", "x", "--bpm", "nan"], "bpm", "40 to 300"),
    (["make", "x", "--bpm", "fast"], "'fast'", "40 to 300"),
    (["make", "x", "--key", "H#"], "'H#'", "F# minor"),
    (["make", "x", "--bars", "0"], "bars", "1 to 64"),
    (["make", "x", "--engine", "embeded"], "'embeded'", "did you mean embedded"),
    (["make", "x", "--bmp", "90"], "--bmp", "--help"),
    (["fit", "nothing.wav"], "nothing.wav", "audio file"),
    (["fit", "."], "is a folder", "audio file"),
    (["look", "nothing.wav"], "nothing.wav", ""),
    (["clips", "--bpm", "130-120"], "130-120", "ends below its beginning"),
    (["clips", "--kind", "loops"], "loops", "there are loop, oneshot, track"),
    (["clips", "--collection", "nothing"], "nothing", "there is no collection"),
    (["perform", "nothing.json"], "nothing.json", "cannot be read (No such file"),
    (["keep", "zzzz"], "'zzzz'", "sidecrate clips"),
    (["open", "nonsense"], "'nonsense'", "crate, inbox, state, config"),
    (["tempo", "9999"], "9999", "40 to 300"),
    (["nonsense"], "nonsense", "--help"),
    (["make", "x", "--kit", "nowhere"], "nowhere", "folder"),
    (["make", "x", "--reference", "nowhere.wav"], "nowhere.wav", "audio file"),
]


def test_a_sound_is_never_named_as_notes_nor_notes_as_a_sound(run, tmp_path):
    hit = ("make", "kick", "--seed", "1", "--out", str(tmp_path / "kick.mid"))
    assert "kick.wav, and not kick.mid" in run(*hit)
    notes = ("make", "house bass", "--kind", "midi", "--bars", "1", "--out")
    run(*notes, str(tmp_path / "bass.wav"))
    heads = {one.name: one.read_bytes()[:4] for one in tmp_path.iterdir() if one.is_file()}
    assert heads == {"kick.wav": b"RIFF", "bass.mid": b"MThd"}
    # --force was said of the name that was given, and not of this one
    (tmp_path / "kick.wav").write_bytes(b"mine")
    assert "kick.wav is there already" in run(*hit, "--force", code=1)
    assert (tmp_path / "kick.wav").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("arguments", "names", "says"),
    BAD,
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_bad_input_is_one_line_that_names_value_range_and_fix(
    monkeypatch, capsys, arguments, names, says
):
    # within this process, by the command's own entry point: that its codes and lines reach the outside is tried further below
    monkeypatch.setattr(sys, "argv", ["sidecrate", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    not_there = arguments[0] in ("look", "keep") or "--collection" in arguments
    assert ended.value.code == (1 if not_there else 2)
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1, said
    assert names in said and says in said


def test_bad_usage_and_the_version_are_said_to_other_programs(run):
    assert run("make", "x", "--bmp", "90", code=2).startswith("No such option: --bmp")
    assert run("keep", "zzzz", code=1).count("\n") == 1
    assert run("--version") == f"Sidecrate {__version__}\n"
    said = run("--version", "--licences")
    assert said.startswith(f"Sidecrate {__version__}\n") and "soxr" in said
    assert run("status").startswith(f"Sidecrate {__version__}; no daemon runs")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("broken.wav", b"RIFF\x24\0\0\0WAVEfmt nonsense", "broken.wav"),
        ("empty.wav", b"", "empty"),
        ("text.wav", b"this is no audio at all, only words" * 50, "text.wav"),
    ],
)
def test_files_that_are_no_audio(run, tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    said = run("fit", str(path), "--bpm", "120", code=1)
    assert says in said and len(said.strip().splitlines()) == 1


def test_what_no_engine_takes_is_refused_not_left_out(run):
    assert "not vocal" in run("make", "x", "--lyrics", "la la la", code=1)
    said = run("make", "x", "--kind", "loop", "--lyrics", "la la la", code=1)
    assert "lyrics" in said and "embedded" in said
    assert "makes loop, one-shot, sfx, not track" in run(
        "make", "x", "--engine", "fake", "--kind", "track", code=1
    )


def test_silent_and_tiny_files_are_said(run, tmp_path):
    for name, audio, word in (
        ("silent.wav", np.zeros(44100 * 4), "silent"),
        ("tiny.wav", np.random.default_rng(1).normal(0, 0.1, 900), "short"),
    ):
        path = tmp_path / name
        soundfile.write(path, audio, 44100)
        assert word in run("fit", str(path), "--bpm", "120", "--strict", code=1)


def test_what_is_wrong_in_the_config_is_said(run, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.yaml").write_text("osc: {prot: 1}\n")
    assert "did you mean port" in run("make", "x", code=2)
    assert "did you mean port" in run("doctor", "--json", code=1, stream="stdout")


def test_doctor_names_each_part(run, tmp_path):
    (tmp_path / "home").mkdir()
    # whoever runs the tests may have a daemon of their own on the usual port
    (tmp_path / "home" / "config.yaml").write_text("osc: {port: 0}\n")
    lines = [json.loads(line) for line in run("doctor", "--json").splitlines()]
    names = {line["name"] for line in lines}
    assert {
        "config",
        "crate",
        "inbox",
        "state",
        "database",
        "daemon",
        "engine embedded",
        "midi",
        "sound",
        "stretcher",
    } <= names
    assert all(line["verdict"] in ("ok", "note") for line in lines)


def test_look_hears_a_clip_that_is_named_as_elsewhere(run):
    clip = json.loads(run("make", "house loop", "--bars", "1", "--seed", "3", "--json"))
    for named in ("last", clip["id"]):
        assert f"{clip['bpm']:.2f} bpm (sure 100%)" in run("look", named)
    notes = json.loads(run("make", "house bass", "--bars", "1", "--kind", "midi", "--json"))
    assert f"clip {notes['id']} is notes alone" in run("look", "last", code=1)


def test_ask_reads_lines_and_acts_on_the_newest_clip(run):
    out = run("ask", stdin="engine: fake\nclicks 120 bpm 1 bar\na\n?\nk\nq\n")
    assert out.count("fake, seed") == 2
    kept = Path(out.strip().splitlines()[-1])
    assert kept.is_file() and kept.parent.name == "Kept"


def test_open_says_where_things_are(run, tmp_path):
    assert run("open").strip() == str(tmp_path / "home" / "crate")
    config = run("open", "config").strip()
    assert Path(config).read_text().startswith("# Sidecrate's settings")


def test_play_says_why_there_is_no_sound(run, tmp_path):
    soundfile.write(tmp_path / "x.wav", np.zeros(100), 44100)
    said = command("play", str(tmp_path / "x.wav"), environment={**os.environ})
    assert said.returncode in (0, 1) and "Traceback" not in said.stderr
    if said.returncode:
        assert "sound device" in said.stderr or "PortAudio" in said.stderr


def drums(beats, bpm, rate=44100, seed=1):
    """Kick and hat on quarters, the kick of the first beat of each bar louder; exactly `beats` long."""
    step = 60 / bpm
    t = np.arange(round(beats * step * rate)) / rate
    rng = np.random.default_rng(seed)
    audio = np.zeros(len(t))
    for k in range(beats):
        since = np.maximum(t - k * step, 0)
        hit = np.sin(2 * np.pi * 55 * since) if k % 2 == 0 else rng.normal(0, 0.4, len(t))
        audio += np.where(t >= k * step, hit * np.exp(-since * 25), 0) * (
            1.0 if k % 4 == 0 else 0.6
        )
    return (0.5 * audio).astype(np.float32)


def test_a_file_of_whole_bars_keeps_them(run, tmp_path):
    soundfile.write(tmp_path / "mine.wav", drums(16, 120), 44100)
    record = json.loads(
        run(
            "fit",
            str(tmp_path / "mine.wav"),
            "--bpm",
            "100",
            "--out",
            str(tmp_path / "out.wav"),
            "--json",
        )
    )
    assert (record["bars"], record["words"]) == (4, "mine")
    assert abs(record["report"]["found"]["downbeat_s"]) < 0.03


def test_less_than_a_bar_is_repeated_not_left_silent(run, tmp_path):
    soundfile.write(tmp_path / "half.wav", drums(2, 120), 44100)
    out = tmp_path / "out.wav"
    order = ("fit", str(tmp_path / "half.wav"), "--bpm", "120", "--bars", "1", "--out", str(out))
    assert "its one beat was repeated to fill 1" in run(*order)
    audio, _ = soundfile.read(out)
    halves = [float(np.abs(half).max()) for half in np.array_split(audio, 4)]
    assert min(halves) > 0.05, halves
