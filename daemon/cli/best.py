"""`make --best N`: of a batch those that are most to the user's taste, as a collection."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bridge.request import kind_word
from daemon.cli.library import open_library
from daemon.cli.order import open_crate
from daemon.errors import ServiceError
from daemon.library.liked import features_of, marked_clips
from daemon.record import ClipRecord

if TYPE_CHECKING:
    from daemon.training.taste import Example, Taste

#: Letters of the prompt in the collection's name.
_NAMED = 50

#: Kinds whose plural is not their name with an s.
_PLURALS = {"sfx": "effects", "midi": "MIDI clips"}


def check_best(best: int, count: object, out: str | None) -> None:
    """ServiceError before anything is made, where there is nothing to choose from."""
    if out is not None:
        raise ServiceError(
            "--best chooses among clips of the crate; leave out --out, and export them after",
            "bad_request",
        )
    made = int(count) if isinstance(count, str) and count.isdigit() else count
    if made is None or (isinstance(made, int) and made <= best):
        raise ServiceError(
            f"--best {best} chooses among more than {best}; say --count, as in"
            f" --count {10 * best} --best {best}",
            "bad_request",
        )


def pick_best(prompt: str, records: Sequence[ClipRecord], best: int, as_json: bool) -> None:
    """Collect the best of a batch, and say by which taste."""
    from daemon.training.taste import best_of

    sounds = [(record["id"], features_of(record)) for record in records]
    sounds = [(clip, features) for clip, features in sounds if features]
    if not sounds:
        print("nothing of it has a sound to choose by", file=sys.stderr)
        return
    kind = str(records[0]["kind"])
    taste = taste_of(kind)
    used = taste if taste is not None and taste.is_used else None
    chosen = [sounds[n][0] for n in best_of([features for _, features in sounds], used, best)]
    name = collected(f"best of {prompt[:_NAMED].strip()}", records, chosen)
    how = taste_words(kind, taste)
    if taste is None or not taste.is_used:
        how += "; so these are the ones that differ most"
    if as_json:
        print(json.dumps({"best": chosen, "collection": name, "said": how}))
        return
    print(f"\n{how}\nthe best {len(chosen)} of {len(records)}, collected as {name!r}:")
    paths = {record["id"]: record["path"] for record in records}
    for clip in chosen:
        print(f"  {clip}  {paths[clip]}")


def collected(name: str, records: Sequence[ClipRecord], chosen: Sequence[str]) -> str:
    """Put clips into a collection of that name, or of the next that is free."""
    with open_library() as library:
        library.arrivals.take_in(records)
        name = library.collections.name_for(name, str(records[0].get("job") or chosen[0]))
        library.collections.add(name, chosen)
    return name


def examples_of(kind: str) -> list[Example]:
    """What the user judged of a kind so far."""
    from daemon.training.taste import Example

    with open_library() as library, open_crate(read_only=True) as crate:
        if crate is None:
            return []
        return [
            Example(one["features"], one["liked"], one["job"])
            for one in marked_clips(crate.database, library.database)
            if one["kind"] == kind and one["features"]
        ]


def taste_of(kind: str) -> Taste | None:
    """The taste for a kind, learnt anew: that takes less than a second."""
    from daemon.training.taste import learn_taste

    return learn_taste(examples_of(kind))


def kinds_word(kind: str) -> str:
    """Clips of a kind, in the plural."""
    return _PLURALS.get(kind, f"{kind_word(kind)}s")


def taste_words(kind: str, taste: Taste | None) -> str:
    """What is known of the taste for a kind, for people."""
    from daemon.training.taste import LEAST_EACH

    if taste is None:
        return (
            f"your taste in {kinds_word(kind)} is not known yet: it takes"
            f" {LEAST_EACH} that you keep and {LEAST_EACH} that you throw away"
            " (`sidecrate keep`, `sidecrate trash`)"
        )
    return taste.words()
