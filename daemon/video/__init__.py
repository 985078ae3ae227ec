"""A film of a clip: drawn by numpy from what the clip is known to hold, encoded by PyAV."""

from bridge.request import Field, local_path, one_of, plain_text, switch, whole
from bridge.verbs import Verb
from daemon.verbs.registry import DaemonVerb

#: The file by which a folder is a project.
PROJECT_FILE = "project.yaml"
#: Width and height in pixels, by name.
SIZES = {
    "16:9": (1920, 1080),
    "9:16": (1080, 1920),
    "1:1": (1080, 1080),
    "4:5": (1080, 1350),
}
#: Name of a style -> its class, imported where it draws.
STYLES = {
    "waveform": "daemon.video.styles.lines:Waveform",
    "spectrum": "daemon.video.styles.lines:Spectrum",
    "scope": "daemon.video.styles.lines:Scope",
    "pianoroll": "daemon.video.styles.roll:PianoRoll",
    "rings": "daemon.video.styles.fields:Rings",
    "kaleidoscope": "daemon.video.styles.fields:Kaleidoscope",
    "cover": "daemon.video.styles.fields:Cover",
    "particles": "daemon.video.styles.sparks:Particles",
    "tape": "daemon.video.styles.tape:Tape",
}

_SIZE = Field(
    "size",
    one_of(*SIZES),
    ", ".join(list(SIZES)[:-1]) + f" or {list(SIZES)[-1]}",
    "16:9",
    "Its shape: 16:9 for a screen, 9:16 for a phone, 1:1 and 4:5 for a feed.",
    "9:16",
)
_STYLE = Field(
    "style",
    one_of(*STYLES),
    "one of " + ", ".join(STYLES),
    "by the seed",
    "How it is drawn.",
    "kaleidoscope",
)
_LOOPS = Field(
    "loops",
    whole(1, 64),
    "a whole number from 1 to 64",
    "1 for a track, as many as make 15 s for a loop",
    "How many times it is heard.",
    "4",
)
_FPS = Field(
    "fps",
    whole(24, 60),
    "a whole number from 24 to 60",
    "30",
    "Pictures a second.",
    "60",
)
_CUT = Field(
    "cut",
    whole(1, 64),
    "a whole number of bars from 1 to 64",
    "2, with pictures of your own 1",
    "Bars from one cut to the next; each falls on a downbeat.",
    "4",
)
_TEXT = Field(
    "text",
    switch,
    "on or off",
    "on",
    "Title, key and tempo on the screen.",
    "off",
)
_TITLE = Field(
    "title",
    plain_text,
    "words",
    "the clip's own words",
    "The title on the screen and in the file.",
    "Night drive",
)
_PICTURES = Field(
    "pictures",
    local_path,
    "the path of a folder of pictures and videos, or of one of them",
    "none",
    "Your own pictures, cut and moved on the beat.",
    "holiday",
    is_path=True,
)
_SOUND = Field(
    "codec",
    one_of("auto", "h264", "vp9", "av1"),
    "auto, h264, vp9 or av1",
    "h264 where the build of PyAV has it",
    "How the picture is encoded.",
    "vp9",
)
_AUDIO = Field(
    "soundtrack",
    one_of("aac", "flac", "opus"),
    "aac, flac (exact to the sample) or opus",
    "aac",
    "How the sound is encoded.",
    "flac",
)
_FILMS = Field(
    "films",
    one_of("one", "each"),
    "one or each",
    "one",
    "Of a project: all of its pieces in one film, or a film of each.",
    "each",
)
#: s; an hour is the longest film of the slowest style on a busy machine.
_DEADLINE_S = 3600.0

VIDEO = DaemonVerb(
    Verb(
        "video",
        works_on="source",
        gives="an MP4 that moves with it, cut on its downbeats, and a poster",
        said="film {}",
        help="make a video of a sound, to show it",
        example="last --size 9:16 --style kaleidoscope --loops 4",
        fields=(
            _SIZE, _STYLE, _LOOPS, _FPS, _CUT, _TEXT, _TITLE, _PICTURES, _SOUND, _AUDIO, _FILMS,
            "lyrics", "seed", "reference_start", "reference_end",
        ),
        by_button=True,
        folder_of=PROJECT_FILE,
    ),
    work="daemon.video.video:video",
    deadline_s=_DEADLINE_S,
)  # fmt: skip
