"""What a tool says of arguments that it does not have."""

from daemon.mcp.server import _unknown_text
from daemon.mcp.tools import tool_table


def test_a_field_of_an_order_that_stands_beside_the_orders_is_shown_its_place():
    text = _unknown_text(tool_table()["make"], "prompt")
    assert text.startswith("make has no argument prompt; it takes ")
    assert text.endswith("; prompt belongs into each of clips")
    assert "belongs" not in _unknown_text(tool_table()["make"], "colour")
