"""Engines: who makes takes. Their descriptions are light; what they load, they load in a child process."""
