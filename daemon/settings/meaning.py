"""What the config, the home and the stored pins mean for a Brief and its clip."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.session import Session
from daemon.crate.crate import Crate
from daemon.engines.registry import Policy
from daemon.engines.replicate import models as replicate
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.prompt.defaults import PromptDefaults
from daemon.settings.language_service import find_url, price_usd
from daemon.settings.schema import Config

#: libsndfile's names of `audio.bits`.
SUBTYPES = {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}


def prompt_defaults(config: Config) -> PromptDefaults:
    """The values of a Brief that neither request, prompt nor session gives."""
    return PromptDefaults(
        bpm=config.defaults.bpm,
        key=config.defaults.key,
        meter=config.defaults.meter,
        bars=config.defaults.bars,
        sample_rate=config.audio.sample_rate,
        subtype=SUBTYPES[config.audio.bits],
        note_names=config.defaults.note_names,
        stems=config.defaults.stems,
        midi=config.defaults.midi,
        master=config.audio.master,
        master_like=config.audio.master_like,
        stretcher=config.audio.stretcher,
        fonts=config.sounds.fonts,
        improve=config.improve.prompts,
    )


def engine_policy(config: Config) -> Policy:
    """What the user allows engines to do."""
    return Policy(
        order=config.engines.order,
        commercial_only=config.engines.allow == "commercial",
        spend_auto=config.spend.auto,
        per_request_usd=config.spend.per_request_usd,
        language_costs=any(improve_server(config)["price"]),
        boxes=tuple(one.name for one in config.workers.remote),
        box_verbs={one.name: one.verbs for one in config.workers.remote},
    )


def improve_server(config: Config) -> dict[str, Any]:
    """The language model's address, name, timeout and price, for its child."""
    asked = config.improve
    find = replicate.find_url if asked.speaks == "replicate" else find_url
    base_url = find(asked.base_url)
    price = price_usd(base_url, asked.model, asked.price)
    about = {"speaks": asked.speaks, "base_url": base_url, "model": asked.model}
    return {**about, "timeout_s": asked.timeout_s, "price": list(price)}


def make_crate(config: Config, places: Places, database: Database) -> Crate:
    """The crate that the config names."""
    settings = config.crate
    return Crate(crate_folder(config, places), settings.layout, database, settings.letters)


def crate_folder(config: Config, places: Places) -> Path:
    return Path(config.crate.folder).expanduser() if config.crate.folder else places.crate


def inbox_folder(config: Config, places: Places) -> Path:
    return Path(config.inbox.folder).expanduser() if config.inbox.folder else places.inbox


def session_with(pins: Mapping[str, Any]) -> Session:
    """A session that knows only the pinned values."""
    session = Session()
    for name, value in pins.items():
        session.pin(name, value)
    return session
