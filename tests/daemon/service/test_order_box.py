import asyncio

from bridge.events import Origin, Status
from daemon.service.order_box import MOST_REFUSALS, MOST_WAITING_OF_ONE, OrderBox


def order(port, what=""):
    return Status(Origin("osc", {"peer": ["127.0.0.1", port]}), what)


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
    assert [one.job for one in handled].index("mine") == 1
    assert [one.job for one in handled if one.job != "mine"] == [
        str(n) for n in range(MOST_WAITING_OF_ONE)
    ]
    assert [event.code for event in told] == ["busy"] * 5


def test_refusals_do_not_pile_up():
    told = []

    async def run():
        box = OrderBox(asyncio.get_running_loop(), lambda order: None, told.append)
        for _ in range(MOST_WAITING_OF_ONE + 3 * MOST_REFUSALS):
            box.put(order(1))
        while len(told) < MOST_REFUSALS or box._waiting:
            await asyncio.sleep(0)
        for _ in range(MOST_WAITING_OF_ONE + 1):
            box.put(order(1))
        await asyncio.sleep(0)

    asyncio.run(run())
    assert len(told) == MOST_REFUSALS + 1
