import shutil
import time

import pytest

from daemon.brief import Brief
from daemon.clip.make import make_clip
from daemon.crate.crate import Crate
from daemon.engines.embedded import INFO as EMBEDDED
from daemon.jobs.database import Database
from daemon.library.library import Library
from tests.helpers.progress import untold


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A loop of two bars and a kick, as a worker makes them: {kind: (record, folder)}; made once."""
    clips = {}
    for clip, brief in {
        "ldrp": Brief(
            "dusty boom bap",
            "dusty boom bap",
            bpm=90.0,
            key_name="Am",
            bars=2,
            seed=5,
            genre="boom bap",
        ),
        "kckd": Brief("kick", "kick", kind="oneshot", seed=5),
    }.items():
        folder = tmp_path_factory.mktemp(clip)
        task = {"brief": brief.to_json(), "request": {"prompt": brief.prompt}, "job": "", "clip": clip, "k": 0, "created": time.time(),
                "folder": str(folder / "clip"), **EMBEDDED.for_child()}  # fmt: skip
        clips[brief.kind] = (make_clip(task, untold), folder / "clip")
    return clips


class Home:
    """A crate with its record and its library."""

    def __init__(self, folder):
        self.folder = folder
        self.jobs = Database(folder / "sidecrate.db")
        self.crate = Crate(folder / "crate", "{kind}", self.jobs)
        self.library = Library(folder / "library.db")

    def publish(self, made, kind):
        record, source = made[kind]
        published = self.crate.publish(dict(record), source)
        self.crate.restore(published)
        self.library.arrivals.catch_up(self.jobs)
        return published

    def close(self):
        self.library.close()
        self.jobs.close()

    def lose_databases(self):
        self.close()
        for path in [*self.folder.glob("sidecrate.db*"), *self.folder.glob("library.db*")]:
            path.unlink()
        self.__init__(self.folder)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "h")
    yield home
    home.close()
    shutil.rmtree(home.folder)


@pytest.fixture
def loop(home, made):
    """The published loop's record."""
    return home.publish(made, "loop")


@pytest.fixture
def kick(home, made):
    return home.publish(made, "oneshot")
