"""Models on this machine: MusicGen, Stable Audio Open and ACE-Step, from disk."""

from daemon.engines.local.models import MODELS, describe

INFOS = [describe(name, entry) for name, entry in MODELS.items()]
