"""Models hosted by Replicate: a description for each of the table, and for each that the user's config adds."""

from daemon.engines.replicate.models import MODELS, describe

INFOS = tuple(describe(name, entry) for name, entry in MODELS.items())
