"""What the page says of the DAWs on this machine."""

from daemon.home.places import Places
from daemon.install import folders
from daemon.install.daws import install
from daemon.install.found import daw_rows


def test_a_daw_is_found_installed_for_and_its_changed_file_seen(tmp_path, monkeypatch):
    places = Places.find(tmp_path / "home")
    resources = tmp_path / "REAPER"
    resources.mkdir()
    monkeypatch.setattr(folders.platformdirs, "user_config_dir", lambda *_, **__: str(resources))
    row = {row["name"]: row for row in daw_rows(places, ["osc", "link:1"])}
    assert row["reaper"]["found"] and row["reaper"]["state"] == "none"
    assert row["reaper"]["heard"] == ["osc"] and row["bitwig"]["heard"] == ["link:1"]
    assert not row["ableton"]["found"] and "User Library" in row["ableton"]["why"]
    done = install(places, "reaper", None)
    assert [str(path) for path in done.files] == row["reaper"]["files"], "as it was shown before"

    def state() -> str:
        return {row["name"]: row["state"] for row in daw_rows(places, [])}["reaper"]

    assert state() == "ok"
    done.files[0].write_text("mine")
    assert state() == "other"
    done.files[0].unlink()
    assert state() == "gone"
