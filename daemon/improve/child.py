"""The child's side: one question to the language model, and its answer checked.

It never raises for what a server does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from daemon.brief import Brief
from daemon.engines.replicate.models import TOKEN
from daemon.home.keys import find_secret
from daemon.improve.chat import Chat, ChatError, Question
from daemon.improve.lyrics import lyrics_question, read_lyrics_answer
from daemon.improve.prompts import prompt_question, read_prompt_answer
from daemon.improve.server import KEY
from daemon.verbs.tell import TellStage

if TYPE_CHECKING:
    from daemon.improve.replicate_chat import ReplicateChat

Ask = Callable[[Brief, Mapping[str, Any]], Question]
Read = Callable[[Mapping[str, Any], Brief], dict[str, Any]]


def ask_model(task: Mapping[str, Any], tell: TellStage) -> dict[str, Any]:
    """{step, brief, request, server} -> an answer, or the reason why there is none.

    An answer is {"answer", "model", "cost_usd", "how"}, a reason {"why", "cost_usd"}. `cost_usd`
    is None where it is unknown.
    """
    brief = Brief.from_json(task["brief"])
    ask, read = _step(task["step"])
    tell(0.0, "improving", "asking the language model")
    try:
        got = _chat(task["server"]).ask(ask(brief, task["request"]))
    except ChatError as error:
        return {"why": error.text, "cost_usd": error.cost_usd}
    try:
        answer = read(got.value, brief)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        # a model may put anything into its JSON
        return {"why": f"the model's answer cannot be used ({error})", "cost_usd": got.cost_usd}
    return {"answer": answer, "model": got.model, "cost_usd": got.cost_usd, "how": got.how}


def _chat(server: Mapping[str, Any]) -> Chat | ReplicateChat:
    if server.get("speaks") == "replicate":
        # each has its own HTTP library, and only one is loaded
        from daemon.improve.replicate_chat import ReplicateChat

        return ReplicateChat(server, find_secret(TOKEN))
    return Chat(server, find_secret(KEY))


def _step(step: str) -> tuple[Ask, Read]:
    if step == "compose":
        # this loads the musician, which the other steps do not need
        from daemon.improve.composing import plan_question, read_plan_answer

        return plan_question, read_plan_answer
    return {
        "improve": (prompt_question, read_prompt_answer),
        "lyrics": (lyrics_question, read_lyrics_answer),
    }[step]
