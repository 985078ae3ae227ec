"""Engines taught from a user's own sounds: `sidecrate train`, and the verb of all other doors."""

from bridge.request import Field, short_text, switch
from bridge.verbs import Verb
from daemon.verbs.registry import DaemonVerb

_NAME = Field(
    "name",
    short_text,
    "small letters, digits and dashes",
    "none: it must be given",
    "What the engine is called: mine-NAME.",
    "my-kicks",
)
_LICENCE = Field(
    "licence",
    short_text,
    "a licence's name, as CC-BY-4.0",
    "none",
    "The licence of the sounds, where they are not yours; it stands with every clip.",
    "CC-BY-4.0",
)
_YOURS = Field(
    "yours",
    switch,
    "on or off",
    "off",
    "Says that the sounds are yours, or free to be used like this.",
    "on",
)
#: s; the longest that reading 50,000 files may take.
_DEADLINE_S = 6 * 3600.0

TRAIN = DaemonVerb(
    Verb(
        "train",
        works_on="folder",
        gives="an engine mine-NAME, and three sounds of it to hear",
        said="teach an engine from {}",
        help="teach an engine from a folder of your own sounds",
        example="~/Samples/Kicks --name my-kicks --yours on",
        fields=(_NAME, _LICENCE, _YOURS),
    ),
    work="daemon.training.job:train",
    brief="daemon.training.request:brief_of",
    deadline_s=_DEADLINE_S,
)
