"""The page at the command line: the first question of `run`, and `sidecrate open --page`."""

from __future__ import annotations

import sys

import typer

from daemon.errors import ConfigError, ServiceError
from daemon.home.page_address import page_url, read_address
from daemon.home.places import Places
from daemon.settings.edit import set_page
from daemon.settings.load import load_config
from daemon.settings.schema import Config
from daemon.web.access import make_link_code


def ask_for_page(places: Places, config: Config) -> Config:
    """Ask once, at a terminal, whether the page is served; the answer goes into the config.

    Nothing is asked where the config says anything of the page. Returns the config in effect.
    """
    if "web" in config.model_fields_set or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return config
    on = typer.confirm(
        "Sidecrate has a page in your browser, to ask for clips, hear, find and change them."
        f"\nServe it on this machine alone, at {page_url(config.web.port)}?",
        default=True,
        err=True,
    )
    try:
        set_page(places.config_file, on)
    except (ConfigError, OSError) as error:
        print(error, file=sys.stderr)
        return config
    word = "on" if on else "off"
    print(f"`web: {word}` stands in {places.config_file} now.", file=sys.stderr)
    return load_config(places.config_file)


def open_page(places: Places) -> None:
    """Open the page by a link that works once, within two minutes, and print it."""
    if not load_config(places.config_file).web.enabled:
        raise ServiceError(
            "the page is off; set `enabled: true` under `web:` in the config "
            "(`sidecrate open config`) and start the daemon again"
        )
    address = read_address(places)
    if address is None:
        raise ServiceError("the page is not being served; start the daemon: `sidecrate run`")
    link = f"{page_url(address['port'])}/open?code={make_link_code(places)}"
    print(link)
    if sys.stdout.isatty():
        typer.launch(link)
