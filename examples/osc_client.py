"""Clips from a running Sidecrate over OSC: python osc_client.py "dusty drums" bpm 90 bars 2."""

import os
import sys

from pythonosc.udp_client import SimpleUDPClient

prompt, *fields = sys.argv[1:]
port = int(os.environ.get("SIDECRATE_OSC_PORT", "9140"))
with SimpleUDPClient("127.0.0.1", port, timeout=120) as client:
    # pairs of field and value follow the prompt; answers come to the port that asked
    client.send_message("/sidecrate/generate", [prompt, *fields])
    for message in client.get_messages():
        kind, said = message.address.removeprefix("/sidecrate/"), message.params
        print(kind, *said[:4], flush=True)
        if kind in ("finished", "failed", "error"):
            # without a `got`, `done` and `failed` are sent again: UDP loses messages
            client.send_message("/sidecrate/got", said[1])
            sys.exit(kind != "finished")
    sys.exit(f"no answer at port {port} within 120 s; is Sidecrate there? start it: sidecrate run")
