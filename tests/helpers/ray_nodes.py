"""A Ray cluster of several nodes on this machine, with workers behind Serve; nodes and replicas can be killed."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import psutil

from daemon.engines.registry import MORE_VARIABLE
from daemon.home.places import HOME_VARIABLE


class RayNodes:
    """A head that has the door, and nodes of one core each."""

    def __init__(self, home: Path, nodes: int) -> None:
        # read by Ray's processes, which are started from here
        os.environ.update(
            {
                HOME_VARIABLE: str(home),
                "RAY_USAGE_STATS_ENABLED": "0",
                MORE_VARIABLE: "tests.helpers.second_engine:INFO",
            }
        )
        from ray.cluster_utils import Cluster

        self._small = {"object_store_memory": 100_000_000, "include_dashboard": False}
        self.cluster = Cluster(
            initialize_head=True,
            head_node_args={"num_cpus": 0, **self._small},
            shutdown_at_exit=True,
        )
        self._home = home
        self.nodes = [self._node() for _ in range(nodes)]

    def _node(self):
        return self.cluster.add_node(num_cpus=1, wait=False, **self._small)

    def deploy(self, *engines: str, replicas: int, together: int = 0) -> tuple[str, str]:
        """`sidecrate ray deploy`: the address and the code that it shows. Again: another number of replicas."""
        if not hasattr(self, "_port"):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self._port = free.getsockname()[1]
        command = [
            sys.executable, "-m", "daemon.cli", "ray", "deploy", *engines,
            "--address", self.cluster.address, "--host", "127.0.0.1", "--port", str(self._port),
            "--cpus", "1", "--min-replicas", str(replicas), "--max-replicas", str(replicas),
            "--together", str(together),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        found = re.search(r"boxes pair \S+ (\S+) (\S+)", done.stdout)
        assert found, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return found[1], found[2]

    def replicas(self, name: str) -> list[psutil.Process]:
        """Processes of a deployment's replicas, among those that this cluster has started."""
        found = []
        for one in psutil.Process().children(recursive=True):
            # one that has ended meanwhile has no command line
            with contextlib.suppress(psutil.Error):
                line = " ".join(one.cmdline())
                if line.startswith("ray::ServeReplica") and name in line:
                    found.append(one)
        return found

    def kill_node(self, index: int) -> None:
        """As a machine that loses its power; another takes its place."""
        self.cluster.remove_node(self.nodes.pop(index), allow_graceful=False)
        self.nodes.append(self._node())

    def close(self) -> None:
        self.cluster.shutdown()
