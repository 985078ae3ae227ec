"""The reader of prompts: 20,000 prompts of a grammar, for crashes and for the time that each takes.

`python -m benchmarks prompts`. Every tenth prompt is composed as well, without audio. The aim is
no crash, and less than 5 ms a prompt.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter

from bridge.errors import SidecrateError
from bridge.request import read_request
from bridge.session import SessionView
from daemon.brief import Brief
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.unmet import unmet
from daemon.errors import PromptError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle
from daemon.prompt.words import parse_words
from tests.helpers.prompt_grammar import Grammar

PROMPTS = 20_000
#: One prompt of so many is composed: that takes ten times as long as reading it.
_COMPOSED_EVERY = 10
_AIM_MS = 5.0


def bench(prompts: int = PROMPTS, seed: int = 7) -> None:
    grammar = Grammar(seed)
    took_ms: list[float] = []
    plain_ms: list[float] = []
    faults: Counter[str] = Counter()
    composed = 0
    for k in range(prompts):
        prompt = grammar.prompt()
        try:
            before = time.process_time()
            parse_words(prompt)
            took_ms.append(1000 * (time.process_time() - before))
            before = time.process_time()
            json.loads(json.dumps(prompt))
            plain_ms.append(1000 * (time.process_time() - before))
            brief = settle(
                read_request([("prompt", prompt)]), SessionView(), PromptDefaults(), seed=k
            )
            if k % _COMPOSED_EVERY == 0 and brief.kind in ("loop", "midi"):
                composed += _played(brief.amended(bars=min(brief.bars or 4, 4)), k)
        except (PromptError, SidecrateError):
            continue
        except Exception as error:
            faults[f"{type(error).__name__}: {error}"[:80]] += 1
            print(f"fault: {prompt!r:.300}")
    took_ms.sort()
    middle, late = statistics.median(took_ms), took_ms[int(0.99 * len(took_ms))]
    print(f"{prompts} prompts read, {composed} of them composed, {sum(faults.values())} faults")
    print(
        f"a prompt: median {middle:.2f} ms, 99 % below {late:.2f} ms, at most {took_ms[-1]:.2f} ms"
    )
    print(f"that is {middle / statistics.median(plain_ms):.0f} times a round through JSON")
    print(f"below {_AIM_MS:g} ms: {sum(one < _AIM_MS for one in took_ms) / len(took_ms):.2%}")
    for fault, count in faults.most_common():
        print(f"  {count} x {fault}")


def _played(brief: Brief, seed: int) -> int:
    plan = compose(brief, seed)
    score = Score(plan)
    for part in plan.parts:
        score.part(part)
    unmet(brief, plan, plan.parts)
    return 1
