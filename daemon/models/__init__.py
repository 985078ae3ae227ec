"""Trained nets on this machine: whence they come, under which licence, and whether they are whole.

They come by `sidecrate models get NAME` alone, are held to a pinned hash, and serve offline then.
"""
