"""One voice played by another instrument: a named one, or one fitted to a sound of the user's."""

from bridge.request import Field, local_path, one_of, short_text, whole
from bridge.verbs import Verb
from daemon.verbs.registry import DaemonVerb

_INSTRUMENT = Field(
    "instrument",
    short_text,
    "an instrument's name (docs/sounds.md)",
    "none; it needs this, `sound` or `kit`",
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
_WITH = Field(
    "with",
    one_of("own", "swift-f0"),
    "own or swift-f0",
    "own",
    "What follows the pitch: the built-in tracker, or swift-f0.",
    "swift-f0",
)
_NAME = Field(
    "name",
    short_text,
    "words",
    "the sound's name",
    "What the instrument is called, and the collection of its notes.",
    "My Flute",
)
_ROLE = Field(
    "role",
    one_of("lead", "bass", "chords"),
    "lead, bass or chords",
    "lead",
    "Which part of a clip it plays as a kit.",
    "bass",
)

TONE = DaemonVerb(
    Verb(
        "tone",
        works_on="source",
        gives="the same line by another instrument, as long, on the same grid",
        said="play {} by another instrument",
        help="play one voice by another instrument: bends, vibrato and dynamics stay",
        example="humming.wav --instrument trumpet",
        fields=(_INSTRUMENT, _SOUND, "kit", _OCTAVES, _WITH, "seed"),
        beside="sound",
        beside_folder=True,
    ),
    work="daemon.tone.tone:tone",
)
LEARN = DaemonVerb(
    Verb(
        "learn",
        works_on="source",
        gives="single notes of its instrument, three semitones apart, as a collection to play on",
        said="learn the instrument of {}",
        help="keep the instrument of a sound: notes of it for `make --kit` and `tone --kit`",
        example='my-flute.wav --name "My Flute"',
        fields=(_NAME, _ROLE, "reference_start", "reference_end", "seed"),
    ),
    work="daemon.tone.learn:learn_sound",
)
