"""How the beat net of `tools/beat_net/runtime.py` is taught: `python -m tools.beat_net`."""
