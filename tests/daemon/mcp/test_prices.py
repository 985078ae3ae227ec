"""What may be bought by one call of a tool."""

import pytest

from daemon.errors import EngineError
from daemon.mcp.prices import check_prices


@pytest.mark.parametrize("most_usd", [0.0, 0.74, float("nan")])
def test_nothing_is_ordered_above_what_was_allowed(most_usd):
    with pytest.raises(EngineError, match=r"would cost about 0\.750 USD"):
        check_prices([0.25, 0.5], most_usd)


def test_what_was_allowed_is_ordered():
    check_prices([0.25, 0.5], 0.75)
    check_prices([0.0], 0.0)
