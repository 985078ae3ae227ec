"""The worker's protocol behind Ray Serve: one deployment for each engine, and one door before them.

The door is `daemon.worker.app` with a kitchen of deployments in place of children. A replica that
dies costs a take a new try there; a door that dies is found again by daemons, which order anew what
they miss. This module needs the extra `ray`, and is imported by Ray's processes alone.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from ray import serve
from ray.exceptions import RayError, RayTaskError
from ray.serve.exceptions import RayServeException

from bridge.errors import SidecrateError
from daemon.brief import Brief
from daemon.children.host import Child
from daemon.engines.contract import EngineInfo
from daemon.engines.registry import engine_info
from daemon.errors import EngineError, WorkerError
from daemon.home.places import Places
from daemon.verbs.tell import TellStage
from daemon.worker.app import House, make_app
from daemon.worker.certificate import new_secret
from daemon.worker.cluster_settings import DOOR_STREAMS, ClusterSettings
from daemon.worker.files import HashedFiles
from daemon.worker.kitchen import MAKE_TAKE, order_of
from daemon.worker.orders import Order, TakeOrder
from daemon.worker.pairing import Pairing
from daemon.worker.tasks import Tasks

#: Tries of one take on replicas that die while they make it.
_TRIES = 6
#: Pause before another try: Ray takes some seconds to notice, and to start another replica.
_PAUSE_S = 1.0
_TIDY_EVERY_S = 300.0
_served: dict[str, Any] = {}
"""The door's ASGI app, in its replica's process alone."""


class _Engine:
    """One engine on one node. Its takes are made in a child, which a cancel can end."""

    def __init__(self, engine: str, idle_s: float) -> None:
        self._info = engine_info(engine)
        if why := self._info.needs():
            raise RuntimeError(f"engine {engine!r} is not ready on this node: {why}")
        self._loop = _children_loop()
        self._child = asyncio.run_coroutine_threadsafe(_child(engine, idle_s), self._loop).result()

    async def make(self, said: dict[str, Any], reference: bytes | None) -> AsyncIterator[Any]:
        """Yields (share, stage, words) and at last {name: bytes}, or {"failed": ...}."""
        brief = Brief.from_json(said)
        told: asyncio.Queue[Any] = asyncio.Queue()
        with tempfile.TemporaryDirectory(prefix="sidecrate-") as name:
            folder = Path(name)
            if reference is not None:
                path = folder / "reference.au"
                path.write_bytes(reference)
                brief = brief.amended(reference=str(path))
            here = asyncio.get_running_loop()

            def tell(*one: Any) -> None:
                here.call_soon_threadsafe(told.put_nowait, one or None)

            work = asyncio.run_coroutine_threadsafe(
                self._work(brief, folder / "take", tell), self._loop
            )
            ended = asyncio.wrap_future(work)
            try:
                while (one := await told.get()) is not None:
                    yield one
                yield await ended
            finally:
                work.cancel()

    async def _work(self, brief: Brief, folder: Path, tell: Callable[..., None]) -> dict[str, Any]:
        """A take's files by name. tell: progress; without anything, that it is over."""
        folder.mkdir()
        order = order_of(self._info, brief, folder)
        deadline_s = self._info.deadline_for(brief)
        try:
            await self._child.ask(MAKE_TAKE, order, tell, deadline_s)
            return {path.name: path.read_bytes() for path in (folder / "take0").iterdir()}
        except SidecrateError as error:
            again = isinstance(error, WorkerError) or bool(getattr(error, "again", False))
            return {"failed": [error.text, error.code, again]}
        finally:
            tell()

    def __del__(self) -> None:
        """Serve calls it where another model takes this one's room."""
        if hasattr(self, "_child"):
            asyncio.run_coroutine_threadsafe(self._child.end(), self._loop)


@cache
def _children_loop() -> asyncio.AbstractEventLoop:
    """A plain loop beside Serve's own, which is uvloop: that starts no process in its own group."""
    if sys.version_info < (3, 14):
        # who waits for children is found by the policy until then, and uvloop's has nobody
        asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())
    loop = asyncio.SelectorEventLoop()
    threading.Thread(target=loop.run_forever, name="children", daemon=True).start()
    return loop


class EngineReplica:
    """A replica of one engine."""

    def __init__(self, engine: str, idle_s: float) -> None:
        _use_config()
        self._engine = _Engine(engine, idle_s)

    async def make(self, said: dict[str, Any], reference: bytes | None) -> AsyncIterator[Any]:
        """As `_Engine.make`."""
        async for one in self._engine.make(said, reference):
            yield one


def _shared_replica(most: int) -> type:
    """A replica of all engines that holds at most so many of them; the least used one goes."""

    class EnginesReplica:
        def __init__(self, idle_s: float) -> None:
            _use_config()
            self._idle_s = idle_s

        @serve.multiplexed(max_num_models_per_replica=most)  # type: ignore[untyped-decorator]
        async def hold(self, engine: str) -> _Engine:
            return await asyncio.to_thread(_Engine, engine, self._idle_s)

        async def make(self, said: dict[str, Any], reference: bytes | None) -> AsyncIterator[Any]:
            engine: _Engine = await self.hold(serve.get_multiplexed_model_id())
            async for one in engine.make(said, reference):
                yield one

    return EnginesReplica


async def _child(engine: str, idle_s: float) -> Child:
    """Its locks belong to the loop in which it is made."""
    return Child(f"engine {engine}", idle_s)


class Deployments:
    """The kitchen of a cluster: a handle for each engine."""

    verbs: tuple[str, ...] = ()

    def __init__(self, handles: Mapping[str, Any], slots: int, *, is_shared: bool) -> None:
        self.slots = slots
        self._handles = handles
        self._is_shared = is_shared
        # engines that share replicas share their slots
        all_of_them = asyncio.Semaphore(slots)
        self._free = {
            engine: all_of_them if is_shared else asyncio.Semaphore(slots) for engine in handles
        }

    @asynccontextmanager
    async def turn(self, order: Order) -> AsyncIterator[None]:
        async with self._free[order.name]:
            yield

    async def make(self, order: Order, folder: Path, follow: TellStage) -> None:
        """As `Kitchen.make`. EngineError where no replica lives through it.

        A replica that had died before it began costs no try: Ray starts another meanwhile.
        """
        assert isinstance(order, TakeOrder), "it offers no verb"
        info, brief = order.info, order.brief
        reference = Path(brief.reference).read_bytes() if brief.reference else None
        said = brief.amended(reference=None).to_json()
        tries, until_s = 0, time.monotonic() + info.deadline_for(brief)
        while True:
            begun: list[float] = []

            def heed(*one: Any, begun: list[float] = begun) -> None:
                begun.append(time.monotonic())
                follow(*one)

            try:
                files = await self._ask(info, said, reference, heed)
                break
            except RayTaskError:
                # no death, but a fault of ours: another replica has it too
                raise
            except (RayError, RayServeException) as error:
                tries += bool(begun)
                if tries == _TRIES or time.monotonic() > until_s:
                    raise EngineError(
                        f"no replica of {info.name} lived through it, {tries} ended while they"
                        f" made it ({type(error).__name__})",
                        again=True,
                    ) from None
                await asyncio.sleep(_PAUSE_S)
        take = folder / "take0"
        take.mkdir()
        for name, held in files.items():
            (take / name).write_bytes(held)

    async def _ask(
        self, info: EngineInfo, said: dict[str, Any], reference: bytes | None, follow: TellStage
    ) -> dict[str, bytes]:
        handle = self._handles[info.name].options(
            # routes it to a replica that holds the engine, where replicas hold several
            stream=True, multiplexed_model_id=info.name if self._is_shared else ""
        )  # fmt: skip
        answer = handle.make.remote(said, reference)
        last: Any = None
        try:
            async for last in answer:
                if not isinstance(last, dict):
                    follow(*last)
        except asyncio.CancelledError:
            answer.cancel()
            raise
        if not isinstance(last, dict):
            raise RayServeException("the replica ended before its take")
        if "failed" in last:
            text, code, again = last["failed"]
            raise EngineError(text, code, again=again)
        return last

    async def close(self) -> None:
        """Replicas end with their deployment."""


async def _door_app(scope: Any, receive: Any, send: Any) -> None:
    """The door's app, whose house is there once the replica has begun."""
    if scope["type"] == "lifespan":
        while True:
            what = (await receive())["type"].removeprefix("lifespan.")
            await send({"type": f"lifespan.{what}.complete"})
            if what == "shutdown":
                return
    await _served["app"](scope, receive, send)


def _build_door() -> Any:
    """Serve builds it in the replica."""
    return _door_app


class Door:
    """The protocol of docs/worker.md. It is one: it holds the tasks and who is paired."""

    def __init__(self, said: dict[str, Any], *handles: Any) -> None:
        _use_config()
        settings = ClusterSettings(**said)
        folder = Places.find().state / "worker"
        (folder / "tasks").mkdir(parents=True, exist_ok=True)
        # a door that begins anew opens no code that has been shown long ago
        is_open = settings.secret and time.time() < settings.secret_until_s
        secret = bytes.fromhex(settings.secret) if is_open else new_secret()
        pairing = Pairing(folder / "paired.json", secret, known=settings.paired)
        files = HashedFiles(folder / "files")
        is_shared = settings.together > 0
        if is_shared:
            handles = handles * len(settings.engines)
        kitchen = Deployments(
            dict(zip(settings.engines, handles, strict=True)), settings.slots, is_shared=is_shared
        )
        tasks = Tasks(folder / "tasks", files, kitchen=kitchen, offered=list(settings.engines))
        _served["app"] = make_app(House(pairing, files, tasks, list(settings.engines), folder))
        self._tidying = asyncio.get_event_loop().create_task(_tidy(tasks))


async def _tidy(tasks: Tasks) -> None:
    while True:
        await asyncio.sleep(_TIDY_EVERY_S)
        await tasks.tidy()


def _use_config() -> None:
    """The settings of the node's own config."""
    from daemon.settings.load import load_config
    from daemon.settings.schema import use

    use(load_config(Places.find().config_file))


def app(said: dict[str, Any]) -> Any:
    """The Serve application of a cluster's settings."""
    settings = ClusterSettings(**said)
    how: dict[str, Any] = {
        "max_ongoing_requests": 1,
        "max_queued_requests": settings.slots * 4,
        "ray_actor_options": {"num_cpus": settings.cpus, "num_gpus": settings.gpus},
        "autoscaling_config": {
            "min_replicas": settings.min_replicas,
            "max_replicas": settings.max_replicas,
            "target_ongoing_requests": 1,
            "upscale_delay_s": 5,
            "downscale_delay_s": 300,
        },
        "health_check_period_s": 5,
    }
    if settings.together:
        shared = serve.deployment(_shared_replica(settings.together), name="engines", **how)
        engines = [shared.bind(settings.idle_s)]
    else:
        engines = [
            serve.deployment(EngineReplica, name=f"engine-{engine}", **how).bind(
                engine, settings.idle_s
            )
            for engine in settings.engines
        ]
    door = serve.deployment(
        serve.ingress(_build_door)(Door),
        name="door",
        num_replicas=1,
        max_ongoing_requests=DOOR_STREAMS,
        # its files are on one disk; there replicas may have reckoned all cores for themselves
        ray_actor_options={"num_cpus": 0, "resources": {"node:__internal_head__": 0.001}},
    )
    return door.bind(said, *engines)


def app_of_yaml(args: dict[str, Any]) -> Any:
    """The same of the `args` in a Serve YAML."""
    return app(args["settings"])
