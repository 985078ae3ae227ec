"""What must hold of a home after whatever happened to it: every accepted job ended once, no clip twice, none partial."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import soundfile

from daemon.home.places import Places

ENDED = {"done", "failed", "cancelled"}
#: Endings that a file bears only while it is written.
UNDER_WAY = (".part", ".sidecrate-part", ".tmp")


def audit(places: Places) -> list[str]:
    """Everything that is wrong with a home whose daemon has started anew and come to rest; empty when nothing is."""
    with closing(sqlite3.connect(f"{places.database.absolute().as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        faults = [
            f"database: {row[0]}" for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"
        ]
        jobs = db.execute("SELECT id, state, ended FROM jobs").fetchall()
        clips = db.execute("SELECT * FROM clips").fetchall()
    faults += [
        f"job {row['id']} is {row['state']}"
        for row in jobs
        if row["state"] not in ENDED or row["ended"] is None
    ]
    faults += [
        f"clip {row['id']} of job {row['job']} is {row['state']}"
        for row in clips
        if row["state"] not in ENDED
    ]
    done = [row for row in clips if row["state"] == "done"]
    paths = Counter(row["path"] for row in done)
    faults += [f"{path} stands for {count} clips" for path, count in paths.items() if count > 1]
    faults += [
        f"clip {row['id']}: {fault}"
        for row in done
        if (fault := partial(Path(row["path"]), json.loads(row["record"])))
    ]
    shown = {
        str(path) for path in places.crate.rglob("*.wav") if not {"Stems", "Kept"} & set(path.parts)
    }
    faults += [f"{path} is in the crate and in no record" for path in sorted(shown - set(paths))]
    faults += [f"{path} was left over" for path in left_over(places)]
    return faults


def partial(path: Path, record: dict[str, object]) -> str:
    """Why a published WAV is not whole; empty when it is."""
    try:
        found = soundfile.info(path).frames
    except Exception as error:
        return f"{path} cannot be read ({error})"
    return "" if found == record["frames"] else f"{path} has {found} frames, not {record['frames']}"


def left_over(places: Places) -> list[Path]:
    """Temporary files, and folders of work that nobody will do any more."""
    folders = (places.state, places.crate, places.inbox)
    found = [
        path for folder in folders for path in folder.rglob("*") if path.name.endswith(UNDER_WAY)
    ]
    return found + (list(places.jobs.iterdir()) if places.jobs.is_dir() else [])


class Watcher:
    """Looks at a crate as a DAW's browser does, and opens every WAV that it sees for the first time."""

    def __init__(self, crate: Path) -> None:
        self.broken: list[str] = []
        self.seen: set[Path] = set()
        self._crate, self._stop = crate, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._stop.wait(0.02):
            for path in set(self._crate.rglob("*.wav")) - self.seen:
                self.seen.add(path)
                try:
                    if soundfile.info(path).frames <= 0:
                        self.broken.append(f"{path} is empty")
                except Exception as error:
                    self.broken.append(f"{path}: {error}")

    def stop(self) -> list[str]:
        self._stop.set()
        self._thread.join()
        return self.broken
