"""Files that bring workers onto a user's cluster: a Serve YAML, or a RayService of KubeRay."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import yaml

from bridge.files.whole import write_whole
from daemon.worker.cluster_settings import RAY_PORT, ClusterSettings

#: Where the certificate with its key lies on the cluster's machines.
PEM = "/etc/sidecrate/worker.pem"
_IMPORT = "daemon.worker.cluster:app_of_yaml"
_RAY = "2.60.0"
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}


class _Plain(yaml.SafeDumper):
    """YAML as people write it: no anchors, and text of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
    style = "|" if "\n" in data else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Plain.add_representer(str, _text)


def serve_config(settings: ClusterSettings) -> dict[str, Any]:
    """A Serve config, as `serve deploy` takes it."""
    return {
        "proxy_location": "HeadOnly",
        "http_options": {
            "host": "0.0.0.0", "port": RAY_PORT, "ssl_keyfile": PEM, "ssl_certfile": PEM,
        },
        "applications": [
            {
                "name": "sidecrate", "route_prefix": "/", "import_path": _IMPORT,
                "args": {"settings": settings.to_json()},
            }
        ],
    }  # fmt: skip


def ray_service(settings: ClusterSettings, image: str, pem: bytes) -> list[dict[str, Any]]:
    """A Secret with the certificate, and a RayService that serves with it."""
    mount = {"name": "worker", "mountPath": str(Path(PEM).parent), "readOnly": True}
    volume = {"name": "worker", "secret": {"secretName": "sidecrate-worker"}}

    def pod(name: str, gpus: float) -> dict[str, Any]:
        limits: dict[str, Any] = {"cpu": max(1, round(settings.cpus)), "memory": "4Gi"}
        if gpus:
            limits["nvidia.com/gpu"] = 1
        container = {
            "name": name, "image": image, "resources": {"limits": limits, "requests": limits},
            "env": [{"name": key, "value": value} for key, value in _QUIET.items()],
            "volumeMounts": [mount],
        }  # fmt: skip
        return {"spec": {"containers": [container], "volumes": [volume]}}

    group = {
        "groupName": "engines", "replicas": 1, "minReplicas": min(1, settings.min_replicas),
        "maxReplicas": settings.max_replicas, "rayStartParams": {},
        "template": pod("engine", settings.gpus),
    }  # fmt: skip
    cluster = {
        "rayVersion": _RAY,
        "authOptions": {"mode": "token"},
        "enableInTreeAutoscaling": True,
        "headGroupSpec": {"rayStartParams": {}, "template": pod("head", 0.0)},
        "workerGroupSpecs": [group],
    }
    secret = {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sidecrate-worker"},
        "data": {Path(PEM).name: base64.b64encode(pem).decode()},
    }  # fmt: skip
    service = {
        "apiVersion": "ray.io/v1", "kind": "RayService", "metadata": {"name": "sidecrate"},
        "spec": {
            "serveConfigV2": yaml.safe_dump(serve_config(settings), sort_keys=False),
            "rayClusterConfig": cluster,
        },
    }  # fmt: skip
    return [secret, service]


def write_files(folder: Path, settings: ClusterSettings, *, image: str) -> list[Path]:
    """Write the file for a cluster, the one to apply first; with `image` that for KubeRay.

    `folder` holds worker.pem already.
    """
    pem = folder / "worker.pem"
    if image:
        path = folder / "rayservice.yaml"
        said = yaml.dump_all(
            ray_service(settings, image, pem.read_bytes()), Dumper=_Plain, sort_keys=False
        )
        # it holds the certificate's key
        write_whole(path, said, private=True)
        return [path]
    path = folder / "serve.yaml"
    write_whole(path, yaml.safe_dump(serve_config(settings), sort_keys=False), private=True)
    return [path, pem]
