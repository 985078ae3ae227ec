"""A clip's family in the library: what it was made of, what was made of it, and its doubles."""

from __future__ import annotations

import json

from daemon.jobs.database import Database
from daemon.record import ClipRecord

#: Relatives of one kind that are told.
_MOST = 50
_OF = (
    "SELECT seq FROM clips c WHERE id IN (SELECT value FROM json_each(?1)) OR id IN"
    " (SELECT clip FROM files WHERE path IN (SELECT value FROM json_each(?1)))"
)
# the id is looked for before any record is parsed: this reads all of them
_MADE = (
    "SELECT seq FROM records WHERE instr(record, ?1) AND (json_extract(record, '$.from')"
    " IN (?1, ?2) OR json_extract(record, '$.edited_from') = ?1 OR EXISTS (SELECT 1 FROM"
    " json_each(record, '$.performance.plays') p WHERE json_extract(p.value, '$.clip') = ?1))"
    " AND seq != ?3"
)
_SAME = (
    "SELECT s.seq FROM sounds s JOIN clips c ON c.seq = s.seq, sounds o JOIN clips own"
    " ON own.seq = o.seq WHERE o.seq = ?1 AND s.seq != ?1 AND length(o.features) > 0"
    " AND s.features = o.features AND abs(c.seconds - own.seconds) < 1e-4"
)


def relatives_of(library: Database, seq: int, record: ClipRecord) -> dict[str, list[int]]:
    """The numbers of the clips that a clip was made `of`, that were `made` of it, and its doubles.

    Those, `same`, have the same measured features and length.
    """
    clip = record["id"]
    sources = [record.get("from"), record.get("edited_from"), record.get("brought_from")]
    played = [one["clip"] for one in (record.get("performance") or {}).get("plays", ())]
    named = json.dumps([one for one in (*sources, *played) if one and one != clip])
    found = {
        "of": library.rows(_OF, named),
        "made": library.rows(_MADE, clip, str(record["path"]), seq),
        "same": library.rows(_SAME, seq),
    }
    return {name: [row[0] for row in rows[:_MOST]] for name, rows in found.items()}
