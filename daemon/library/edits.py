"""The edits of a clip: a list of steps, every state of which is kept.

The clip's own file is never touched.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from daemon.errors import LibraryError, no_clip
from daemon.jobs.ids import random_id
from daemon.library.steps import Step, check_step
from daemon.library.store import LibraryDatabase

#: Steps of a clip: the whole list is stored anew with each turn, and rendered step by step.
MOST_STEPS = 64


class Edits:
    """The lists of steps of a library's clips.

    Each change is a new turn. `undo` goes back a turn and `redo` forward; a change after an undo
    drops the turns ahead. Every method that changes returns the steps as they are now: [{"id":
    "k3f9", "do": "reverb", "amount": 0.25, ...}].
    """

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def steps(self, clip: str) -> list[Step]:
        row = self._database.row(
            "SELECT steps FROM edits JOIN edit_turns USING (clip, turn) WHERE clip = ?", clip
        )
        steps: list[Step] = json.loads(row["steps"]) if row else []
        return steps

    def turns(self, clip: str) -> dict[str, Any]:
        """{undo, redo, history}: turns back, turns ahead, and [{turn, what, made, now}], oldest
        first.
        """
        rows = self._database.rows(
            "SELECT turn, what, made FROM edits WHERE clip = ? ORDER BY turn", clip
        )
        now = self._turn(clip)
        history = [dict(row, now=row["turn"] == now) for row in rows]
        return {"undo": now, "redo": len(rows) - now, "history": history}

    def add(
        self, clip: str, step: Mapping[str, Any], at: int | None = None, *, awaited: str = ""
    ) -> list[Step]:
        """Add a step (see STEPS), last or before place `at` (from 0).

        awaited: the label of the `AwaitedLayers` row that this step fulfils. Where the row is gone,
        the step has been added before, and nothing happens.
        """
        new = _new(step)

        def change(steps: list[Step]) -> None:
            _check_room(steps, 1)
            steps.insert(len(steps) if at is None else at, new)

        return self._change(clip, f"add {new['do']}", change, awaited)

    def change(
        self, clip: str, what: str, *, remove: Sequence[str], add: Sequence[Mapping[str, Any]]
    ) -> list[Step]:
        """Remove steps by their ids and append others, as one turn. `what` describes the turn."""
        new = [_new(step) for step in add]

        def change(steps: list[Step]) -> None:
            for step in remove:
                steps.pop(_index(steps, step))
            _check_room(steps, len(new))
            steps += new

        return self._change(clip, what, change)

    def change_notes(self, clip: str, changes: str) -> list[Step]:
        """Set what is changed of the clip's notes: its one step `notes`, before all others."""
        new = [_new({"do": "notes", "changes": changes})] if changes else []

        def change(steps: list[Step]) -> None:
            others = [step for step in steps if step["do"] != "notes"]
            _check_room(others, len(new))
            steps[:] = new + others

        return self._change(clip, "notes", change)

    def set(self, clip: str, step: str, settings: Mapping[str, Any]) -> list[Step]:
        """Change settings of a step by its id."""

        def change(steps: list[Step]) -> None:
            old = steps[index := _index(steps, step)]
            steps[index] = {"id": old["id"], **check_step({**old, **settings, "do": old["do"]})}

        return self._change(clip, "change", change)

    def remove(self, clip: str, step: str) -> list[Step]:
        """Remove a step by its id; those after it stay."""
        return self._change(clip, "remove", lambda steps: steps.pop(_index(steps, step)))

    def move(self, clip: str, step: str, to: int) -> list[Step]:
        """Put a step at place `to` (from 0)."""
        return self._change(
            clip, "move", lambda steps: steps.insert(to, steps.pop(_index(steps, step)))
        )

    def clear(self, clip: str) -> list[Step]:
        """No steps: the original. It can be undone."""
        return self._change(clip, "clear", lambda steps: steps.clear())

    def undo(self, clip: str) -> list[Step]:
        return self._go(clip, -1, "undo")

    def redo(self, clip: str) -> list[Step]:
        return self._go(clip, 1, "redo")

    def back_to(self, clip: str, turn: int) -> None:
        """Drop the turns after `turn` for good: redo must not bring back a step that cannot be
        rendered.
        """
        with self._database.write() as db:
            db.execute("DELETE FROM edits WHERE clip = ? AND turn > ?", (clip, turn))
            _stand_at(db, clip, min(turn, self._turn(clip)))
            self._database.marks_file.note(clip=clip, steps=self.steps(clip))

    @contextmanager
    def only_if_rendered(self, clip: str) -> Iterator[None]:
        """Steps that are added within stay only where no exception leaves it.

        A step that cannot be rendered must not stay in the list, nor come back by redo.
        """
        before = self._turn(clip)
        try:
            yield
        except Exception:
            # a change that was refused has made no turn, and the turns ahead stay
            if self._turn(clip) > before:
                self.back_to(clip, before)
            raise

    def _go(self, clip: str, by: int, verb: str) -> list[Step]:
        with self._database.write() as db:
            turn = self._turn(clip) + by
            if turn < 0 or (
                turn
                and not db.execute(
                    "SELECT 1 FROM edits WHERE clip = ? AND turn = ?", (clip, turn)
                ).fetchone()
            ):
                raise LibraryError(f"there is nothing to {verb} for clip {clip}", "nothing")
            _stand_at(db, clip, turn)
            steps = self.steps(clip)
            self._database.marks_file.note(clip=clip, steps=steps)
        return steps

    def _turn(self, clip: str) -> int:
        row = self._database.row("SELECT turn FROM edit_turns WHERE clip = ?", clip)
        return int(row["turn"]) if row else 0

    def _change(
        self, clip: str, what: str, change: Callable[[list[Step]], Any], awaited: str = ""
    ) -> list[Step]:
        with self._database.write() as db:
            if not db.execute("SELECT 1 FROM clips WHERE id = ?", (clip,)).fetchone():
                raise LibraryError(no_clip(clip), "unknown_clip")
            if (
                awaited
                and not db.execute(
                    "DELETE FROM awaited_layers WHERE label = ?", (awaited,)
                ).rowcount
            ):
                return self.steps(clip)
            steps = self.steps(clip)
            turn = self._turn(clip) + 1
            change(steps)
            db.execute("DELETE FROM edits WHERE clip = ? AND turn >= ?", (clip, turn))
            db.execute(
                "INSERT INTO edits VALUES (?, ?, ?, ?, ?)",
                (clip, turn, json.dumps(steps), what, time.time()),
            )
            _stand_at(db, clip, turn)
            self._database.marks_file.note(clip=clip, steps=steps)
        return steps


def _stand_at(db: sqlite3.Connection, clip: str, turn: int) -> None:
    """Turn 0 is the original, before any step."""
    db.execute("DELETE FROM edit_turns WHERE clip = ?", (clip,))
    if turn:
        db.execute("INSERT INTO edit_turns VALUES (?, ?)", (clip, turn))


def _index(steps: list[Step], step: str) -> int:
    for index, one in enumerate(steps):
        if one["id"] == step:
            return index
    known = ", ".join(f"{one['id']} ({one['do']})" for one in steps) or "it has none"
    raise LibraryError(f"the clip has no step {step!r}; its steps: {known}", "unknown_step")


def _check_room(steps: list[Step], more: int) -> None:
    if len(steps) + more > MOST_STEPS:
        raise LibraryError(
            f"a clip takes {MOST_STEPS} steps; remove one, or publish it and go on from there",
            "bad_request",
        )


def _new(step: Mapping[str, Any]) -> Step:
    return {"id": random_id(4), **check_step(step)}
