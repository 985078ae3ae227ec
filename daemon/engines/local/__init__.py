"""Models that run on this machine: MusicGen, Stable Audio Open and ACE-Step, from a folder or Hugging Face's cache."""

from daemon.engines.local.models import MODELS, describe

INFOS = [describe(name, entry) for name, entry in MODELS.items()]
