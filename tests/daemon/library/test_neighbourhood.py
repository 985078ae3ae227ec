"""The map puts alike by alike, is the same each time, and leaves old places alone."""

import asyncio
import base64
from types import SimpleNamespace

import numpy as np
import pytest

from daemon.library.filters import Filters
from daemon.library.neighbourhood import lay_out, nearest
from daemon.web.sound_map import SoundMap
from tests.helpers.progress import untold

GROUPS, EACH = 12, 25


def sounds():
    chance = np.random.default_rng(7)
    middles = np.repeat(chance.integers(40, 215, (GROUPS, 21)), EACH, axis=0)
    return np.clip(middles + chance.normal(0, 6, middles.shape), 0, 255).astype(np.uint8)


def laid(rows, before):
    task = {
        "features": base64.b64encode(rows.tobytes()).decode(),
        "width": 21,
        "before": base64.b64encode(before.astype("<u2").tobytes()).decode(),
    }
    return np.frombuffer(base64.b64decode(lay_out(task, untold)["places"]), "<u2").reshape(-1, 2)


def test_alike_lies_by_alike_and_old_places_stay():
    rows = sounds()
    group = np.repeat(np.arange(GROUPS), EACH)
    plane = laid(rows, np.zeros((len(rows), 2)))
    assert np.array_equal(plane, laid(rows, np.zeros((len(rows), 2)))), "the same each time"
    near = nearest(plane.astype(np.float32), 10)
    assert (group[near] == group[:, None]).mean() > 0.95
    before = plane.copy()
    before[::10] = 0
    after = laid(rows, before)
    old = before.any(axis=1)
    assert np.array_equal(after[old], plane[old])
    new = nearest(after.astype(np.float32), 10)[~old]
    assert (group[new] == group[~old][:, None]).mean() > 0.9


def test_few_sounds_have_places_of_their_own():
    for many in (0, 1, 2, 3, 5):
        plane = laid(sounds()[:many], np.zeros((many, 2)))
        assert len({tuple(place) for place in plane.tolist()}) == many


@pytest.mark.slow
def test_the_map_of_a_library_is_kept_and_survives_a_damaged_file(home, loop, kick):
    async def found(**filters):
        sight = SoundMap(lambda: SimpleNamespace(library=home.library))
        try:
            return await sight.find(Filters(**filters))
        finally:
            await sight.end()

    whole = asyncio.run(found())
    assert {point["id"] for point in whole["points"]} == {loop["id"], kick["id"]}
    part = asyncio.run(found(kind=("oneshot",)))
    assert part["points"] == [one for one in whole["points"] if one["id"] == kick["id"]]
    home.library.database.path.with_suffix(".map.json").write_text("{half")
    assert asyncio.run(found()) == whole


def test_a_clips_family_is_told(home, loop, kick, made):
    record, folder = made["oneshot"]
    twin = home.crate.publish({**record, "id": "twin", "from": loop["id"]}, folder)
    jam = {"plays": [{"clip": loop["id"], "start": 0, "end": 1}]}
    whole = {**record, "id": "jamm", "words": "jam", "performance": jam, "features": ""}
    home.library.arrivals.take_in([twin, home.crate.publish(whole, folder)])

    def ids(clip):
        return {
            name: {one["id"] for one in rows} for name, rows in home.library.relatives(clip).items()
        }

    assert ids(loop["id"]) == {"of": set(), "made": {"twin", "jamm"}, "same": set()}
    assert ids("twin") == {"of": {loop["id"]}, "made": set(), "same": {kick["id"]}}
    assert ids("jamm")["of"] == {loop["id"]}
