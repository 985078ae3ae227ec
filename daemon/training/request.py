"""What an order to train must say, checked before it becomes a job. Imports nothing heavy."""

from __future__ import annotations

from bridge.errors import Fault, RequestError
from bridge.request import Request
from daemon.brief import Brief
from daemon.engines.mine.store import check_name
from daemon.errors import EngineError
from daemon.training.base import ready_base


def brief_of(brief: Brief, request: Request) -> Brief:
    """The Brief, with the engine's name as its words. RequestError where something is missing."""
    name = str(request.get("name") or "")
    if not name:
        raise RequestError(
            Fault("name", "", "name is missing: what shall the engine be called, as in my-kicks?")
        )
    try:
        name = check_name(name)
    except EngineError as error:
        raise RequestError(Fault("name", name, error.text.removeprefix("--"))) from None
    if not (request.get("yours") or request.get("licence")):
        raise RequestError(
            Fault(
                "yours", "",
                "are the sounds yours, or free to be used like this? Say yours: on, or name their"
                " licence; it stands with every clip",
            )
        )  # fmt: skip
    if onto := str(request.get("onto") or ""):
        try:
            ready_base(onto)
        except EngineError as error:
            raise RequestError(Fault("onto", onto, error.text)) from None
    return brief.amended(words=f"mine-{name}")
