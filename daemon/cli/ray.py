"""`sidecrate ray`: the worker's protocol on a Ray cluster, or the files that bring it there."""

from __future__ import annotations

import logging
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daemon.errors import ServiceError
from daemon.home.extras import how_to_install
from daemon.home.places import Places

if TYPE_CHECKING:
    from daemon.worker.cluster_settings import ClusterSettings

ray_app = typer.Typer(
    no_args_is_help=True,
    help="Workers on a cluster of machines, by Ray Serve (extra `ray`).",
)
Engines = Annotated[
    list[str] | None,
    typer.Argument(help="The engines to offer. None: all that are ready here and cost nothing."),
]
Most = Annotated[int, typer.Option("--max-replicas", help="Of each engine.", min=1, max=1000)]
Least = Annotated[
    int, typer.Option("--min-replicas", help="0 lets an engine go when it is idle.", min=0)
]
Cpus = Annotated[float, typer.Option("--cpus", help="Cores that Ray reckons a replica.", min=0)]
Gpus = Annotated[
    float, typer.Option("--gpus", help="GPUs, as in 0.5: two replicas share one.", min=0)
]


Together = Annotated[
    int,
    typer.Option(
        "--together",
        help="All engines share replicas, of which each holds so many; 0: each has its own.",
        min=0,
        max=20,
    ),
]


@ray_app.command("deploy")
def deploy(
    engines: Engines = None,
    address: Annotated[
        str, typer.Option("--address", help="A running cluster (auto: this machine's).")
    ] = "",
    host: Annotated[str, typer.Option("--host", help="Where Ray's proxy listens.")] = "0.0.0.0",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 9143,
    min_replicas: Least = 1,
    max_replicas: Most = 2,
    cpus: Cpus = 1.0,
    gpus: Gpus = 0.0,
    together: Together = 0,
) -> None:
    """Offer engines by Ray Serve; without --address on a cluster of this machine, until Ctrl-C.

    It shows a code that pairs one machine, as `sidecrate worker` does.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        from ray import serve
    except ImportError:
        raise ServiceError(
            f"this needs the extra: {how_to_install('ray')}", "not_installed"
        ) from None
    from daemon.engines.remote.protocol import code_of
    from daemon.worker.certificate import new_secret, own_certificate
    from daemon.worker.pairing import CODE_S
    from daemon.worker.serve import listening
    from daemon.worker.tasks import check_offer

    _configured()
    folder = Places.find().state / "worker"
    certificate, der = own_certificate(folder)
    secret = new_secret()
    settings = _settings(
        check_offer(list(engines or [])), min_replicas, max_replicas, cpus, gpus,
        together=together, secret=secret.hex(), secret_until_s=time.time() + CODE_S,
    )  # fmt: skip
    if not address:
        # two proxies would share the port, and half of the calls reach the wrong cluster
        listening(host, port).close()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.default_int_handler)
    ray.init(
        address or None, include_dashboard=False, log_to_driver=False, logging_level=logging.WARNING
    )
    _tighten_token()
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    from daemon.worker.cluster import app

    serve.start(
        proxy_location="HeadOnly",
        http_options={
            "host": host, "port": port,
            "ssl_keyfile": str(certificate), "ssl_certfile": str(certificate),
        },
    )  # fmt: skip
    serve.run(app(settings.to_json()), name="sidecrate", route_prefix="/")
    where = _own_address() if host == "0.0.0.0" else host
    each = "shared replicas" if together else "replicas each"
    print(f"offers {', '.join(settings.engines)} with up to {max_replicas} {each}")
    print("To pair a machine, within ten minutes, run there:")
    print(f"  sidecrate boxes pair cluster {where}:{port} {code_of(der, secret)}", flush=True)
    if address:
        print("it goes on; `serve shutdown` ends it")
        return
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        serve.shutdown()
        ray.shutdown()


@ray_app.command("config")
def config(
    name: Annotated[str, typer.Argument(help="What to call the cluster here, as in farm.")],
    address: Annotated[str, typer.Argument(help="host:port at which it will be reached.")],
    engines: Annotated[list[str], typer.Argument(help="The engines to offer there.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where the files are written.")] = Path(
        "sidecrate-ray"
    ),
    kube: Annotated[bool, typer.Option("--kube", help="For KubeRay: a RayService.")] = False,
    image: Annotated[
        str, typer.Option("--image", help="With --kube: your image with Sidecrate and Ray.")
    ] = "sidecrate-ray:latest",
    min_replicas: Least = 1,
    max_replicas: Most = 2,
    cpus: Cpus = 1.0,
    gpus: Gpus = 0.0,
    together: Together = 0,
) -> None:
    """Write a Serve YAML (or a RayService) for your cluster, and pair this machine with it.

    Beside it lies the certificate with its key, which the cluster needs and nobody else may read.
    """
    import secrets
    import socket
    import ssl

    from daemon.engines.registry import engine_info
    from daemon.engines.remote.boxes import Box, boxes_folder, check_name, save_box
    from daemon.worker.certificate import own_certificate
    from daemon.worker.cluster_files import write_files
    from daemon.worker.pairing import hash_of
    from daemon.worker.tasks import offer_of

    check_name(name)
    _configured()
    infos = [engine_info(engine) for engine in engines]
    for info in infos:
        if info.costs_money or ":" in info.name:
            text = f"engine {info.name} costs money, or is a box's own, and is not offered"
            raise ServiceError(text, "bad_request")
    token = secrets.token_urlsafe(32)
    settings = _settings(
        engines, min_replicas, max_replicas, cpus, gpus, together=together,
        paired={hash_of(token): socket.gethostname()[:40]},
    )  # fmt: skip
    _, der = own_certificate(folder)
    port = int(address.rpartition(":")[2]) if address.rpartition(":")[2].isdecimal() else 0
    if not port:
        raise ServiceError(f"{address} names no port, as in farm.lan:9143", "bad_request")
    files = write_files(folder, settings, image=image if kube else "")
    # nothing answers yet, so what it offers is what it was told
    offered = tuple(offer_of(info) for info in infos)
    box = Box(
        name, f"https://{address}", ssl.DER_cert_to_PEM_cert(der), token, max_replicas, "", offered
    )
    save_box(box, boxes_folder())
    for path in files:
        print(path)
    how = "kubectl apply -f" if kube else "on the cluster: serve deploy"
    print(f"{how} {files[0].name}; then here: sidecrate make ... --engine {name}:{engines[0]}")


def _settings(
    engines: list[str], least: int, most: int, cpus: float, gpus: float, **more: Any
) -> ClusterSettings:
    from daemon.settings.load import load_config
    from daemon.worker.cluster_settings import ClusterSettings

    if least > most:
        raise ServiceError(
            f"--min-replicas {least} is more than --max-replicas {most}", "bad_request"
        )
    idle_s = load_config(Places.find().config_file).local.idle_s
    return ClusterSettings(tuple(engines), least, most, cpus, gpus, idle_s=idle_s, **more)


def _configured() -> None:
    from daemon.settings.load import load_config
    from daemon.settings.schema import use

    use(load_config(Places.find().config_file))


def _own_address() -> str:
    from daemon.cli.pairing import own_addresses

    return (own_addresses() or ["127.0.0.1"])[0]


def _tighten_token() -> None:
    """Ray writes the token of its cluster for everyone to read."""
    with suppress(OSError):
        (Path.home() / ".ray" / "auth_token").chmod(0o600)
