"""How the beat net of `daemon/hearing/beat_net.py` is taught: `python -m tools.beat_net`."""
