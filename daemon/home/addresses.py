"""What an address says of a server: whether it stands here or near, and whether it may have a key."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_this_machine(base_url: str) -> bool:
    return urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")


def is_near(base_url: str) -> bool:
    """Whether a server stands on this machine or in its own network: what it answers costs nothing."""
    host = urlsplit(base_url).hostname or ""
    try:
        return is_this_machine(base_url) or ipaddress.ip_address(host).is_private
    except ValueError:
        return host.endswith(".local") or "." not in host


def may_have_key(base_url: str) -> bool:
    """Whether a key may be sent: never in the clear over a network."""
    return urlsplit(base_url).scheme == "https" or is_this_machine(base_url)
