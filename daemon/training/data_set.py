"""The sounds that an engine is taught from: found, made ready, and what was left out with why."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bridge.files.whole import write_whole
from daemon.audio.files import read_audio
from daemon.engines.mine.model import Role, learn_role
from daemon.engines.mine.roles import role_in
from daemon.engines.mine.shape import shape_of, spectrum_of
from daemon.engines.mine.sounds import Sound, prepared, whole
from daemon.errors import AudioError, EngineError

ENDINGS = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3")
#: Below this many one-shots nothing can be learnt.
LEAST_SOUNDS = 20
#: Files that are looked at, and sounds of one role that are used.
MOST_FILES = 50_000
MOST_OF_ROLE = 400
#: The role of a sound whose name says none. Hearing it was tried: a third was right.
UNNAMED = "sound"
#: A longer file is a loop or a song.
_MOST_S = 6.0
#: Two sounds nearer than this (dB a cell) are one, and clipped ones have this share of full frames.
_DOUBLE_DB = 1.0
_CLIPPED_SHARE = 0.02
#: Files between two notes on how far it is, which a killed training goes on from.
_NOTE_EVERY = 25

Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class Found:
    """One file's sound: its path, role, and the hash of its file."""

    path: Path
    role: str
    digest: str
    sound: Sound


@dataclass
class DataSet:
    """What was taken, and the files that were not, by why."""

    taken: list[Found] = field(default_factory=list)
    left_out: dict[str, list[Path]] = field(default_factory=dict)

    def leave_out(self, path: Path, why: str) -> None:
        self.left_out.setdefault(why, []).append(path)

    @property
    def digest(self) -> str:
        """One hash for all sounds, whatever their order and names."""
        return hashlib.sha256(
            "".join(sorted(one.digest for one in self.taken)).encode()
        ).hexdigest()

    def counts(self) -> Counter[str]:
        return Counter(one.role for one in self.taken)

    def lines(self) -> list[str]:
        """What was taken and what not, for people, a line each."""
        roles = ", ".join(f"{count} {role}" for role, count in self.counts().most_common())
        said = [f"takes {len(self.taken)} sounds: {roles}"]
        if unnamed := self.counts()[UNNAMED]:
            said.append(
                f"{unnamed} say no role, as kick or snare, in the names of file and folder: they"
                f" are one role, called {UNNAMED}"
            )
        for why, paths in self.left_out.items():
            names = ", ".join(path.name for path in paths[:3])
            said.append(
                f"leaves out {len(paths)}: {why} ({names}{', ...' if len(paths) > 3 else ''})"
            )
        return said


def files_of(folder: Path) -> list[Path]:
    """Every audio file of a folder, in order. EngineError where there are too many, or none."""
    if not folder.is_dir():
        raise EngineError(
            f"{folder} is no folder here; name the folder of your sounds", "bad_request"
        )
    found: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file():
            found.append(path)
        if len(found) > MOST_FILES:
            raise EngineError(
                f"{folder} has more than {MOST_FILES:,} sounds; name a smaller folder, as that of"
                " one kit or one year",
                "bad_request",
            )
    if not found:
        kinds = ", ".join(ending.removeprefix(".").upper() for ending in ENDINGS)
        raise EngineError(f"{folder} has no sounds ({kinds})", "bad_request")
    return found


def gather(files: Iterable[Path], notes: Path, tell: Tell) -> DataSet:
    """Read and sort the sounds. notes: a folder in which a killed run leaves what it has read."""
    files = list(files)
    data, read = DataSet(), _Notes(notes)
    for number, path in enumerate(files):
        if number % _NOTE_EVERY == 0:
            read.flush()
            tell(number / len(files), f"{number} of {len(files)} files read")
        why, found = read.known(path)
        if found is None and not why:
            why, found = _read(path)
            read.add(path, why, found)
        if found is None:
            data.leave_out(path, why)
        else:
            data.taken.append(found)
    read.flush()
    _without_doubles(data)
    _without_too_many(data)
    return data


def _read(path: Path) -> tuple[str, Found | None]:
    """A file's sound, or why it is left out."""
    try:
        audio, rate = read_audio(path, 0.0, _MOST_S + 0.5)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (AudioError, OSError):
        return "they cannot be read", None
    if len(audio) > _MOST_S * rate:
        return (
            f"they are longer than {_MOST_S:g} s; `sidecrate split FILE --into kit` cuts loops into"
            " one-shots",
            None,
        )
    full = np.abs(audio).max(axis=1, initial=0.0) >= 0.9999
    if full.mean() > _CLIPPED_SHARE:
        return "they are clipped", None
    sound = prepared(audio, rate)
    if sound is None:
        return "they are silent", None
    named = role_in(path.stem) or role_in(path.parent.name)
    return "", Found(path, named or UNNAMED, digest, sound)


def _without_doubles(data: DataSet) -> None:
    """Leave out what is there twice, also where one is only louder or longer by silence."""
    kept: list[Found] = []
    shapes: dict[str, list[np.ndarray]] = {}
    seen: set[str] = set()
    # of one file under two names, the name that says a role stays
    for one in sorted(data.taken, key=lambda one: one.role == UNNAMED):
        shape = shape_of(spectrum_of(whole(one.sound.audio))).ravel()
        others = shapes.setdefault(one.role, [])
        near = (
            bool(others) and np.sqrt(((np.stack(others) - shape) ** 2).mean(1)).min() < _DOUBLE_DB
        )
        if near or one.digest in seen:
            data.leave_out(one.path, "they are there already, or nearly")
            continue
        seen.add(one.digest)
        others.append(shape)
        kept.append(one)
    data.taken = kept


def _without_too_many(data: DataSet) -> None:
    counts: Counter[str] = Counter()
    kept = []
    for one in data.taken:
        counts[one.role] += 1
        if counts[one.role] > MOST_OF_ROLE:
            data.leave_out(one.path, f"a role uses {MOST_OF_ROLE} sounds at most")
        else:
            kept.append(one)
    data.taken = kept


def check_enough(data: DataSet) -> None:
    """EngineError where too few sounds are left, with what else serves."""
    if len(data.taken) >= LEAST_SOUNDS:
        return
    said = "; ".join(data.lines()[1:])
    raise EngineError(
        f"{len(data.taken)} sounds are too few to learn from, it takes {LEAST_SOUNDS}"
        + (f" ({said})" if said else "")
        + '; with fewer, play them as a kit: sidecrate make "..." --kit FOLDER',
        "too_few",
    )


def roles_of(found: Sequence[Found]) -> dict[str, Role]:
    """The spaces of all roles with two sounds at least."""
    by_role: dict[str, list[Sound]] = {}
    for one in found:
        by_role.setdefault(one.role, []).append(one.sound)
    return {name: learn_role(name, sounds) for name, sounds in by_role.items() if len(sounds) >= 2}


class _Notes:
    """What has been read, in files of a few sounds each; a killed run finds it again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, tuple[str, Found | None]] = {}
        self._new: dict[str, tuple[str, Found | None]] = {}
        self._count = 0
        for path in sorted(folder.glob("*.npz")):
            self._count += 1
            try:
                self._known.update(_load_notes(path))
            except (OSError, ValueError, KeyError):
                path.unlink(missing_ok=True)

    def known(self, path: Path) -> tuple[str, Found | None]:
        return self._known.get(_stamp(path), ("", None))

    def add(self, path: Path, why: str, found: Found | None) -> None:
        self._new[_stamp(path)] = (why, found)

    def flush(self) -> None:
        if not self._new:
            return
        arrays, rows = {}, []
        for number, (stamp, (why, found)) in enumerate(self._new.items()):
            row: dict[str, object] = {"stamp": stamp, "why": why}
            if found is not None:
                arrays[f"audio{number}"] = found.sound.audio
                row.update(
                    path=str(found.path), role=found.role, digest=found.digest,
                    note=found.sound.note, number=number,
                )  # fmt: skip
            rows.append(row)
        import io

        file = io.BytesIO()
        arrays["rows"] = np.frombuffer(json.dumps(rows).encode(), np.uint8)
        np.savez(file, allow_pickle=False, **arrays)
        write_whole(self._folder / f"{self._count:06d}.npz", file.getvalue())
        self._count += 1
        self._new = {}


def _stamp(path: Path) -> str:
    """A file as it is now: one that was changed since is read anew."""
    about = path.stat()
    return f"{path}|{about.st_size}|{about.st_mtime_ns}"


def _load_notes(path: Path) -> dict[str, tuple[str, Found | None]]:
    found: dict[str, tuple[str, Found | None]] = {}
    with np.load(path, allow_pickle=False) as file:
        for row in json.loads(bytes(file["rows"])):
            one = None
            if "number" in row:
                sound = Sound(file[f"audio{row['number']}"], row["note"])
                one = Found(Path(row["path"]), row["role"], row["digest"], sound)
            found[row["stamp"]] = (row["why"], one)
    return found
