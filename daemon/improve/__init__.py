"""What a language model adds to a request: a better prompt, words to sing, notes to play. Optional in every way: without it, or
where it fails, the rules serve."""
