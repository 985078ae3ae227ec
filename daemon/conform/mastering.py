"""A made track mastered after a favourite of its user's, before it gets its level."""

from __future__ import annotations

from pathlib import Path

from daemon.audio.scratch import aside, release
from daemon.audio.sound import Sound
from daemon.brief import Brief
from daemon.conform.report import Report
from daemon.errors import AudioError, ConformError

#: LUFS and dBTP that it is mastered to: the level that is wished is set afterwards.
_LUFS, _CEILING_DB = -18.0, -1.0


def is_mastered(brief: Brief) -> bool:
    """Whether the brief makes a track that is to be like another."""
    return brief.do == "make" and brief.kind == "track" and brief.master and bool(brief.master_like)


def mastered_after(sound: Sound, brief: Brief, report: Report) -> Sound:
    """The track after its user's favourite. Where that cannot be followed it stays, and is told.

    A made track may be paid for, so it is never lost for its reference.
    """
    # imported only here: few tracks are mastered
    from daemon.mastering.master import read_reference
    from daemon.mastering.match import Wish, mastered, spectrum_off_db

    path = Path(brief.master_like).expanduser()
    try:
        like, name = read_reference(str(path))
    except (AudioError, ConformError, OSError) as error:
        report.warnings.append(f"it is not mastered after audio.master_like ({path}): {error}")
        return sound
    made = mastered(
        sound.audio, sound.sample_rate, False, Wish(_LUFS, _CEILING_DB, like), lambda _: None
    )
    report.did["mastered"] = {
        "like": name,
        "spectrum_off_db": round(made.off_db or 0.0, 2),
        "spectrum_off_db_before": round(spectrum_off_db(made.before, like.measured), 2),
    }
    report.warnings += made.said
    if sound.stems:
        report.warnings.append("its stems are as they were before mastering")
    release(sound.audio)
    return Sound(aside(made.audio), sound.sample_rate, sound.stems)
