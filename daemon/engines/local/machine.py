"""This machine's device for models, and its free memory. Imports nothing heavy."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

DEVICES = ("cuda", "mps", "cpu")
_GB = 1e9


def likely_device(asked: str = "auto") -> str:
    """`cuda`, `mps` or `cpu`, by a cheap guess; torch itself decides in the child."""
    if asked in DEVICES:
        return asked
    if sys.platform == "darwin":
        return "mps" if platform.machine() == "arm64" else "cpu"
    return (
        "cuda"
        if Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi")
        else "cpu"
    )


def memory_gb() -> tuple[float, float] | None:
    """(free without swapping, total) main memory in GB; None where the system does not tell."""
    try:
        if sys.platform == "linux":
            return _linux(Path("/proc/meminfo").read_text())
        if sys.platform == "darwin":
            return _mac()
        return _windows()
    except (OSError, ValueError, KeyError, subprocess.SubprocessError):
        return None


def _linux(page: str) -> tuple[float, float]:
    kib = {line.split(":")[0]: int(line.split()[1]) for line in page.splitlines() if ":" in line}
    return kib["MemAvailable"] * 1024 / _GB, kib["MemTotal"] * 1024 / _GB


def _mac() -> tuple[float, float]:
    def said(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout

    lines = said("vm_stat").splitlines()
    page_bytes = int(lines[0].split("page size of ")[1].split()[0])
    pages = {
        line.split(":")[0]: int(line.split(":")[1].strip(" .")) for line in lines[1:] if ":" in line
    }
    free = sum(
        pages.get(f"Pages {name}", 0) for name in ("free", "inactive", "speculative", "purgeable")
    )
    return free * page_bytes / _GB, int(said("sysctl", "-n", "hw.memsize")) / _GB


def _windows() -> tuple[float, float] | None:
    if sys.platform != "win32":
        return None
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            ("free", ctypes.c_ulonglong),
            ("rest", ctypes.c_ulonglong * 5),
        )

    status = Status(length=ctypes.sizeof(Status))
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return status.free / _GB, status.total / _GB
