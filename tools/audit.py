"""An audit of the installed packages that needs no network.

They must fit together and be the pinned ones, and none may be older than the fix of a hole that
concerns us. pip-audit is run too, where it is installed and the network is there. Exit code 1 with
a line for each fault.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

#: The first version without the hole, and the hole. Checked for every installed package.
SAFE_SINCE = {
    "starlette": ("0.49.1", "CVE-2025-62727: a Range header that takes all of a core"),
    "python-multipart": ("0.0.18", "CVE-2024-53981: a form that takes all of a core"),
    "h11": ("0.16.0", "CVE-2025-43859: chunked bodies read otherwise than by proxies"),
    "pyyaml": ("5.4", "CVE-2020-14343: code in YAML"),
    "pillow": ("10.3.0", "CVE-2024-28219: a buffer overflow"),
    "idna": ("3.7", "CVE-2024-3651: a name that takes all of a core"),
    "requests": ("2.32.4", "CVE-2024-47081: .netrc credentials to another host"),
    "urllib3": ("2.5.0", "CVE-2025-50181: redirects that were switched off"),
    "jinja2": ("3.1.6", "CVE-2025-27516: code in a template"),
}
_NETWORK_FAULTS = (
    "ConnectionError",
    "NameResolutionError",
    "Max retries",
    "timed out",
    "ProxyError",
    "ServiceError",
)


def numbers(text: str) -> tuple[int, ...]:
    """`0.49.1.post2` -> (0, 49, 1): enough to compare releases."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def old_packages() -> list[str]:
    faults = []
    for package, (safe, hole) in SAFE_SINCE.items():
        found = installed(package)
        if found is not None and numbers(found) < numbers(safe):
            faults.append(f"{package} {found} has {hole}; {safe} or newer is safe")
    return faults


def other_than_pinned() -> list[str]:
    pins = Path(__file__).parents[1].joinpath("constraints.txt").read_text(encoding="utf-8")
    wanted = [Requirement(line) for line in pins.splitlines() if line and not line.startswith("#")]
    # a marker leaves a pin out where that version cannot be had
    here = [pin for pin in wanted if pin.marker is None or pin.marker.evaluate()]
    found = [(pin, installed(pin.name)) for pin in here]
    return [
        f"{pin.name} is {has}, but {pin.specifier} is pinned; run make setup"
        for pin, has in found
        if has is not None and not pin.specifier.contains(has, prereleases=True)
    ]


def unfitting() -> list[str]:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    return done.stdout.strip().splitlines() if done.returncode else []


def known_to_pip_audit() -> list[str]:
    if importlib.util.find_spec("pip_audit") is None:
        return []
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--skip-editable", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
    )
    if done.returncode == 0 or any(word in done.stderr for word in _NETWORK_FAULTS):
        return []
    return (done.stdout + done.stderr).strip().splitlines()


def main() -> int:
    faults = [*old_packages(), *other_than_pinned(), *unfitting(), *known_to_pip_audit()]
    for fault in faults:
        print(fault)
    print(
        f"{len(faults)} faults"
        if faults
        else "the installed packages fit, are as pinned, and have no hole that is listed here"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
