"""The mode that a style and the mood of the words suggest where a prompt leaves it open."""

from __future__ import annotations

from dataclasses import replace

from bridge.music import Key
from daemon.brief import Brief
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.tones import read_mode, without_denied
from daemon.prompt.genres import fold
from daemon.prompt.vocabulary import sounds
from daemon.prompt.words import parse_words

#: Kinds that are music in a key; a hit and an effect have a note alone.
_OF_MUSIC = ("loop", "track", "midi", "vocal")


def likely_mode(style: Style, is_minor: bool | None) -> str:
    """The style's mode, or the other where the mood wants it. is_minor: None, it wants none."""
    if is_minor is None or Key.parse(f"C {style.mode}").is_minor == is_minor:
        return style.mode
    return "minor" if is_minor else "major"


def with_mode(brief: Brief) -> Brief:
    """The brief, where its prompt names a tonic alone (`bass in E`), in the mode that is likely.

    That is said. Drums alone have no key, and their brief stays as it is.
    """
    words = parse_words(brief.prompt)
    decided = brief.decided.get("key")
    if (
        decided is None
        or decided.source != "prompt"
        or not words.mode_open
        or decided.value != words.key
        or brief.kind not in _OF_MUSIC
        or _is_drums(brief)
    ):
        return brief
    typed = " ".join([brief.prompt, brief.change, *brief.mood]).lower()
    key = f"{words.key} {likely_mode(find_style(brief), read_mode(without_denied(typed)))}"
    told = f"{words.key} in the prompt names no mode; {key} is played"
    return brief.amended(
        key_name=key,
        decided={**brief.decided, "key": replace(decided, value=key)},
        said=(*brief.said, told),
    )


def _is_drums(brief: Brief) -> bool:
    """Whether nothing but drums is asked for."""
    known = [sounds().get(fold(name)) for name in brief.instruments]
    return brief.only and all(one is not None and one.part == "drums" for one in known)
