"""The engines that users have taught: a file each in the state folder, `mine-NAME` by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from daemon.engines.contract import EngineInfo
from daemon.engines.in_folder import EnginesInFolder
from daemon.errors import EngineError
from daemon.home.places import Places

#: How an engine is called in requests.
PREFIX = "mine-"
#: What the musician's plan answers for, where loops are made of a user's.
_OF_LOOPS = {
    "bars": "played", "chords": "played", "swing": "near", "genre": "near", "instruments": "near",
}  # fmt: skip
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


def mine_folder(places: Places | None = None) -> Path:
    return (places or Places.find()).state / "mine"


def check_name(name: str) -> str:
    """A name without its prefix. EngineError where an engine cannot be called that."""
    name = name.removeprefix(PREFIX)
    if not _NAME.fullmatch(name):
        raise EngineError(
            f"--name {name!r}: take up to 41 small letters, digits and dashes, as in my-kicks",
            "bad_request",
        )
    return name


def model_file(name: str, folder: Path | None = None) -> Path:
    """Where the model lies."""
    return (folder or mine_folder()) / f"{check_name(name)}.npz"


def adapter_file(name: str, folder: Path | None = None) -> Path:
    """Where an adapter lies: what was taught to a large model."""
    return (folder or mine_folder()) / f"{check_name(name)}.safetensors"


def preview_file(model: Path) -> Path:
    """The newest sound of an adapter that is being taught, or was."""
    return model.with_name(f"{model.stem}-preview.wav")


def about_file(model: Path) -> Path:
    """A small file beside it, so that the daemon need not read the model to know of it."""
    return model.with_suffix(".json")


def mine_engines() -> list[EngineInfo]:
    """The taught engines."""
    return _taught.infos(mine_folder())


def _read(folder: Path) -> list[EngineInfo]:
    found = [_described(path) for path in sorted(folder.glob("*.json"))]
    return [info for info in found if info is not None]


_taught = EnginesInFolder(_read)


def _described(path: Path) -> EngineInfo | None:
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if "adapters" in about:
            return _tuned(path.stem, about)
        model = path.with_suffix(".npz")
        kinds = (
            *(("oneshot",) if about["roles"] else ()),
            *(("loop",) if about.get("loops") else ()),
        )
        sounds = f"{about['sounds']} of them: {', '.join(about['roles'])}" if about["roles"] else ""
        loops = f"{about['loops']} loops: {', '.join(about['parts'])}" if "loop" in kinds else ""
        return EngineInfo(
            name=f"{PREFIX}{path.stem}",
            title=f"Your own sounds, {'; '.join(filter(None, (sounds, loops)))}",
            maker="daemon.engines.mine.run:make",
            kinds=kinds,
            license=str(about["licence"]),
            commercial=bool(about["commercial"]),
            model=f"{PREFIX}{path.stem}",
            version=str(about["hash"])[:12],
            max_seconds=60.0 if "loop" in kinds else 10.0,
            conditioning=("style", *(("tempo", "key", "meter") if "loop" in kinds else ())),
            honours={
                "only": "played", "denials": "played", "note": "played", "seconds": "near",
                **(_OF_LOOPS if "loop" in kinds else {}),
            },
            spec={"file": str(model), "name": path.stem, "licence": str(about["licence"])},
            needs=partial(_why_not, model),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _tuned(name: str, about: dict[str, Any]) -> EngineInfo:
    """A large model with the user's adapters: its own engine under another name."""
    from daemon.engines.local.models import describe

    base = describe(str(about["base"]), about["entry"], about["service"])
    own = str(about["licence"])
    heard = f"{about['sounds']} sounds and {about['loops']} loops"
    return replace(
        base,
        name=f"{PREFIX}{name}",
        title=f"{base.title}, tuned on {heard} of yours",
        license=f"{base.license}; {own}",
        commercial=base.commercial and bool(about["commercial"]),
        version=str(about["hash"])[:12],
        spec={
            **base.spec, "name": f"{PREFIX}{name}", "base": base.name,
            "license": f"{base.license}; {own}", "adapters": about["adapters"],
        },
        needs=partial(_why_not_tuned, base.needs, about["adapters"]),
    )  # fmt: skip


def _why_not_tuned(base: Callable[[], str | None], adapters: list[dict[str, Any]]) -> str | None:
    for one in adapters:
        if not Path(one["file"]).is_file():
            return f"its adapter {one['file']} is gone; import it again, or train it anew"
    return base()


def _why_not(model: Path) -> str | None:
    if model.is_file():
        return None
    return f"its file {model} is gone; import it again, or train it anew"
