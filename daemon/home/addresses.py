"""Facts about a URL's server: on this machine or nearby, and whether it may get a secret."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def parts_of(url: str) -> SplitResult:
    """The parts of a URL; all of them empty where it is invalid."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def is_this_machine(url: str) -> bool:
    return parts_of(url).hostname in ("127.0.0.1", "localhost", "::1")


def is_near(base_url: str) -> bool:
    """Whether a server is on this machine or in its own network: its answers cost nothing."""
    host = parts_of(base_url).hostname or ""
    if not host:
        return False
    try:
        return is_this_machine(base_url) or ipaddress.ip_address(host).is_private
    except ValueError:
        return host.endswith(".local") or "." not in host


def may_have_secret(url: str) -> bool:
    """Whether a secret may be sent to a URL: never in the clear over a network."""
    parts = parts_of(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(url))
    )


def may_be_asked(base_url: str) -> bool:
    """Whether a request may be sent to a URL: in the clear only to this machine or its network."""
    return may_have_secret(base_url) or (parts_of(base_url).scheme == "http" and is_near(base_url))


def proxy_to(url: str) -> str | None:
    """The system's proxy to a URL, or None. This machine is reached without one."""
    from urllib.request import getproxies, proxy_bypass

    parts = parts_of(url)
    if is_this_machine(url) or proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
