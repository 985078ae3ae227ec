"""What a sound is made of: its stems, and the single sounds of its kit."""

from bridge.request import Field, one_of, word_list
from bridge.verbs import Verb
from daemon.verbs.registry import DaemonVerb

_INTO = Field(
    "into",
    one_of("stems", "kit"),
    "stems or kit",
    "stems",
    "Whole parts, or the drums' single sounds as a kit.",
    "kit",
)
_PARTS = Field(
    "parts",
    word_list,
    "words, by comma: drums, bass, other, kick, snare, hats, toms, cymbals",
    "all that can be told apart",
    "Which parts come out.",
    "drums, bass",
)

SPLIT = DaemonVerb(
    Verb(
        "split",
        works_on="source",
        gives="its parts as clips on its grid, or its kit as one-shots",
        said="take {} apart",
        help="take a sound apart: drums, bass and the rest, or the single sounds of its kit",
        example="loop.wav --into kit",
        fields=(_INTO, _PARTS),
        by_button=True,
    ),
    work="daemon.parts.split:split",
)
