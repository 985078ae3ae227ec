"""Engines taught from a user's own sounds: `sidecrate train`."""
