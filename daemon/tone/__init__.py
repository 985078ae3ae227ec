"""One voice played by another instrument: a named one, or one fitted to a sound of the user's."""

from bridge.request import Field, local_path, short_text, whole
from bridge.verbs import Verb
from daemon.verbs.registry import DaemonVerb

_INSTRUMENT = Field(
    "instrument",
    short_text,
    "an instrument's name (docs/sounds.md)",
    "none; it needs this or `sound`",
    "What plays the line instead.",
    "trumpet",
)
_SOUND = Field(
    "sound",
    local_path,
    "the path of a sound or of a folder of sounds on this machine, or a clip",
    "none",
    "A sound of yours, to which an instrument is fitted.",
    "my-flute.wav",
    is_path=True,
)
_OCTAVES = Field(
    "octaves",
    whole(-3, 3),
    "a whole number from -3 to 3",
    "0",
    "How much higher it is played.",
    "-1",
)


TONE = DaemonVerb(
    Verb(
        "tone",
        works_on="source",
        gives="the same line by another instrument, as long, on the same grid",
        said="play {} by another instrument",
        help="play one voice by another instrument: bends, vibrato and dynamics stay",
        example="humming.wav --instrument trumpet",
        fields=(_INSTRUMENT, _SOUND, _OCTAVES, "seed"),
        beside="sound",
        beside_folder=True,
    ),
    work="daemon.tone.tone:tone",
)
