"""What an address says of a server: whether it stands here or near, and whether it may have a secret."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def parts_of(url: str) -> SplitResult:
    """An address in its parts; all of them empty where it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def is_this_machine(url: str) -> bool:
    return parts_of(url).hostname in ("127.0.0.1", "localhost", "::1")


def is_near(base_url: str) -> bool:
    """Whether a server stands on this machine or in its own network: what it answers costs nothing."""
    host = parts_of(base_url).hostname or ""
    if not host:
        return False
    try:
        return is_this_machine(base_url) or ipaddress.ip_address(host).is_private
    except ValueError:
        return host.endswith(".local") or "." not in host


def may_have_secret(url: str) -> bool:
    """Whether a secret may be sent to an address: never in the clear over a network."""
    parts = parts_of(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(url))
    )


def may_be_asked(base_url: str) -> bool:
    """Whether a question may be sent: in the clear to this machine and its own network alone."""
    return may_have_secret(base_url) or (parts_of(base_url).scheme == "http" and is_near(base_url))
