"""Profiles, for several people on one machine: a name, a password and a library of marks each.

One person alone has no profile. Each profile is a folder under `state/profiles`, named by a hash of
the name, which appears whole. So two programs that add the same name at once cannot both succeed.
The module is light: argon2 is loaded when a password is set or checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from bridge.files.whole import write_whole
from daemon.errors import LibraryError
from daemon.home.places import Places
from daemon.home.whole_folders import whole_folder

#: A page lists all profiles, and each start opens them.
MOST_PROFILES = 50
#: Password lengths: the least as of NIST SP 800-63B, the most against huge inputs of the hash.
_LEAST_PASSWORD = 8
_MOST_PASSWORD = 1000
#: Characters of a name, which the page shows on one line.
_MOST_NAME = 40
_FILE = "profile.json"


@dataclass(frozen=True)
class Profile:
    """A person. `password_hash` is argon2's own text, with salt and costs."""

    id: str
    name: str
    password_hash: str
    made: float


class Profiles:
    """All profiles of this home, read anew each time, for the command line may change them."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def all(self) -> list[Profile]:
        """All profiles, sorted by name."""
        return sorted(
            # one that is being added is hidden still
            (self._read(path) for path in self._places.profiles.glob(f"[!.]*/{_FILE}")),
            key=lambda one: one.name.lower(),
        )

    def by_id(self, number: str) -> Profile | None:
        path = self._places.profiles / number / _FILE
        return self._read(path) if number.isalnum() and path.is_file() else None

    def find(self, name: str) -> Profile:
        """A profile by its name. LibraryError code `unknown_profile`."""
        found = self.by_id(_id_of(name))
        if found is None:
            raise LibraryError(
                f"there is no profile {name!r:.60}; `sidecrate profile list` shows them",
                "unknown_profile",
            )
        return found

    def library_file(self, profile: Profile) -> Path:
        return self._places.profiles / profile.id / "library.db"

    def add(self, name: str, password: str) -> Profile:
        """Add a profile. The first takes over the marks, collections and edits made without any."""
        shown = name.strip()
        if not 1 <= len(shown) <= _MOST_NAME or not shown.isprintable():
            raise LibraryError(
                f"a profile's name has 1 to {_MOST_NAME} characters, not {name!r:.80}",
                "bad_request",
            )
        hashed = _hashed(password)
        others = self.all()
        if len(others) >= MOST_PROFILES:
            raise LibraryError(f"there are {MOST_PROFILES} profiles; remove one first", "too_many")
        folder = self._places.profiles / _id_of(shown)
        self._places.profiles.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Profile(folder.name, shown, hashed, time.time())
        if not (folder / _FILE).exists():
            # whole or not at all: half a profile would hold its name for good
            with whole_folder(folder, _FILE) as part:
                part.chmod(0o700)
                if not others:
                    self._copy_marks_to(part)
                _write(part, made)
        # one that another program has added meanwhile has another salt
        if self.by_id(made.id) != made:
            raise LibraryError(f"there is a profile {shown!r} already; take another name", "exists")
        return made

    def _copy_marks_to(self, folder: Path) -> None:
        """What was marked, collected and edited without any profile, into a profile's folder."""
        if not self._places.library.exists():
            return
        _copy_database(self._places.library, folder / "library.db")
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(
                self._places.library.with_name("library.marks.jsonl"),
                folder / "library.marks.jsonl",
            )

    def check(self, name: str, password: str) -> Profile | None:
        """The profile, if the password is right. An unknown name takes equally long."""
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError

        found = self.by_id(_id_of(name))
        try:
            PasswordHasher().verify(found.password_hash if found else _nobodys_hash(), password)
        except (Argon2Error, InvalidHashError):
            return None
        return found

    def set_password(self, profile: Profile, password: str) -> Profile:
        """Change the password, which ends every session of the old one."""
        changed = Profile(profile.id, profile.name, _hashed(password), profile.made)
        _write(self._places.profiles / profile.id, changed)
        return changed

    def remove(self, profile: Profile) -> None:
        """Remove a profile with its marks, collections and edits; the clips stay."""
        (self._places.profiles / profile.id / _FILE).unlink(missing_ok=True)
        shutil.rmtree(self._places.profiles / profile.id, ignore_errors=True)

    def _read(self, path: Path) -> Profile:
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            return Profile(path.parent.name, said["name"], said["password_hash"], said["made"])
        except (OSError, ValueError, KeyError) as error:
            raise LibraryError(
                f"{path} cannot be read ({error}); mend it, or delete its folder"
            ) from None


def _write(folder: Path, profile: Profile) -> None:
    said = {"name": profile.name, "password_hash": profile.password_hash, "made": profile.made}
    write_whole(folder / _FILE, json.dumps(said), private=True)


def _id_of(name: str) -> str:
    return hashlib.sha256(name.strip().casefold().encode("utf-8", "replace")).hexdigest()[:16]


def _hashed(password: str) -> str:
    from argon2 import PasswordHasher

    if not _LEAST_PASSWORD <= len(password) <= _MOST_PASSWORD:
        raise LibraryError(
            f"a password has {_LEAST_PASSWORD} to {_MOST_PASSWORD} characters", "bad_request"
        )
    return PasswordHasher().hash(password)


_nobody = ""


def _nobodys_hash() -> str:
    global _nobody
    _nobody = _nobody or _hashed("nobody's password")
    return _nobody


def _copy_database(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
