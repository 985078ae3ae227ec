"""One project that is broken keeps nobody from the others."""

import pytest

from daemon.errors import ServiceError
from daemon.project.shelf import Shelf, default_text
from daemon.project.wishes import FILE

TEXT = default_text("dusty boom bap, 88 bpm", 2, 8.0)


def begin(folder, name, text=TEXT, encoding="utf-8"):
    place = folder / name
    place.mkdir()
    (place / FILE).write_text(text, encoding=encoding)
    return place


def test_all_projects_are_shown_whatever_one_of_them_holds(tmp_path):
    begin(tmp_path, "good")
    begin(tmp_path, "Night (live)")
    begin(tmp_path, ".hidden")
    begin(tmp_path, "latin", TEXT.replace("dusty", "caf\xe9"), "latin-1")
    (begin(tmp_path, "torn") / ".made.json").write_text("[[")
    found = {one["name"]: one for one in Shelf(tmp_path).all()}
    assert set(found) == {"good", "latin", "torn"}
    assert found["good"]["faults"] == []
    assert "no UTF-8" in found["latin"]["faults"][0] and "caf" in found["latin"]["text"]
    assert "delete it" in found["torn"]["faults"][0]


@pytest.mark.parametrize("name", ["con", "Aux.old", "com1", "a/b", "..", "", "night.", "x" * 61])
def test_a_name_is_one_that_every_system_takes(tmp_path, name):
    with pytest.raises(ServiceError, match="cannot name a folder"):
        Shelf(tmp_path).new(name, TEXT)
    assert list(tmp_path.iterdir()) == []
