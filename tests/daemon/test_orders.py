import asyncio

from bridge.events import Order, Origin
from daemon.orders import MOST_WAITING_OF_ONE, OrderBox


def order(port, what=""):
    return Order("status", Origin("osc", {"peer": ["127.0.0.1", port]}), what=what)


def test_who_sends_thousands_keeps_nobody_else_waiting():
    handled, told = [], []

    async def run():
        box = OrderBox(asyncio.get_running_loop(), handled.append, told.append)
        for n in range(MOST_WAITING_OF_ONE + 5):
            box.put(order(1, str(n)))
        box.put(order(2, "mine"))
        while len(handled) < MOST_WAITING_OF_ONE + 1:
            await asyncio.sleep(0)

    asyncio.run(run())
    assert [one.what for one in handled].index("mine") == 1
    assert [one.what for one in handled if one.what != "mine"] == [str(n) for n in range(MOST_WAITING_OF_ONE)]
    assert [event.code for event in told] == ["busy"] * 5
