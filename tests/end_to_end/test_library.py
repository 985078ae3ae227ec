"""The library as a user meets it: the command line beside a running daemon, and a folder that the user tidies by hand."""

import json
import zipfile
from pathlib import Path

import soundfile
from typer.testing import CliRunner

from daemon.cli.app import app
from tests.helpers.daemon_process import wait_until


def listed(daemon, *options):
    """As the command prints them; within this process, for it is asked often."""
    done = CliRunner().invoke(
        app, ["clips", "--json", *options], env=daemon.environment, catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_clips_are_found_marked_edited_collected_exported_and_moved(start_daemon, tmp_path):
    daemon = start_daemon()
    daemon.command("make", "dusty boom bap 90 bpm Am", "--bars", "1", "--tags", "vinyl")
    daemon.command("make", "kick", "--count", "2")
    loop = listed(daemon, "--kind", "loop")[0]
    original = Path(loop["path"]).read_bytes()
    assert [
        clip["id"]
        for clip in listed(
            daemon, "--search", "dus", "--bpm", "85-95", "--key", "C", "--compatible"
        )
    ] == [loop["id"]]
    assert len(listed(daemon, "--kind", "oneshot", "--similar", loop["id"])) == 2 and listed(
        daemon, "--tag", "vinyl"
    ) == [loop]

    version = json.loads(daemon.command("edit", loop["id"], "a bit faster and darker", "--json"))
    assert version["bpm"] == 93 and [step["do"] for step in version["steps"]] == ["tempo", "eq"]
    changed = json.loads(
        daemon.command(
            "edit", loop["id"], "--set", version["steps"][1]["id"], "high_db=-9", "--json"
        )
    )
    assert [step["do"] for step in changed["steps"]] == ["tempo", "eq"] and changed["steps"][1][
        "high_db"
    ] == -9
    daemon.command("edit", loop["id"], "--remove", version["steps"][0]["id"])
    published = json.loads(daemon.command("edit", loop["id"], "--publish", "--json"))
    assert (
        Path(published["path"]).parent == Path(loop["path"]).parent
        and Path(loop["path"]).read_bytes() == original
    )

    daemon.command("mark", loop["id"], "--favourite", "--rating", "4")
    assert [clip["id"] for clip in listed(daemon, "--favourite", "--rating", "3")] == [loop["id"]]
    daemon.command("collect", "My Kit", "last")
    daemon.command("collect", "My Kit", loop["id"], "--first")
    out = tmp_path / "out"
    out.mkdir()
    assert (
        soundfile.info(
            daemon.command("export", loop["id"], "--as", "mp3", "--out", str(out)).strip()
        ).format
        == "MP3"
    )
    with zipfile.ZipFile(daemon.command("export", "my kit", "--out", str(out)).strip()) as pack:
        assert "my-kit/manifest.csv" in pack.namelist()
    soundfile.write(tmp_path / "mine_120bpm.wav", [0.1, -0.1] * 44100, 44100)
    assert (
        json.loads(daemon.command("add", str(tmp_path / "mine_120bpm.wav"), "--json"))["kind"]
        == "loop"
    )

    new = Path(loop["path"]).with_name("my own name.wav")
    Path(loop["path"]).rename(new)
    wait_until(lambda: listed(daemon, "--favourite")[0]["path"] == str(new), what="the new name")
    daemon.kill()
    for path in daemon.places.state.glob("*.db*"):
        path.unlink()
    daemon.start()
    wait_until(
        lambda: {clip["id"] for clip in listed(daemon)} >= {loop["id"], published["id"]},
        what="the rebuilt library",
    )
    assert len(listed(daemon)) == 5 and new.read_bytes() == original
    assert [clip["rating"] for clip in listed(daemon, "--favourite")] == [4], (
        "people's marks outlive the database"
    )
    assert [
        json.loads(line)["id"]
        for line in daemon.command("collect", "my kit", "--json").splitlines()
    ][:1] == [loop["id"]]
