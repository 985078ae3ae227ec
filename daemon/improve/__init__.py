"""Improvements of a request by a language model: a better prompt, words to sing, notes to play.

Optional in every way: without it, or where it fails, the rules serve.
"""
