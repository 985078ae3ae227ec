"""What is reserved of the day's cap, by the real table of purchases."""

from contextlib import closing

import pytest

from daemon.errors import EngineError
from daemon.jobs.database import Database
from daemon.spending.ledger import reserve_usd
from daemon.spending.lone import LonePurchase


def test_prices_that_add_up_to_the_cap_fit_under_it(tmp_path):
    with closing(Database(tmp_path / "jobs.db")) as database:
        got = [reserve_usd(database, f"job{n}", "model", 0.1, 0.3) for n in range(4)]
    assert [number is not None for number in got] == [True, True, True, False]


def test_a_picture_that_fills_the_cap_is_bought_and_the_next_is_not(tmp_path):
    with closing(Database(tmp_path / "jobs.db")) as database:
        for name in "abc":
            LonePurchase.open(database, f"picture:{name}", "flux", "model", 0.1, 0.3)
        with pytest.raises(EngineError, match=r"0\.300 of the day's 0\.30 USD are spent"):
            LonePurchase.open(database, "picture:d", "flux", "model", 0.1, 0.3)
