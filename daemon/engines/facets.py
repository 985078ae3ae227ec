"""Which engine honours which kind of words, and what a person is told of those that it does not.

Each engine answers for each facet of `daemon.prompt.facets`: by `EngineInfo.honours`, else by what
its `conditioning` and `kinds` say. `played`: the take follows it. `fitted`: Sidecrate gives it to
whatever the engine makes. `told`: the engine gets it as words, and may follow them or not. `near`:
the nearest that the engine has is played, and that is told. `said`: it is not done, and that is
told.
"""

from __future__ import annotations

from collections.abc import Iterable

from daemon.brief import Brief
from daemon.engines.contract import EngineInfo
from daemon.prompt.facets import FACETS
from daemon.prompt.words import Words, parse_words

ANSWERS = ("played", "fitted", "told", "near", "said")
#: What the fitting gives to the takes of every engine: a loop is stretched, cut and moved in pitch.
_FITTED = ("count", "tempo", "pace", "key", "note", "meter", "bars", "seconds")
#: Of these, what it gives to no track and no voice: there it is heard, and told.
_NOT_OF_LONG = ("tempo", "key", "meter")
#: The input of an engine (its `conditioning`) -> the facets that it follows by that.
_BY_INPUT = {
    "tempo": ("tempo", "pace"), "key": ("key",), "meter": ("meter",), "lyrics": ("lyrics",),
}  # fmt: skip
#: Facets that are exact things: who asks for one wants to know whether it was done.
_EXACT = ("tempo", "key", "note", "meter", "chords", "swing", "only", "denials")
#: Facet -> the name of its decision in a brief.
_FIGURES = {"tempo": "bpm", "key": "key", "meter": "meter"}
#: Facets that no words can carry.
_NOT_IN_WORDS = ("drum tab", "tune")
#: More letters of the words themselves are not shown.
_MOST_SHOWN = 40


def answer_of(info: EngineInfo, facet: str) -> str:
    """One of `ANSWERS`. KeyError for what is no facet."""
    if facet not in FACETS:
        raise KeyError(facet)
    if facet in info.honours:
        return info.honours[facet]
    if facet == "kind" or any(facet in _BY_INPUT.get(one, ()) for one in info.conditioning):
        return "played"
    if facet in _FITTED:
        return "fitted"
    if facet in ("singer", "lyrics"):
        return "played" if "vocal" in info.kinds else "said"
    if facet in _NOT_IN_WORDS:
        return "said"
    return "told"


def facet_notes(brief: Brief, infos: Iterable[EngineInfo]) -> list[str]:
    """What to tell of a request before it is made: a line for each engine, where there is need.

    An engine that answers `said` or `near` for a facet by `honours` tells it itself, with the take.
    """
    words = parse_words(brief.prompt)
    found = []
    for info in infos:
        told = [
            shown
            for facet in _EXACT
            if _is_only_told(info, facet, brief.kind) and (shown := _asked(brief, words, facet))
        ]
        if told:
            found.append(
                f"{info.name} gets these as words only, and may not follow them: {', '.join(told)}"
            )
        not_done = [
            f"{FACETS[facet]} ({shown})"
            for facet in ("singer", "lyrics", *_NOT_IN_WORDS)
            if facet not in info.honours
            and answer_of(info, facet) == "said"
            and (shown := _asked(brief, words, facet))
        ]
        if not_done:
            found.append(f"{info.name} does not do {', '.join(not_done)}")
    return found


def refusal_notes(brief: Brief) -> list[str]:
    """What to add where no engine makes a brief: what else was read, and what to do."""
    words = parse_words(brief.prompt)
    notes = [f"{name}: artists and works are not imitated" for name in words.artists]
    if brief.kind == "vocal":
        notes.insert(
            0,
            "nobody sings or speaks here until an engine that does is set up "
            "(sidecrate engines lists them); kind: loop makes the music without a voice",
        )
    return notes


def _is_only_told(info: EngineInfo, facet: str, kind: str) -> bool:
    answer = answer_of(info, facet)
    long = kind in ("track", "vocal") and facet in _NOT_OF_LONG
    return answer == "told" or (answer == "fitted" and long)


def _asked(brief: Brief, words: Words, facet: str) -> str:
    """What a request asks for in a facet, in a few words; empty where it asks for nothing."""
    if facet in _FIGURES:
        decision = brief.decided.get(_FIGURES[facet])
        stated = decision is not None and decision.source not in ("genre", "default", "config")
        return f"{facet} {decision.value}" if stated and decision and decision.value else ""
    if facet == "denials":
        return f"no {brief.negative}" if brief.negative else ""
    if facet == "only":
        return f"only {' and '.join(brief.instruments)}" if brief.only and brief.instruments else ""
    if facet == "singer":
        return words.singer if brief.kind != "vocal" else ""
    places = [words.text[one.start : one.end] for one in words.heard if one.facet == facet]
    return " ".join(places[0].split())[:_MOST_SHOWN] if places else ""


def _head(names: list[str]) -> str:
    """Up to three names in full: more engines that answer alike are counted."""
    if len(names) <= 3:
        return ", ".join(f"`{name}`" for name in names)
    return f"`{names[0]}` and {len(names) - 1} like it"


def facet_table(infos: Iterable[EngineInfo]) -> str:
    """The answers in Markdown: a row for each facet, a column for engines that answer alike."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for info in infos:
        answers = tuple(answer_of(info, facet) for facet in FACETS)
        columns.setdefault(answers, []).append(info.name)
    heads = [_head(names) for names in columns.values()]
    lines = [f"| words for | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for place, (facet, about) in enumerate(FACETS.items()):
        row = " | ".join(answers[place] for answers in columns)
        lines.append(f"| {facet}: {about} | {row} |")
    return "\n".join(lines)
