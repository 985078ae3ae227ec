"""Models hosted by Replicate: one engine for each entry of the table and of the config."""

from daemon.engines.replicate.models import MODELS, describe

INFOS = tuple(describe(name, entry) for name, entry in MODELS.items())
