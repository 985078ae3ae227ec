"""Engines of one's own: taught by `sidecrate train`, they make one-shots like a folder's."""
