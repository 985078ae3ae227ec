"""The journal of changes: the last one is taken back, once."""

import asyncio

import pytest

from daemon.errors import LibraryError, RequestRefused, ServiceError
from daemon.mcp.undo import Journal


def test_a_change_that_waits_for_the_daemon_is_taken_back_by_the_next_call_and_no_older_one():
    journal, there, taken_back = Journal(), [], []

    def change(words):
        async def back():
            if not there:
                raise ServiceError("no daemon of Sidecrate runs; start it", "no_daemon")
            taken_back.append(words)
            return "done"

        journal.add(words, back)

    change("first")
    change("second")
    with pytest.raises(ServiceError):
        asyncio.run(journal.undo())
    there.append(True)
    assert asyncio.run(journal.undo()) == ("second", "done")
    assert asyncio.run(journal.undo()) == ("first", "done")
    assert taken_back == ["second", "first"]


@pytest.mark.parametrize(
    "error", [LibraryError("it is in the bin", "in_bin"), RequestRefused("no such", "unknown_clip")]
)
def test_a_change_that_nothing_takes_back_does_not_stand_in_the_way(error):
    journal = Journal()

    async def back():
        return "done"

    async def never():
        raise error

    journal.add("mark", back)
    journal.add("trash", never)
    with pytest.raises(type(error)):
        asyncio.run(journal.undo())
    assert asyncio.run(journal.undo()) == ("mark", "done")
    with pytest.raises(LibraryError, match="nothing to undo"):
        asyncio.run(journal.undo())
