"""Notes that are there already: played, gone on with, felt otherwise, turned into others.

Rows of the table of verbs; what does the work is drawn in when it is first asked for.
"""

from bridge.request import Field, local_path, number, one_of, short_text, switch, whole, word_list
from bridge.verbs import VERBS, Verb
from bridge.written import SHARE
from daemon.verbs.registry import DaemonVerb

_SOUND = Field(
    "sound",
    switch,
    "on or off",
    "off for notes, on for a sound",
    "Their sound by the embedded musician as well, as a loop with the notes beside it; what was a"
    " sound is one again, unless this is off.",
    "on",
)
_TEMPERATURE = Field(
    "temperature",
    number(0, 2),
    "a number from 0 to 2",
    "1",
    "How far the new notes go from those that are there: 0 repeats, 2 roams.",
    "0.5",
)
_CHORDS = Field(
    "chords",
    short_text,
    "chord names, one a bar",
    "as the notes have them",
    "The chords under the new bars.",
    "Am7 D7 Gmaj7",
)
_PARTS = Field(
    "parts",
    word_list,
    "words, by comma: drums, bass, chords, lead, or a track's name",
    "all",
    "Which parts of notes are changed; the others stay as they are.",
    "lead, bass",
)
_FEEL = Field(
    "feel",
    short_text,
    "straight, mpc 54 (58, 62, 66), shuffle, jazz, samba, human, or a genre",
    "human",
    "The feel by its name; straight takes one out.",
    "mpc 58",
)
_LIKE = Field(
    "like",
    local_path,
    "a MIDI file, a loop, or a clip",
    "none",
    "Whose feel is learnt, instead of one by name.",
    "funky.wav",
    is_path=True,
)
_AMOUNT = Field(
    "amount",
    number(0, 1, units=SHARE),
    "a number from 0 to 1",
    "1",
    "How much of the feel: 0 leaves all as it is.",
    "0.5",
)
_OWN_FEEL = Field(
    "give",
    one_of("clip", "feel"),
    "clip or feel",
    "clip",
    "The source with the feel; or the source's own feel, as a bar of notes that like takes.",
    "feel",
)
_GIVE = Field(
    "give",
    one_of("whole", "new"),
    "whole or new",
    "whole",
    "The piece with its new bars, or the new bars alone.",
    "new",
)
_TO = Field(
    "to",
    local_path,
    "a MIDI file, or a clip",
    "none",
    "Where the way leads.",
    "other.mid",
    is_path=True,
)
_STEPS = Field(
    "steps",
    whole(2, 16),
    "a whole number from 2 to 16",
    "6",
    "Clips on the way, both ends among them.",
    "8",
)
_LOCK = Field(
    "lock",
    word_list,
    "words, by comma: drums, bass, chords, lead, or a track's name",
    "none",
    "Which parts stay as they are.",
    "drums, bass",
)
_DRUMS_GIVE = Field(
    "give",
    one_of("new", "whole"),
    "new or whole",
    "new",
    "The drums alone, or with the notes that they follow.",
    "whole",
)
_FROM = Field(
    "parts",
    word_list,
    "words, by comma: drums, bass, chords, lead, or a track's name",
    "all",
    "Whose rhythm the drums follow.",
    "bass",
)
_MARKED = Field(
    "marked",
    short_text,
    "bars, as 3-4 or 2, 5-6",
    "none",
    "The bars that are written anew; the first is 1.",
    "3-4",
)

_WITH = Field(
    "with",
    one_of("own", "midigpt", "skytnt"),
    "own, midigpt or skytnt",
    "own",
    "Who writes the bars: the piece's own bars, or a net that you have brought.",
    "midigpt",
)

_ATTRIBUTES = Field(
    "attributes",
    word_list,
    "words, by comma: sparse, dense, density 0.7, short notes, 8th-half notes, 2-4 voices",
    "as the net likes",
    "With midigpt: what the new bars are like, as far as the checkpoint has been taught it.",
    "sparse, long notes, one voice",
)

RENDER = DaemonVerb(VERBS["render"], work="daemon.pieces.render:render")
CONTINUE = DaemonVerb(
    Verb(
        "continue",
        works_on="notes",
        gives="the notes with more bars after them",
        said="go on with {}",
        help="go on with notes: more bars in the same manner, to the end of a phrase",
        example="riff.mid --bars 4",
        fields=(
            "bars",
            _TEMPERATURE,
            _CHORDS,
            _PARTS,
            _GIVE,
            _WITH,
            _ATTRIBUTES,
            "seed",
            _SOUND,
            "bpm",
            "key",
        ),
        by_button=True,
    ),
    work="daemon.pieces.going_on:continue_",
)
INFILL = DaemonVerb(
    Verb(
        "infill",
        works_on="notes",
        gives="the notes with the marked bars written anew",
        said="fill bars of {}",
        help="write the marked bars of notes anew, so that both sides join",
        example="riff.mid --marked 3-4",
        fields=(
            _MARKED,
            _TEMPERATURE,
            _CHORDS,
            _PARTS,
            _WITH,
            _ATTRIBUTES,
            "seed",
            _SOUND,
            "bpm",
            "key",
        ),
    ),
    work="daemon.pieces.going_on:infill",
    brief="daemon.parts.separators:usual_brief",
)
GROOVE = DaemonVerb(
    Verb(
        "groove",
        works_on="either",
        gives="the same notes, or the same loop, with another feel; or a feel alone",
        said="give {} a feel",
        help="give notes or a loop a feel by name, or another clip's, or take it out",
        example="loop.wav --like funky.wav --amount 0.7",
        fields=(_FEEL, _LIKE, _AMOUNT, _PARTS, _OWN_FEEL, "seed", _SOUND, "bpm", "key"),
        by_button=True,
        beside="like",
    ),
    work="daemon.pieces.groove:groove",
)
DRUMIFY = DaemonVerb(
    Verb(
        "drumify",
        works_on="either",
        gives="drums to the rhythm of the source",
        said="put drums to {}",
        help="make drums of any rhythm: a bass line, a melody, chords, a loop",
        example='riff.mid --genre funk --prompt "with fills"',
        fields=("prompt", "genre", "density", _FROM, _DRUMS_GIVE, "seed", _SOUND, "bpm"),
        by_button=True,
    ),
    work="daemon.pieces.drumify:drumify",
)
INTERPOLATE = DaemonVerb(
    Verb(
        "interpolate",
        works_on="notes",
        gives="clips on the way from one to the other",
        said="lead {} to another",
        help="make the clips between two: beats or melodies, each nearer to the second",
        example="one.mid --to other.mid --steps 8",
        fields=(_TO, _STEPS, "seed", _SOUND, "bpm", "key"),
        beside="to",
        beside_needed=True,
    ),
    work="daemon.pieces.interpolate:interpolate",
)
VARY = DaemonVerb(
    Verb(
        "vary",
        works_on="notes",
        gives="the same notes a little otherwise",
        said="vary {}",
        help="change notes slightly: the same at strength 0, another take at 1",
        example="riff.mid --strength 0.3 --lock drums",
        fields=("strength", _LOCK, "seed", _SOUND, "bpm", "key"),
        by_button=True,
    ),
    work="daemon.pieces.vary:vary",
    brief="daemon.parts.separators:usual_brief",
)
