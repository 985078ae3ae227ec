"""Access to the API: a token for scripts, one-time links that open the page, and the page's cookie.

All of it lies in `state/web`, readable by this user alone. A cookie is
`time.nonce.profile.signature`. Its HMAC is keyed with the token and the hash of the profile's
password. So a new token ends every session, and a new password those of its profile. Without a
profile a cookie only proves that this machine's user opened the page.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

from bridge.files.whole import write_whole
from daemon.home.page_address import web_folder
from daemon.home.places import Places

COOKIE = "sidecrate"
#: TTL of a one-time link: opening a browser takes seconds.
LINK_LASTS_S = 120.0
#: TTL of a session.
COOKIE_LASTS_S = 30 * 86400.0


def make_link_code(places: Places) -> str:
    """A code that opens the page once, within two minutes."""
    folder = web_folder(places) / "links"
    folder.mkdir(exist_ok=True, mode=0o700)
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > LINK_LASTS_S:
            old.unlink(missing_ok=True)
    code = secrets.token_urlsafe(32)
    write_whole(folder / _hashed(code), "", private=True)
    return code


def use_link_code(places: Places, code: str) -> bool:
    """Redeem a code. True once, if it has not expired."""
    path = web_folder(places) / "links" / _hashed(code)
    try:
        age_s = time.time() - path.stat().st_mtime
        path.unlink()
    except OSError:
        return False
    return age_s <= LINK_LASTS_S


def make_cookie(token: str, profile: str = "", password_hash: str = "") -> str:
    """A session cookie for a profile's id, or for no profile."""
    said = f"{int(time.time())}.{secrets.token_urlsafe(16)}.{profile}"
    return f"{said}.{_signature(token + password_hash, said)}"


def cookie_profile(cookie: str) -> str:
    """The profile's id that a cookie claims, unverified; see `is_cookie`."""
    parts = cookie.split(".")
    return parts[2] if len(parts) == 4 else ""


def is_cookie(token: str, cookie: str, password_hash: str = "") -> bool:
    said, _, signature = cookie.rpartition(".")
    if not hmac.compare_digest(
        _signature(token + password_hash, said).encode(), signature.encode("utf-8", "replace")
    ):
        return False
    return time.time() - int(said.partition(".")[0]) <= COOKIE_LASTS_S


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def _signature(token: str, said: str) -> str:
    return hmac.new(token.encode(), said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
