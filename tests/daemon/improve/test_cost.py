"""What an answer has cost, by the tokens that the server says."""

from types import SimpleNamespace

import pytest

from daemon.improve.chat import Chat


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        ({"prompt_tokens": 1000, "completion_tokens": 200}, 0.0014),
        ({"prompt_tokens": -1000, "completion_tokens": 200}, None),
        ({"prompt_tokens": float("inf"), "completion_tokens": 200}, None),
        ({"prompt_tokens": float("nan"), "completion_tokens": 200}, None),
        ({"prompt_tokens": "many"}, None),
        (None, None),
    ],
)
def test_tokens_that_are_none_are_no_cost_and_never_give_money_back(usage, usd):
    asked = SimpleNamespace(_server={"price": (1.0, 2.0)})
    assert Chat._cost(asked, {"usage": usage}) == usd
