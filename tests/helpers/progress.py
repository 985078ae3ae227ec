"""How far a piece of work is, for tests that do not look at it."""


def untold(value, stage, words=""):
    """Progress that nobody watches."""
