"""`sidecrate mcp`: the tools for a language model's host."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from daemon.home.places import Places


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Over HTTP on this machine, by a token.")
    ] = False,
    port: Annotated[
        int, typer.Option(help="With --http: the TCP port; 0 takes a free one.", min=0, max=65535)
    ] = 9145,
) -> None:
    """Tools for a language model's host (MCP), over stdin and stdout.

    The host starts it: `sidecrate install mcp` writes that into the usual hosts.
    """
    from daemon.mcp.serve import check_installed, serve_http, serve_stdio

    check_installed()
    asyncio.run(serve_http(Places.find(), port) if http else serve_stdio(Places.find()))
