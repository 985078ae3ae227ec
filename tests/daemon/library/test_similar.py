"""Clips that sound alike, found in a library with real files."""

import asyncio

from daemon.library.filters import Filters
from daemon.library.versions import Versions


def test_a_clip_that_nobody_measured_is_measured_when_its_like_are_asked_for(home, loop, kick):
    with home.library.database.write() as db:
        db.execute("DELETE FROM sounds")
        db.execute("DELETE FROM sound_boxes")

    async def measured():
        studio = Versions(home.library, home.folder / "versions")
        try:
            await studio.measure(loop["id"])
        finally:
            await studio.end()

    asyncio.run(measured())
    assert home.library.search(
        Filters(similar=loop["id"])
    ).clips == [] and home.library.needs_measuring(kick["id"])
    home.library.measured({kick["id"]: kick["features"]})
    assert [clip["id"] for clip in home.library.search(Filters(similar=loop["id"])).clips] == [
        kick["id"]
    ]
