"""How a prompt is read, without making anything: each word with what it set, or why it set nothing.

The session's own values are those that are pinned; a running project may overrule less or more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bridge.request import Request
from bridge.session import Session
from daemon.brief import Brief, Decision
from daemon.briefing.brief_of import engines_for
from daemon.engines.contract import EngineInfo
from daemon.engines.embedded.mode import with_mode
from daemon.engines.facets import answer_of, facet_notes
from daemon.engines.registry import Policy, engine_info
from daemon.errors import EngineError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.facets import FACETS
from daemon.prompt.marked_text import Heard
from daemon.prompt.settle import settle
from daemon.prompt.words import Words, parse_words

#: `set`: it set its facet. `told`: the engine gets it as words, and may follow it.
#: `overruled`: something else goes before it. `unused`: it sets nothing here. `plain`: it joins.
State = Literal["set", "told", "overruled", "unused", "plain"]

#: Facet -> the name of its decision.
_DECIDED = {
    "tempo": "bpm", "key": "key", "meter": "meter", "bars": "bars", "kind": "kind",
    "effect": "kind", "genre": "genre",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A stretch of the prompt; all of them in a row are the prompt as it was read."""

    text: str
    state: State
    facet: str = ""
    """What it is of, by its name in `daemon.prompt.facets`; empty where it is of nothing."""
    about: str = ""
    """The facet in a few words."""
    value: str = ""
    """What it says, where that is one value."""
    why: str = ""
    """Why it set nothing, or what overruled it."""


@dataclass(frozen=True)
class Setting:
    """A value that the request has in the end, and who said it."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Explained:
    prompt: str
    engine: str
    """The engine that would make it; empty where none can."""
    parts: tuple[Part, ...]
    settings: tuple[Setting, ...]
    said: tuple[str, ...]
    """The notes that the clip's report would have before anything is played."""


def explain(
    request: Request, session: Session, defaults: PromptDefaults, policy: Policy, now: float
) -> Explained:
    """How a request's prompt is read. now: the session's monotonic clock.

    PromptError for a request that `make` would refuse as well.
    """
    brief = with_mode(settle(request, session.view(now), defaults, seed=0))
    words = parse_words(brief.prompt)
    said = [*request.said, *brief.said]
    info: EngineInfo | None = None
    try:
        engines, _ = engines_for(brief, request, policy)
        info = engine_info(engines[0])
        said += facet_notes(brief, [info])
    except EngineError as error:
        said.append(error.text)
    return Explained(
        words.text,
        info.name if info else "",
        tuple(_parts(words, brief, info)),
        tuple(
            Setting(name, _shown(one.value), one.source)
            for name, one in brief.decided.items()
            if one.value is not None
        ),
        tuple(dict.fromkeys(said)),
    )


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parts(words: Words, brief: Brief, info: EngineInfo | None) -> list[Part]:
    """The prompt cut into stretches."""
    marks = {(one.start, one.end): _judged(one, brief.decided, info) for one in words.heard}
    own = _read_by_engine(words, info)
    for start, end in words.unread:
        facet = next((name for begin, stop, name in own if begin < end and start < stop), "")
        text = words.text[start:end]
        if facet:
            marks[start, end] = Part(text, "set", facet, FACETS[facet])
        elif info is not None and answer_of(info, "timbre") == "told":
            marks[start, end] = Part(text, "told", why=f"{info.name} gets it as words")
        else:
            marks[start, end] = Part(text, "unused", why="no meaning here")
    found: list[Part] = []
    at = 0
    for (start, end), part in sorted(marks.items()):
        if start > at:
            found.append(Part(words.text[at:start], "plain"))
        found.append(
            Part(words.text[start:end], part.state, part.facet, part.about, part.value, part.why)
        )
        at = end
    if at < len(words.text):
        found.append(Part(words.text[at:], "plain"))
    return found


def _judged(one: Heard, decided: Mapping[str, Decision], info: EngineInfo | None) -> Part:
    about = FACETS[one.facet]
    if not one.used:
        return Part("", "overruled", one.facet, about, one.value, "another word goes before it")
    decision = decided.get(_DECIDED.get(one.facet, ""))
    if decision is not None and decision.source not in ("prompt", "genre", "default"):
        why = f"{decision.source} says {_shown(decision.value)}"
        return Part("", "overruled", one.facet, about, one.value, why)
    answer = answer_of(info, one.facet) if info else "played"
    if answer == "said":
        why = f"{info.name if info else 'nobody'} does not do it"
        return Part("", "unused", one.facet, about, one.value, why)
    state: State = "told" if answer == "told" else "set"
    return Part("", state, one.facet, about, one.value)


def _read_by_engine(words: Words, info: EngineInfo | None) -> list[tuple[int, int, str]]:
    """Places that only the embedded musician reads: (start, end, facet)."""
    if info is None or info.name != "embedded":
        return []
    from daemon.engines.embedded.likeness import likeness_places
    from daemon.engines.embedded.tones import timbre_places
    from daemon.engines.embedded.wishes import feel_places

    likeness = [] if words.genre else likeness_places(words.text)
    return [
        *((start, end, "feel") for start, end in feel_places(words.text)),
        *((start, end, "timbre") for start, end in timbre_places(words.text)),
        *((start, end, "genre") for start, end in likeness),
    ]
