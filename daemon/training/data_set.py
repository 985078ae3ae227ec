"""The sounds that an engine is taught from: found, made ready, and what was left out with why."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from daemon.audio.files import read_audio
from daemon.audio.offset import silence_of
from daemon.audio.sound import mixed
from daemon.engines.mine.loops import Loop
from daemon.engines.mine.model import Role, learn_role
from daemon.engines.mine.roles import role_in
from daemon.engines.mine.shape import SAMPLE_RATE, shape_of, spectrum_of
from daemon.engines.mine.sounds import Sound, prepared, whole
from daemon.errors import AudioError, EngineError
from daemon.hearing.speech import is_speech
from daemon.training.found import Found, Read, ReadNotes
from daemon.training.role_hearing import hear_role
from daemon.verbs.tell import Tell

ENDINGS = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3")
#: Files that are looked at, sounds of one role and seconds of loops that are used.
MOST_FILES = 50_000
MOST_OF_ROLE = 400
MOST_LOOPS_S = 1200.0
#: Made sounds beside a role's own, as a share of those: see `DataSet.lines`.
MOST_MADE = 0.25
#: The role of a sound of which neither name nor ear says one.
UNNAMED = "sound"
#: A longer file is a loop or a song; and so may be one from here on that has attacks enough.
_MOST_S, MAY_LOOP_S, _LOOP_ATTACKS = 6.0, 1.4, 4
_LOOP_WORDS = re.compile(r"loop|beat|break|groove|fill|bpm|bars?\b")
#: A file is read up to here.
READ_S = 1200.0
#: A sound whose second half is so far under its first (dB) rings out: no beat goes on in it. Where
#: its name says a role and no loop, less is enough: a ride rings for long.
_RINGS_OUT_DB, _NAMED_RINGS_OUT_DB = -20.0, -6.0
#: Two sounds nearer than this (dB a cell) are one, and clipped ones have this share of full frames.
_DOUBLE_DB = 1.0
_CLIPPED_SHARE = 0.02
#: Files between two words on how far it is.
_TELL_EVERY = 25
#: A long file without a beat is a row of sounds where silence of this length (s) and level (dB
#: under its peak) parts it, twice at least.
_APART_S, _APART_DB = 0.12, -50.0

UNREADABLE = "they cannot be read"
_SPEECH = "somebody speaks in them"


@dataclass
class DataSet:
    """What was taken, one-shots and loops, and the files that were not, by why."""

    taken: list[Found] = field(default_factory=list)
    loops: list[Found] = field(default_factory=list)
    left_out: dict[str, list[Path]] = field(default_factory=dict)

    def leave_out(self, path: Path, why: str) -> None:
        paths = self.left_out.setdefault(why, [])
        if path not in paths[-1:]:
            paths.append(path)

    @property
    def digest(self) -> str:
        """One hash for all sounds, whatever their order and names."""
        every = sorted(one.digest for one in (*self.taken, *self.loops))
        return hashlib.sha256("".join(every).encode()).hexdigest()

    def counts(self) -> Counter[str]:
        return Counter(one.role for one in self.taken)

    @property
    def loops_s(self) -> float:
        return sum(one.sound.seconds for one in self.loops if isinstance(one.sound, Loop))

    def lines(self) -> list[str]:
        """What was taken and what not, for people, a line each."""
        roles = ", ".join(f"{count} {role}" for role, count in self.counts().most_common())
        said = [f"takes {len(self.taken)} sounds: {roles}"] if self.taken or not self.loops else []
        if self.loops:
            parts = Counter(one.role for one in self.loops)
            named = ", ".join(f"{count} {part}" for part, count in parts.most_common())
            said.append(f"takes {len(self.loops)} loops, {self.loops_s:.0f} s: {named}")
        if made := sum(one.made for one in self.taken):
            said.append(
                f"{made} of them an engine has made: they teach it its own habits, and with each"
                " round it strays less and wears its faults deeper, so they are few beside yours"
            )
        if heard := sum(one.heard for one in self.taken):
            said.append(
                f"{heard} say no role, as kick or snare, in the names of file and folder: theirs"
                " was heard, and may be wrong"
            )
        if unnamed := self.counts()[UNNAMED]:
            said.append(
                f"{unnamed} have no role that a name says or an ear knows: they are one role,"
                f" called {UNNAMED}"
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
        raise EngineError(
            f"{folder} has no sounds ({kinds}); name a folder with some", "bad_request"
        )
    return found


def gather(
    files: Iterable[Path], notes: Path, tell: Tell, made: Mapping[Path, str] | None = None
) -> DataSet:
    """Read and sort the sounds. notes: a folder in which a killed run leaves what it has read.

    made: sounds of an engine that its user kept, with their roles.
    """
    made = made or {}
    files = [*files, *made]
    data, known = DataSet(), ReadNotes(notes)
    began, fresh = time.monotonic(), 0
    for number, path in enumerate(files):
        read = known.known(path)
        if read is None:
            read = _read(path)
            known.add(path, read)
            fresh += 1
        # loops take long, and are told one by one
        if number % _TELL_EVERY == 0 or any(one.is_loop for one in read.found):
            known.flush() if number % _TELL_EVERY == 0 else None
            left_s = (time.monotonic() - began) / max(1, fresh) * (len(files) - number - 1)
            left = f", {left_s:.0f} s left" if fresh > 3 and left_s > 5 else ""
            tell(number / len(files), f"{number} of {len(files)} files read{left}")
        if read.why:
            data.leave_out(path, read.why)
        for one in read.found:
            if path in made:
                one = replace(one, role=made[path] or one.role, made=True, heard=False)
            (data.loops if one.is_loop else data.taken).append(one)
    known.flush()
    _without_speech(data)
    _without_doubles(data)
    _loops_without_doubles(data)
    _without_too_many(data)
    _made_within_bounds(data)
    return data


def _read(path: Path) -> Read:
    """A file's sounds, or why it is left out."""
    try:
        audio, rate = read_audio(path, 0.0, READ_S)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if silence_of(audio, 1e-3):
            return Read(why="they are silent")
        full = np.abs(audio).max(axis=1, initial=0.0) >= 0.9999
        if full.mean() > _CLIPPED_SHARE:
            return Read(why="they are clipped")
        if not _says_role(path) and is_speech(audio, rate):
            return Read(why=_SPEECH)
        if len(audio) > MAY_LOOP_S * rate and _may_loop(path, audio, rate):
            # imported only where there is one: the ear of drums is a net
            from daemon.training.loop_hearing import is_loop, loops_of

            if len(audio) > _MOST_S * rate or is_loop(path):
                loops, why = loops_of(path)
                if loops or not (pieces := sounds_apart(audio, rate)):
                    found = (Found(path, one.part, digest, one) for one in loops)
                    return Read(tuple(found), why)
                return _one_shots(path, digest, pieces, rate)
    except (AudioError, OSError):
        return Read(why=UNREADABLE)
    if len(audio) > _MOST_S * rate:
        if pieces := sounds_apart(audio, rate):
            return _one_shots(path, digest, pieces, rate)
        if _rings_out(path, audio):
            return _one_shots(path, digest, [audio], rate)
        return Read(why=f"they are longer than {_MOST_S:g} s, and no loops")
    return _one_shots(path, digest, [audio], rate)


def _may_loop(path: Path, audio: np.ndarray, rate: int) -> bool:
    """Whether it has attacks enough for a loop; its ear, which takes a second, is asked only then.

    A short file whose name says a role and no loop is a one-shot, and so is what rings out.
    """
    if _rings_out(path, audio) or (len(audio) <= _MOST_S * rate and _says_one_shot(path)):
        return False
    from daemon.parts.cuts import attacks

    return len(attacks(mixed(audio[: round(12 * rate)]), rate)) >= _LOOP_ATTACKS


def _says_role(path: Path) -> bool:
    return bool(role_in(path.stem) or role_in(path.parent.name))


def _says_one_shot(path: Path) -> bool:
    return _says_role(path) and not _LOOP_WORDS.search(path.stem.lower())


def _rings_out(path: Path, audio: np.ndarray) -> bool:
    half = len(audio) // 2
    first, second = (
        float((one.astype(np.float64) ** 2).mean()) for one in (audio[:half], audio[half:])
    )
    far_db = _NAMED_RINGS_OUT_DB if _says_one_shot(path) else _RINGS_OUT_DB
    return second < first * 10 ** (far_db / 10)


def sounds_apart(audio: np.ndarray, rate: int) -> list[np.ndarray]:
    """The sounds of a row that silence parts; none where it is not one."""
    level = np.abs(audio).max(axis=1)
    loud = np.flatnonzero(level > float(level.max()) * 10 ** (_APART_DB / 20))
    gaps = np.flatnonzero(np.diff(loud) > _APART_S * rate)
    if len(gaps) < 2:
        return []
    starts, ends = loud[np.concatenate([[0], gaps + 1])], loud[np.concatenate([gaps, [-1]])] + 1
    if (ends - starts).max() > _MOST_S * rate:
        return []
    return [audio[start:end] for start, end in zip(starts, ends, strict=True)]


def _one_shots(path: Path, digest: str, pieces: Sequence[np.ndarray], rate: int) -> Read:
    named = role_in(path.stem) or role_in(path.parent.name)
    found = []
    for number, audio in enumerate(pieces):
        sound = prepared(audio, rate)
        if sound is None:
            continue
        role = named or hear_role(sound)
        own = (
            digest if len(pieces) == 1 else hashlib.sha256(f"{digest}{number}".encode()).hexdigest()
        )
        found.append(
            Found(path, role or UNNAMED, own, sound, heard=named is None and role is not None)
        )
    return Read(tuple(found)) if found else Read(why="they are silent")


def _without_speech(data: DataSet) -> None:
    """Leave out what has no role where most such is speech: single words are hard to tell."""
    unnamed = [one for one in data.taken if one.role == UNNAMED]
    if unnamed and len(data.left_out.get(_SPEECH, ())) > len(unnamed):
        data.taken = [one for one in data.taken if one.role != UNNAMED]
        for one in unnamed:
            data.leave_out(one.path, "they lie among speech, and no drum is heard in them")


def _without_doubles(data: DataSet) -> None:
    """Leave out what is there twice, also where one is only louder or longer by silence."""
    kept: list[Found] = []
    shapes: dict[str, list[np.ndarray]] = {}
    seen: set[str] = set()
    # of one file under two names, the name that says a role stays
    for one in sorted(data.taken, key=lambda one: (one.made, one.role == UNNAMED, one.heard)):
        assert isinstance(one.sound, Sound)
        shape = shape_of(spectrum_of(whole(one.sound.audio))).ravel()
        others = shapes.setdefault(one.role, [])
        if one.digest in seen or _is_near(others, shape):
            data.leave_out(one.path, "they are there already, or nearly")
            continue
        seen.add(one.digest)
        others.append(shape)
        kept.append(one)
    data.taken = kept


def _loops_without_doubles(data: DataSet) -> None:
    kept: list[Found] = []
    shapes: list[np.ndarray] = []
    seconds = 0.0
    for one in data.loops:
        assert isinstance(one.sound, Loop)
        shape = loop_shape(one.sound)
        if _is_near(shapes, shape):
            data.leave_out(one.path, "they, or pieces of them, are there already, or nearly")
        elif seconds + one.sound.seconds > MOST_LOOPS_S:
            data.leave_out(one.path, f"{MOST_LOOPS_S / 60:.0f} minutes of loops are used at most")
        else:
            shapes.append(shape)
            kept.append(one)
            seconds += one.sound.seconds
    data.loops = kept


def loop_shape(loop: Loop) -> np.ndarray:
    """A loop's energy in 24 bands at 64 places, in dB under its loudest: whatever its tempo."""
    mono = mixed(loop.audio)
    edges = np.round(np.linspace(0, len(mono), 65)).astype(int)
    hz = np.geomspace(40, 16000, 25)
    rows = []
    for start, end in pairwise(edges):
        power = np.abs(np.fft.rfft(mono[start:end] * np.hanning(end - start))) ** 2
        at = np.searchsorted(np.fft.rfftfreq(end - start, 1 / SAMPLE_RATE), hz)
        total = np.concatenate([[0.0], np.cumsum(power)])
        rows.append(total[at[1:]] - total[at[:-1]])
    level = 10 * np.log10(np.array(rows) + 1e-12)
    return np.asarray(np.maximum(level - level.max(), -60.0).ravel())


def _is_near(others: Sequence[np.ndarray], shape: np.ndarray) -> bool:
    return any(np.sqrt(((other - shape) ** 2).mean()) < _DOUBLE_DB for other in others)


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


def _made_within_bounds(data: DataSet) -> None:
    """Leave out made sounds where a role would have too many, or too few of the user's own."""
    own = Counter(one.role for one in data.taken if not one.made)
    used: Counter[str] = Counter()
    kept = []
    for one in data.taken:
        used[one.role] += one.made
        if one.made and used[one.role] > MOST_MADE * own[one.role]:
            data.leave_out(
                one.path, f"of made sounds a role uses {MOST_MADE:.0%} of its own at most"
            )
        else:
            kept.append(one)
    data.taken = kept


def roles_of(found: Sequence[Found]) -> dict[str, Role]:
    """The spaces of all roles with two sounds at least."""
    by_role: dict[str, list[Sound]] = {}
    for one in found:
        assert isinstance(one.sound, Sound)
        by_role.setdefault(one.role, []).append(one.sound)
    return {name: learn_role(name, sounds) for name, sounds in by_role.items() if len(sounds) >= 2}
