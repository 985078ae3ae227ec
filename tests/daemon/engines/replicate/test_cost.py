"""What a prediction has cost, by the time that the service says."""

from types import SimpleNamespace

import pytest

from daemon.engines.contract import Price
from daemon.engines.replicate.buying import Buying


@pytest.mark.parametrize(
    ("worked_s", "cost_usd"),
    [(2.0, 0.6), (0, 0.1), (-3.0, None), (float("nan"), None), (float("inf"), None), ("2", None)],
)
def test_a_time_that_is_none_is_no_cost_and_never_gives_money_back(worked_s, cost_usd):
    bought = SimpleNamespace(_price=Price(per_take_usd=0.1, per_second_usd=0.25), _takes=1)
    said = {"status": "succeeded", "metrics": {"predict_time": worked_s}}
    assert Buying._cost(bought, said) == cost_usd
