"""The doors: how a DAW reaches the daemon, and their common words. Imports nothing of `daemon`."""
