"""What a sound is made of: its stems, and the single sounds of its kit."""

from bridge.request import Field, one_of, word_list
from bridge.verbs import Verb
from daemon.verbs.registry import DaemonVerb

_INTO = Field(
    "into",
    one_of("stems", "kit", "oneshots"),
    "stems, kit or oneshots",
    "stems",
    "Whole parts, the drums' single sounds as a kit, or the cleanest single notes.",
    "kit",
)
_PARTS = Field(
    "parts",
    word_list,
    "words, by comma: drums, bass, vocals, other, kick, snare, hats, toms, cymbals",
    "all that can be told apart",
    "Which parts come out.",
    "drums, bass",
)
_WITH = Field(
    "with",
    one_of("auto", "demucs-ft", "demucs", "demucs-onnx", "spleeter", "own"),
    "auto, demucs-ft, demucs, demucs-onnx, spleeter or own",
    "the best that is here",
    "Who takes a mix apart.",
    "spleeter",
)
#: A passage of the source instead of the whole.
_PASSAGE = ("reference_start", "reference_end")
#: s; a take of the longest length that is read, by the slowest separator, on a busy machine.
_DEADLINE_S = 4 * 3600.0

SPLIT = DaemonVerb(
    Verb(
        "split",
        works_on="source",
        gives="its parts as clips on its grid, its kit or its notes as one-shots",
        said="take {} apart",
        help="take a sound apart: drums, bass and the rest, or the single sounds of its kit",
        example="loop.wav --into kit",
        fields=(_INTO, _PARTS, _WITH, *_PASSAGE),
        by_button=True,
    ),
    work="daemon.parts.split:split",
    brief="daemon.parts.separators:brief_of",
    deadline_s=_DEADLINE_S,
)

SWAP = DaemonVerb(
    Verb(
        "swap",
        works_on="source",
        gives="the loop with one part written anew; the rest stays",
        said="write a part of {} anew",
        help="write one part of a loop anew (drums, bass, chords, lead), and keep the rest",
        example="loop.wav --change drums",
        fields=(
            "change",
            "genre",
            "mood",
            "energy",
            "density",
            "swing",
            "seed",
            "kit",
            _WITH,
            *_PASSAGE,
        ),
    ),
    work="daemon.parts.swap:swap",
    brief="daemon.parts.separators:brief_of",
    deadline_s=_DEADLINE_S,
)
