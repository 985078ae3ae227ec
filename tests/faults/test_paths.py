"""What a request may read: paths inside allowed folders, links followed; network, device and URL paths before any file call."""

import os
from pathlib import Path

import pytest

from bridge.errors import RequestError
from bridge.request import FIELDS, Request
from daemon.briefing.allowed_folders import AllowedFolders
from daemon.engines.embedded.kit import read_kit
from daemon.errors import EngineError
from tests.faults.asker import Asker
from tests.helpers.daemon_process import CONFIG


@pytest.mark.parametrize("field", ["reference", "kit"])
@pytest.mark.parametrize(
    "path",
    [
        "\\\\host\\share\\a.wav", "//host/share/a.wav", "\\/host/a.wav", "/\\host/a.wav", "\\\\?\\C:\\a.wav", "\\\\.\\pipe\\x", "http://host/a.wav",
        "file:///etc/passwd", "file:/etc/passwd", "FILE:a", "smb://host/a", "smb:host", "data:audio/wav;base64,AAAA", "/dev/zero", "/dev/snd/x",
        "/proc/self/environ", "/sys/x", "/dev", "a\nb.wav", "a\0b.wav",
    ],
)  # fmt: skip
def test_foreign_paths_are_refused_before_any_file_call(field, path, monkeypatch):
    for call in ("stat", "lstat", "open", "listdir", "scandir"):
        monkeypatch.setattr(os, call, lambda *given: pytest.fail(f"{given} was touched"))
    with pytest.raises(RequestError):
        FIELDS[field].check(path)


@pytest.mark.parametrize(
    "path",
    [
        "guitar.wav",
        "C:\\Samples\\a.wav",
        "/home/me/dev/proc/a.wav",
        "~/a.wav",
        "Take: two.wav",
        "aux.wav",
    ],
)
def test_plain_paths_are_taken(path):
    assert FIELDS["reference"].check(path) == path


def test_what_lies_outside_is_refused_links_followed(tmp_path, monkeypatch):
    home, drive, other = tmp_path / "home", tmp_path / "drive", tmp_path / "other"
    for folder in (home / ".ssh", home / "Music", drive, other):
        folder.mkdir(parents=True)
    (other / "x.wav").write_bytes(b"x")
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.setattr(
        "daemon.briefing.allowed_folders.tempfile.gettempdir", lambda: str(tmp_path / "nowhere")
    )
    (home / "Music" / "link.wav").symlink_to(other / "x.wav")
    (home / "Music" / "folder").symlink_to(other)
    allowed = AllowedFolders([home / ".state" / "recordings"], [str(drive)])
    for inside in (
        home / "Music" / "a.wav",
        drive / "kits" / "a.wav",
        home / ".state" / "recordings" / "r.wav",
    ):
        allowed.check(Request({"reference": str(inside)}))
    outside = (
        other / "x.wav", home / "Music" / "link.wav", home / "Music" / "folder" / "x.wav", home / ".ssh" / "id.wav", home / ".." / "other" / "x.wav",
        Path("/etc/passwd"), Path("~nobody-of-this-name"), Path("~nobody-of-this-name/x"), drive.with_name("drive-2") / "a.wav",
    )  # fmt: skip
    for path in outside:
        with pytest.raises(RequestError, match=r"^kit: .*files\.allow"):
            allowed.check(Request({"kit": str(path)}))
        # the file of `fit FILE` stands on its line by no field's name
        with pytest.raises(RequestError, match=r"^[^:]*lies outside.*files\.allow"):
            allowed.check(Request({"reference": str(path)}), "fit")


def test_a_folder_is_known_by_what_it_is_and_not_by_its_letters(tmp_path, monkeypatch):
    home, drive = tmp_path / "Users" / "me", tmp_path / "Drive"
    for folder in (home / ".ssh", home / "Music", drive):
        folder.mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.setattr(
        "daemon.briefing.allowed_folders.tempfile.gettempdir", lambda: str(tmp_path / "nowhere")
    )
    stat = os.stat

    def of_any_case(path, **how):
        """As on macOS, where a file system takes upper and lower case for the same."""
        spelled = (
            str(path)
            .replace(f"{tmp_path}/users/ME", str(home))
            .replace(f"{tmp_path}/drive", str(drive))
        )
        return stat(spelled, **how)

    monkeypatch.setattr(os, "stat", of_any_case)
    allowed = AllowedFolders([], [str(drive)])
    for inside in ("users/ME/Music/a.wav", "drive/a.wav", "Users/me/a.wav"):
        allowed.check(Request({"reference": str(tmp_path / inside)}))
    for outside in ("users/ME/.ssh/id.wav", "users/you/a.wav", "drive-2/a.wav"):
        with pytest.raises(RequestError, match=r"files\.allow"):
            allowed.check(Request({"reference": str(tmp_path / outside)}))


def test_a_clips_or_collections_name_is_no_path(monkeypatch, tmp_path):
    monkeypatch.chdir("/")
    AllowedFolders([tmp_path], []).check(Request({"reference": "k3f9", "kit": "my drums"}))


def test_the_daemon_refuses_what_lies_outside_at_its_doors(start_daemon):
    daemon = start_daemon()
    asker = Asker(daemon.places)
    assert asker.ask("a", prompt="drums", kit="/usr") == "" and "files.allow" in asker.refused["a"]
    asker.close()
    (daemon.places.inbox / "x.txt").write_text("reference: /etc/passwd\n")
    from tests.helpers.daemon_process import wait_until

    answer = daemon.places.inbox / "failed" / "x.txt.error.txt"
    wait_until(answer.exists, 20)
    assert "files.allow" in answer.read_text()


def test_a_folder_of_the_config_is_allowed(start_daemon):
    daemon = start_daemon(config=CONFIG + "files: {allow: [/usr]}\n")
    asker = Asker(daemon.places)
    asker.ask("a", prompt="drums", kit="/usr/no such folder")
    assert "there is no folder" in asker.refused["a"]
    asker.close()


def test_a_kit_has_two_levels_and_2000_files(tmp_path):
    deep = tmp_path / "one" / "two"
    deep.mkdir(parents=True)
    (deep / "kick.wav").write_bytes(b"x")
    with pytest.raises(EngineError, match="in 0 files"):
        read_kit(str(tmp_path), 44100)
    outside = tmp_path.with_name(tmp_path.name + "-outside")
    outside.mkdir()
    (outside / "snare.wav").write_bytes(b"x")
    (tmp_path / "linked").symlink_to(outside)
    with pytest.raises(EngineError, match="in 0 files"):
        read_kit(str(tmp_path), 44100)
    for n in range(2001):
        (tmp_path / "one" / f"{n}.txt").touch()
    with pytest.raises(EngineError, match="more than 2,000 files"):
        read_kit(str(tmp_path), 44100)
