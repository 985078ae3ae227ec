"""The page at the command line: `sidecrate open --page`."""

from __future__ import annotations

import sys

import typer

from daemon.errors import ServiceError
from daemon.home.places import Places
from daemon.settings.load import load_config


def open_page(places: Places) -> None:
    """Open the page by a link that works once, within two minutes, and print it."""
    from daemon.home.web_access import read_address
    from daemon.web.access import make_link_code, page_url

    if not load_config(places.config_file).web.enabled:
        raise ServiceError(
            "the page is off; write `web: on` into the config (`sidecrate open config`) "
            "and start the daemon again"
        )
    address = read_address(places)
    if address is None:
        raise ServiceError("the page is not being served; start the daemon: `sidecrate run`")
    link = f"{page_url(address['port'])}/open?code={make_link_code(places)}"
    print(link)
    if sys.stdout.isatty():
        typer.launch(link)
