"""Designs of one-shots: what the seed and the words make of a voice."""
