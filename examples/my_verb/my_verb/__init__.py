"""The verb's row, which all doors follow. The daemon reads it, so nothing heavy is imported."""

from sidecrate import DaemonVerb, Field, Verb, number

FADE = Field(
    "fade", number(0, 5), "a time from 0 to 5 s", "0.01", "How long it fades out at its end.", "0.1"
)
VERB = DaemonVerb(
    Verb(
        "reverse",
        works_on="source",
        gives="a sound that swells",
        said="turn {} round",
        help="turn a sound round",
        example="crash.wav --fade 0.1",
        fields=(FADE,),
        by_button=True,
    ),
    work="my_verb.work:reverse",
)
