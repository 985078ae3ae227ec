"""A sound made ready to be heard: after a reference, or for a use with a stated loudness."""

from bridge.request import Field, local_path, number, one_of, switch
from bridge.verbs import Verb
from bridge.written import SHARE
from daemon.mastering.targets import TARGETS, USUAL
from daemon.verbs.registry import DaemonVerb

_LIKE = Field(
    "like",
    local_path,
    "the path of an audio file on this machine, or a clip",
    "none",
    "A sound to go by: its spectrum, width, dynamics and loudness.",
    "favourite.wav",
    is_path=True,
)
_AIM = Field(
    "aim",
    one_of(*TARGETS),
    "one of " + ", ".join(f"{one.name} ({one.lufs:g} LUFS)" for one in TARGETS.values()),
    f"as loud as `like`; without it, {USUAL.name}",
    "What it is for: sets its loudness and its highest peak.",
    "club",
)
_AMOUNT = Field(
    "amount",
    number(0, 1, units=SHARE),
    "a number from 0 to 1",
    "1",
    "How far its spectrum, width and dynamics go towards `like`.",
    "0.7",
)
_COMPARE = Field(
    "compare",
    switch,
    "on or off",
    "on",
    "Before and after as two more clips, equally loud.",
    "off",
)

MASTER = DaemonVerb(
    Verb(
        "master",
        works_on="source",
        gives="it mastered, before and after equally loud, and a picture of both",
        said="master {}",
        help="master a sound after one that you like, or for the club, for streaming...",
        example="mix.wav --like favourite.wav",
        fields=(_LIKE, _AIM, "level", _AMOUNT, _COMPARE),
        by_button=True,
        beside="like",
    ),
    work="daemon.mastering.master:master",
)
