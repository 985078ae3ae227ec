"""From request to Brief: words, session and defaults resolved, engines chosen, the seed fixed."""

from __future__ import annotations

import random
import time
from pathlib import Path

from bridge.inbox.names import user_name
from bridge.music import bar_seconds
from bridge.request import Request
from bridge.session import Session
from bridge.verbs import find_verb
from daemon.brief import AUTO, Brief
from daemon.briefing.named_sounds import Material
from daemon.engines.embedded.mode import with_mode
from daemon.engines.facets import facet_notes, refusal_notes
from daemon.engines.registry import Policy, Wish, choose_engines, engine_info
from daemon.engines.remote.protocol import VERBS as BOX_VERBS
from daemon.engines.remote.verb_places import choose_box
from daemon.engines.segments_of import count_of
from daemon.errors import EngineError, PromptError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.length import BARRED, MAX_LOOP_S
from daemon.prompt.settle import settle
from daemon.verbs.registry import DaemonVerb, daemon_verb, load_object

#: Clips of one order, where each costs money.
MOST_PAID = 100
#: Kinds whose notes a language model can write.
COMPOSED = ("loop", "midi", "track")
#: The `conditioning` that an engine needs for each use of a reference.
USES = {"continue": "continuation", "melody": "melody", "accompany": "accompany", "style": "style"}


def make_brief(
    request: Request,
    session: Session,
    defaults: PromptDefaults,
    policy: Policy,
    material: Material,
    *,
    do: str = "make",
) -> Brief:
    """The Brief of a request. RequestError, PromptError and EngineError say why there is none."""
    seed = int(request.get("seed", random.SystemRandom().getrandbits(31)))
    brief = with_mode(settle(request, session.view(time.monotonic()), defaults, seed=seed, do=do))
    if beside := find_verb(do).beside:
        brief = brief.amended(other=request.get(beside))
    brief = material.settle(brief)
    brief = brief.amended(said=tuple(dict.fromkeys((*request.said, *brief.said))))
    if find_verb(do).works_on != "words":
        reason = "the file itself is the take" if do == "fit" else f"{do} works on what is there"
        engines: tuple[str, ...] = ("file",)
        if do in BOX_VERBS and policy.boxes:
            there, why = choose_box(do, policy.boxes, policy.box_verbs, policy.waiting)
            engines, reason = (there or "file",), (why if there else reason)
            if why and not there:
                brief = brief.amended(said=(*brief.said, f"done here: {why}"))
        own = brief.amended(words=_words(brief), engines=engines, engine_reason=reason)
        return _amended_by(daemon_verb(do), own, request)
    try:
        engines, reason = engines_for(brief, request, policy)
    except EngineError as error:
        raise EngineError("; ".join([error.text, *refusal_notes(brief)]), error.code) from None
    brief = _language(brief.amended(engines=engines, engine_reason=reason), policy)
    notes = facet_notes(brief, [engine_info(name) for name in dict.fromkeys(engines)])
    brief = brief.amended(said=(*brief.said, *notes, *_price(brief, policy)))
    return _amended_by(daemon_verb(do), brief, request)


def engines_for(brief: Brief, request: Request, policy: Policy) -> tuple[tuple[str, ...], str]:
    """The engines that will make a brief, and the reason; EngineError where none can."""
    wish = Wish(brief.kind, _wants(brief), _length_s(request, brief), brief.bpm)
    return choose_engines(brief.engines, wish, policy)


def _amended_by(verb: DaemonVerb, brief: Brief, request: Request) -> Brief:
    """The Brief, amended by the verb's own package."""
    if not verb.brief:
        return brief
    amended: Brief = load_object(verb.brief)(brief, request)
    return amended


def _words(brief: Brief) -> str:
    """The words that name clips of an existing sound: the prompt, or the sound's own name."""
    if brief.prompt:
        return brief.words
    name = Path(user_name(Path(str(brief.reference or brief.kit)))).stem
    # a clip's own name ends in its tempo, key and id
    return name.partition("_")[0] if brief.source else name


def check_amended(brief: Brief, request: Request, policy: Policy) -> None:
    """SidecrateError where a Brief's engines cannot make what a language model has amended."""
    length_s = _length_s(request, brief)
    if length_s is not None and length_s > MAX_LOOP_S and brief.kind in BARRED:
        length = f"{brief.bars} bars at {brief.bpm:g} bpm last {length_s:.0f} s"
        raise PromptError(f"{length}; at most {MAX_LOOP_S:.0f} s can be")
    choose_engines(brief.engines, Wish(brief.kind, _wants(brief), length_s, brief.bpm), policy)
    _price(brief, policy)


def _language(brief: Brief, policy: Policy) -> Brief:
    """The Brief, with those steps of a language model that apply to it and may be paid for.

    EngineError where it needs one that may not.
    """
    said = list(brief.said)
    if brief.compose == "llm" and ("embedded" not in brief.engines or brief.kind not in COMPOSED):
        said.append(
            f"compose: llm is for the embedded engine's {', '.join(COMPOSED)}; it is not used here"
        )
        brief = brief.amended(compose="rules")
    if policy.free_only and policy.language_costs:
        if brief.lyrics == AUTO:
            text = (
                "lyrics: auto costs money, which other machines may not spend "
                "unless osc.trust_lan is on; write the words"
            )
            raise EngineError(text, "engine_not_ready")
        if brief.steps_wanted():
            said.append(
                "no language model is asked: it costs money, which other machines may not spend"
            )
            brief = brief.amended(improve="off", compose="rules")
    return brief.amended(said=tuple(said))


def _length_s(request: Request, brief: Brief) -> float | None:
    """The length in s that an engine must support; a kind's usual length is no requirement."""
    if brief.kind == "loop" and brief.bars and brief.bpm:
        return brief.bars * bar_seconds(brief.meter, brief.bpm)
    return brief.seconds if "seconds" in request else None


def price_usd(brief: Brief) -> float:
    """The typical cost of a Brief's clips by its engines; 0 where none of them costs money."""
    total_usd = 0.0
    for info in (engine_info(name) for name in brief.engines):
        for first in range(0, brief.count, info.takes_at_once) if info.price else ():
            assert info.price is not None
            runs = count_of(brief, info.max_seconds)
            total_usd += runs * info.price.estimate_usd(
                min(info.takes_at_once, brief.count - first)
            )
    return total_usd


def _price(brief: Brief, policy: Policy) -> list[str]:
    """A note on the price for the user.

    EngineError where it exceeds the limit of a request, or is for more clips than may be paid for.
    """
    total_usd = price_usd(brief)
    if total_usd and brief.count > MOST_PAID:
        text = f"{brief.count:,} clips would cost about {total_usd:.2f} USD"
        raise EngineError(
            f"{text}; an order of clips that cost money has at most {MOST_PAID}: ask for less, or"
            " name an engine that is free",
            "cap",
        )
    if total_usd > policy.per_request_usd:
        limit = f"one request may cost {policy.per_request_usd:.2f}"
        text = f"this would cost about {total_usd:.2f} USD, and {limit}"
        raise EngineError(f"{text}; ask for less, or raise spend.per_request_usd", "cap")
    return [f"costs about {total_usd:.3f} USD"] if total_usd else []


def _wants(brief: Brief) -> dict[str, str]:
    """The `conditioning` that the engine needs, and the field that asks for each."""
    wants = {}
    if brief.reference is not None:
        wants[USES[brief.use]] = f"reference with use: {brief.use}"
    if brief.lyrics:
        wants["lyrics"] = "lyrics"
    if brief.kit is not None:
        wants["kit"] = "kit"
    return wants
