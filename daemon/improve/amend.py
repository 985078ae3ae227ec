"""Amends the Brief by a language model's answer, where user, words and session are silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.errors import SidecrateError
from bridge.request import Request
from daemon.brief import AUTO, Brief, Decision
from daemon.prompt.genres import find_genre
from daemon.prompt.length import BARRED, LONGEST_VOCAL_S, SHORTEST_VOCAL_S, TIMELESS, WORD_S
from daemon.prompt.words import parse_words
from daemon.record import Repeatable

SOURCE = "language model"
#: Lines of `said` about one step; the rest is counted.
_MOST_SAID = 6
#: Sources that a language model may overrule: none that a person chose.
_OPEN = ("genre", "default")


def is_shown_first(brief: Brief, request: Mapping[str, Any]) -> bool:
    """Whether a person sees the answers before they are used.

    They do with `improve: ask`. Words to sing are shown too, unless the request itself has
    `improve: on`.
    """
    return brief.improve == "ask" or (brief.lyrics == AUTO and request.get("improve") != "on")


def amend(
    brief: Brief, request: Request, step: str, result: Mapping[str, Any], check: Any
) -> Brief:
    """The Brief with one step's result.

    `check(brief)` raises where none of its engines can make the amended Brief. A failed step leaves
    a line in `said` and the rules' own way; its fault is kept in `improved`.
    """
    brief = brief.amended(improved={**brief.improved, step: dict(result)})
    if "why" in result:
        return _without(brief, step, str(result["why"]))
    answer = result["answer"]
    model = result["model"]
    said = [line[:200] for line in answer["said"]]
    if len(said) > _MOST_SAID:
        said[_MOST_SAID:] = [f"and {len(said) - _MOST_SAID} more things were mended"]
    if step == "lyrics":
        return _with(
            brief, [f"words to sing by {model}", *said], **_sung(brief, request, answer["lyrics"])
        )
    if step == "compose":
        return _with(brief, [f"notes by {model}", *said], plan=answer["plan"])
    own = brief.engines[0]
    words = answer["words"].get(own) or next(iter(answer["words"].values()))
    lines = [f"prompt improved by {model}: {words[:200]}"]
    return _with_fields(_with(brief, [*lines, *said]), request, answer["fields"], check)


def _with(brief: Brief, said: list[str], **changes: Any) -> Brief:
    return brief.amended(said=(*brief.said, *said), **changes)


def _without(brief: Brief, step: str, why: str) -> Brief:
    if step == "improve":
        return _with(brief, [f"the prompt is used as it was written: {why}"])
    if step == "compose":
        return _with(brief, [f"the notes are written by rules: {why}"], compose="rules")
    return brief


def _sung(brief: Brief, request: Request, lyrics: str) -> dict[str, Any]:
    if brief.kind != "vocal" or "seconds" in request:
        return {"lyrics": lyrics}
    return {
        "lyrics": lyrics,
        "seconds": min(max(len(lyrics.split()) * WORD_S, SHORTEST_VOCAL_S), LONGEST_VOCAL_S),
    }


def _with_fields(brief: Brief, request: Request, fields: Mapping[str, Any], check: Any) -> Brief:
    timing = _open_timing(brief, fields)
    sound = _open_sound(brief, request, fields)
    if timing or sound:
        tried = _taken(brief, {**timing, **sound})
        try:
            check(tried)
            return tried
        except SidecrateError as error:
            brief = _with(brief, [f"the model's tempo and length are not used: {error.text}"])
    return _taken(brief, sound) if sound else brief


def _open_timing(brief: Brief, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Tempo, key, meter and bars that the Brief leaves open."""
    if brief.kind in TIMELESS or brief.reference is not None:
        return {}
    names = ("bpm", "key", "meter", *(("bars",) if brief.kind in BARRED else ()))
    taken = {name: fields[name] for name in names if name in fields and _is_open(brief, name)}
    if "bpm" not in taken and "genre" in fields and _is_open(brief, "bpm") and not brief.genre:
        usual = find_genre(str(fields["genre"]))
        taken |= {"bpm": usual.bpm} if usual else {}
    return taken


def _is_open(brief: Brief, name: str) -> bool:
    return name in brief.decided and brief.decided[name].source in _OPEN


def _open_sound(brief: Brief, request: Request, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of sound that request and prompt leave open."""
    unsaid = {
        "genre": not brief.genre, "mood": not brief.mood, "instruments": not brief.instruments,
        "energy": brief.energy is None, "density": brief.density is None,
        "negative": not brief.negative,
        "swing": "swing" not in request and parse_words(brief.prompt).swing is None,
    }  # fmt: skip
    taken = {
        name: fields[name]
        for name, is_open in unsaid.items()
        if is_open and name in fields and name not in request
    }
    if "genre" in taken:
        found = find_genre(str(taken["genre"]))
        taken["genre"] = found.name if found else taken["genre"]
    return taken


def _taken(brief: Brief, fields: Mapping[str, Any]) -> Brief:
    names = {"key": "key_name", "meter": "meter_name"}
    changes = {
        names.get(name, name): tuple(v) if isinstance(v, list) else v for name, v in fields.items()
    }
    if changes.get("key_name") == "keep":
        del changes["key_name"]
    decided = {
        name: Decision(value, SOURCE, _overruled(brief, name)) for name, value in fields.items()
    }
    chosen = "; ".join(f"{name} {_plain(v)}" for name, v in fields.items())
    return _with(
        brief, [f"the model chose {chosen}"], decided={**brief.decided, **decided}, **changes
    )


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _overruled(brief: Brief, name: str) -> tuple[tuple[str, Any], ...]:
    before = brief.decided.get(name)
    if before is None or before.value is None:
        return ()
    return ((before.source, before.value),)


def proposal(brief: Brief) -> str:
    """The text that a person sees before the answers are used."""
    lines = []
    for step in ("improve", "lyrics", "compose"):
        result = brief.improved.get(step)
        if not result or "answer" not in result:
            continue
        answer = result["answer"]
        if step == "improve":
            lines += [f"{engine}: {words}" for engine, words in answer["words"].items()]
        elif step == "lyrics":
            lines.append(answer["lyrics"])
    lines += [
        line
        for line in brief.said
        if line.startswith(("the model", "the prompt", "the notes", "notes by"))
    ]
    return "\n".join(lines)


def again(brief: Brief, request: Request, record: Repeatable, check: Any) -> Brief:
    """Amend a repeated clip's Brief with that clip's answers, so that the model is paid once.

    Notes are the exception: another seed means another idea.
    """
    before = record.get("improved") or {}
    for step in brief.steps_wanted():
        if step != "compose" and "answer" in before.get(step, {}):
            brief = amend(brief, request, step, before[step], check)
    return brief
