"""Engines taught from a user's own sounds: `sidecrate train`, and the verb of all other doors."""

from bridge.request import Field, short_text, switch, whole
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
_ONTO = Field(
    "onto",
    short_text,
    "a local model's name, as local-musicgen-small",
    "none: a small engine of its own",
    "Tune this local model by an adapter (LoRA) instead.",
    "local-musicgen-small",
)
_STEPS = Field(
    "steps",
    whole(1, 1_000_000),
    "a whole number from 1 to 1,000,000",
    "1000",
    "Steps of onto.",
    "1000",
)
#: s; the longest that reading 50,000 files may take, or tuning a large model.
_DEADLINE_S = 24 * 3600.0

TRAIN = DaemonVerb(
    Verb(
        "train",
        works_on="folder",
        gives="an engine mine-NAME, and sounds of it to hear",
        said="teach an engine from {}",
        help="teach an engine from a folder of your own sounds",
        example="~/Samples/Kicks --name my-kicks --yes",
        fields=(_NAME, _LICENCE, _YOURS, _ONTO, _STEPS),
    ),
    work="daemon.training.job:train",
    brief="daemon.training.request:brief_of",
    deadline_s=_DEADLINE_S,
)
