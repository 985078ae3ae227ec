"""A verb that a third party might add: one file, and one line of a package's entry points."""

from __future__ import annotations

import os
from pathlib import Path

HALVE = '''
"""Cuts a sound in two."""

from bridge.request import Field, number
from bridge.verbs import Verb
from daemon.verbs.registry import DaemonVerb, Result

AT = Field("at", number(0.1, 0.9), "a share from 0.1 to 0.9", "0.5", "Where it is cut.", "0.25")
VERB = DaemonVerb(
    Verb(
        "halve", "source", gives="two sounds", said="cut {} in two", help="cut a sound in two",
        example="drums.wav --at 0.25", fields=(AT,), by_button=True,
    ),
    work="halver:halve",
)


def halve(brief, request, folder, tell):
    from daemon.audio.files import read_audio

    audio, rate = read_audio(brief.reference)
    at = round(len(audio) * request.get("at", 0.5))
    for part, sound in (("front", audio[:at]), ("back", audio[at:])):
        tell(0.5, part)
        yield Result("sfx", sound, rate, part=part, report={"did": {"method": "cut", "frame": at}})
'''


def install(folder: Path) -> str:
    """Put the package into a folder, as pip would; the PYTHONPATH by which a program finds it."""
    about = folder / "halver-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "halver.py").write_text(HALVE, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: halver\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[sidecrate.verbs]\nhalve = halver:VERB\n")
    root = Path(__file__).parents[2]
    return os.pathsep.join([str(folder), str(root)])
