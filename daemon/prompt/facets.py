"""The kinds of words that a prompt can have: one name each, and what it is for people. Data only.

Which engine honours which of them stands in `daemon.engines.facets`.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Facet -> what it is, in a few words for people.
FACETS: Mapping[str, str] = {
    "kind": "the kind of clip: loop, one-shot, track, notes, effect, voice",
    "count": "how many clips",
    "tempo": "the tempo",
    "pace": "fast or slow, in words",
    "key": "the key",
    "note": "the note of a one-shot",
    "chords": "a chord progression",
    "meter": "the meter",
    "bars": "the length in bars",
    "seconds": "the length in time",
    "swing": "the swing",
    "genre": "the genre",
    "mood": "the mood",
    "instruments": "who plays",
    "only": "that nobody else plays",
    "denials": "what must not be heard",
    "timbre": "how it sounds: dark, dry, distorted, of a decade",
    "feel": "how it is played: half-time, fills, brushes",
    "effect": "the sound effect",
    "singer": "a human voice",
    "lyrics": "words to be sung",
    "form": "sections with their bars: intro 8, verse 16",
    "sections": "the sections of a song",
    "artist": "an artist or a work to sound like",
    "drum tab": "a groove that is written out",
    "tune": "a melody that is written out",
}
