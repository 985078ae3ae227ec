"""Other programs' servers on this machine or near it: sa3.cpp, acestep.cpp, ACE-Step, ComfyUI."""

from daemon.engines.servers.table import ENTRIES, describe

INFOS = [describe(name, entry) for name, entry in ENTRIES.items()]
