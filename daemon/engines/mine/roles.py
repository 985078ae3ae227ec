"""Roles of one-shots: by the words of a name or a prompt."""

from __future__ import annotations

import re

#: Pattern in words -> role; the first match wins, so narrow patterns come first.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"open.?h|\boh\b|hat.?open|hho", "open hat"),
    (r"hi.?hats?|\bhats?\b|\bhat|\bhh|\bch\b|closed", "hat"),
    (r"snap", "snap"), (r"clap|\bcp\b|hand", "clap"), (r"rim|side.?stick|\brs\b", "rim"),
    (r"snare|\bsd|\bsn|\bsnr", "snare"), (r"ride", "ride"), (r"crash|cymbal|splash|china", "crash"),
    (r"shaker|maraca|cabasa", "shaker"), (r"tamb", "tambourine"), (r"cow.?bell", "cowbell"),
    (r"conga|bongo|djembe|perc|clave|wood|tabla", "percussion"), (r"\btoms?|floor|\btom", "tom"),
    (r"\b808|\bsub", "808"), (r"kick|\bbd|bass.?drum|\bkik|\bkd\b", "kick"),
    (r"bass|reese|acid", "bass"), (r"chord|stab", "stab"), (r"pad|string|choir", "pad"),
    (r"key|piano|rhodes|organ", "keys"), (r"bell|mallet|vibes|marimba", "bell"),
    (r"lead|pluck|synth|flute|arp|guitar|melod", "lead"), (r"vox|vocal|voice", "voice"),
    (r"fx|riser|sweep|noise|impact|zap", "effect"),
)  # fmt: skip


#: Sorts of sounds whose names said no role, as they are heard.
LOW, MIDDLE, METAL = "low drum", "drum", "cymbal"
_SORT_OF = {
    **dict.fromkeys(("kick", "tom", "808"), LOW),
    **dict.fromkeys(("snare", "clap", "snap", "rim", "percussion", "cowbell"), MIDDLE),
    **dict.fromkeys(("hat", "open hat", "ride", "crash", "shaker", "tambourine"), METAL),
}


def sort_of(role: str) -> str | None:
    """The sort that a role would be heard as; None for what is no drum."""
    return _SORT_OF.get(role)


def role_in(words: str) -> str | None:
    """The role that words name; None where they name none."""
    plain = re.sub(r"[_\-.]+", " ", words.lower())
    return next((role for pattern, role in _WORDS if re.search(pattern, plain)), None)
