"""Routes of profiles: login and logout, new profiles, and each profile's preferences."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from daemon.errors import LibraryError
from daemon.library.filters import SORTS
from daemon.web.access import COOKIE, COOKIE_LASTS_S, make_cookie
from daemon.web.profiles import Profile
from daemon.web.routes_clips import Given
from daemon.web.site import Site, asking

#: Rate limit: wrong passwords within `_WITHIN_S`, from all pages together.
_MOST_WRONG = 5
_WITHIN_S = 60.0


class Login(Given):
    name: Annotated[str, Field(min_length=1, max_length=40)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class NewPassword(Given):
    old: Annotated[str, Field(max_length=1000)]
    new: Annotated[str, Field(max_length=1000)]


class Preferences(Given):
    """A person's preferences for the page; what is left out stays."""

    theme: Literal["system", "light", "dark"] | None = None
    in_time: bool | None = None
    sort: Literal[tuple(SORTS)] | None = None  # type: ignore[valid-type]


def set_cookie(answer: Response, token: str, profile: Profile | None) -> None:
    """Start a session for a profile, or for no profile."""
    value = make_cookie(token, profile.id, profile.password_hash) if profile else make_cookie(token)
    answer.set_cookie(
        COOKIE, value, max_age=int(COOKIE_LASTS_S), httponly=True, samesite="strict", path="/"
    )


def profile_routes(site: Site, token: str) -> APIRouter:
    routes = APIRouter(prefix="/api")
    wrong: deque[float] = deque(maxlen=_MOST_WRONG)
    turn = asyncio.Lock()

    async def proved(name: str, password: str) -> Profile:
        """Check a password, one at a time, for each check takes 64 MB.

        The rate limit stops guessing.
        """
        async with turn:
            if len(wrong) == _MOST_WRONG and time.monotonic() - wrong[0] < _WITHIN_S:
                raise LibraryError("too many wrong passwords; wait a minute", "too_many")
            found = await asyncio.to_thread(site.profiles.check, name, password)
            if found is None:
                wrong.append(time.monotonic())
                raise LibraryError("name and password do not belong together", "wrong_password")
        return found

    def told(profile: Profile | None) -> dict[str, Any]:
        return {
            "name": profile.name if profile else None,
            "names": [one.name for one in site.profiles.all()],
        }

    @routes.get("/profile")
    async def who() -> dict[str, Any]:
        """The session's profile (null: none) and the names of all profiles.

        One person alone has none.
        """
        return told(asking.get())

    @routes.post("/login")
    async def login(said: Login, answer: Response) -> dict[str, Any]:
        """Log in: the page becomes that of a profile."""
        profile = await proved(said.name, said.password)
        set_cookie(answer, token, profile)
        return told(profile)

    @routes.post("/logout")
    async def logout(answer: Response) -> dict[str, Any]:
        set_cookie(answer, token, None)
        return told(None)

    @routes.post("/profiles", status_code=201)
    async def add(said: Login, answer: Response) -> dict[str, Any]:
        """Add a profile, which becomes the page's. The first takes over all marks made so far."""
        async with turn:
            profile = await asyncio.to_thread(site.profiles.add, said.name, said.password)
        if asking.get() is None:
            set_cookie(answer, token, profile)
        return told(asking.get() or profile)

    @routes.put("/profile/password")
    async def change(said: NewPassword, answer: Response) -> dict[str, Any]:
        """Change the password of the current profile; its other sessions end."""
        profile = asking.get()
        if profile is None:
            raise LibraryError(
                "there is no profile to change; `sidecrate profile password NAME` changes any",
                "bad_request",
            )
        await proved(profile.name, said.old)
        changed = await asyncio.to_thread(site.profiles.set_password, profile, said.new)
        set_cookie(answer, token, changed)
        return told(changed)

    @routes.get("/preferences")
    async def preferences() -> dict[str, Any]:
        return {
            "theme": "system",
            "in_time": False,
            "sort": "newest",
        } | site.library.marks.preferences()

    @routes.put("/preferences")
    async def prefer(said: Preferences) -> dict[str, Any]:
        """Change the current person's preferences for the page."""
        site.library.marks.prefer(said.model_dump(exclude_none=True))
        return site.library.marks.preferences()

    return routes
