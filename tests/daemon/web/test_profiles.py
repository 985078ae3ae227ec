"""Profiles are added whole or not at all, and each name once."""

import threading
from contextlib import closing

import pytest

from daemon.errors import LibraryError
from daemon.home.places import Places
from daemon.library.library import Library
from daemon.web import profiles as module
from daemon.web.profiles import Profiles


@pytest.fixture
def places(tmp_path):
    made = Places.find(tmp_path)
    with closing(Library(made.library)) as library:
        library.marks.prefer({"theme": "dark"})
    return made


def test_the_first_profile_takes_over_what_was_marked_and_no_name_is_given_twice(places):
    ana = Profiles(places).add("Ana", "correct horse")
    with closing(Library(Profiles(places).library_file(ana))) as hers:
        assert hers.marks.preferences() == {"theme": "dark"}
    with pytest.raises(LibraryError, match="there is a profile 'ana' already"):
        Profiles(places).add("ana", "battery staple")
    assert Profiles(places).all() == [ana] and Profiles(places).check("ana", "correct horse") == ana


def test_a_profile_that_could_not_be_added_whole_leaves_its_name_free(places, monkeypatch):
    def dies(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(module, "_copy_database", dies)
        with pytest.raises(OSError, match="No space"):
            Profiles(places).add("Ana", "correct horse")
    assert Profiles(places).all() == []
    assert Profiles(places).add("Ana", "correct horse").name == "Ana"


def test_of_two_programs_that_add_one_name_at_once_one_has_it(places, monkeypatch):
    at_once, copied = threading.Barrier(2, timeout=30), module._copy_database
    monkeypatch.setattr(module, "_copy_database", lambda *given: (at_once.wait(), copied(*given)))
    told = []

    def add(password):
        try:
            told.append(Profiles(places).add("Ana", password))
        except LibraryError as error:
            told.append(error.code)

    threads = [threading.Thread(target=add, args=(f"password {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (mine,) = [one for one in told if one != "exists"]
    assert "exists" in told and Profiles(places).all() == [mine]
