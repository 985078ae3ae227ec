"""How an extra of Sidecrate is brought, in the words of every text that misses one."""

from __future__ import annotations


def how_to_install(extra: str) -> str:
    """The commands, for an environment of pip's and for one that uv keeps for a tool."""
    return f"pip install 'sidecrate[{extra}]', or from a checkout uv tool install '.[{extra}]'"
