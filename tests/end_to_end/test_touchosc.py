"""The TouchOSC layout and the real daemon over UDP: a pad makes a clip, and its light and labels tell how it goes."""

import time

import soundfile

from tests.touchosc.layout_player import Tablet

CONFIG = """osc: {port: 0}
midi: {enabled: false}
fl: {enabled: false}
presets:
  dusty: {prompt: "dusty boom bap drums", bpm: 90, bars: 8}
  hit: {prompt: "kick", kind: oneshot}
"""


def listen_until(tablet, done, wait_s=30.0):
    until = time.monotonic() + wait_s
    while not done() and time.monotonic() < until:
        tablet.listen(0.5)
    assert done(), tablet.shown


def test_a_pad_makes_a_clip_and_shows_it(start_daemon):
    daemon = start_daemon(config=CONFIG)
    tablet = Tablet(daemon.link.port)
    tablet.live()
    listen_until(tablet, lambda: tablet.shown.get("light2"))
    shown = tablet.shown
    assert (shown["name1"], shown["name2"], shown["text"], shown["light1"]) == (
        ["dusty"],
        ["hit"],
        ["ready"],
        [0.0],
    )

    tablet.press("bars1")
    tablet.touch("energy", 0.8)
    tablet.press("pad1")
    listen_until(
        tablet,
        lambda: (
            shown["light1"][-1] == shown["bar"][-1] == 1.0
            and shown["text"][-1].startswith("done: ")
        ),
    )
    lights = shown["light1"]
    assert lights == sorted(lights) and lights[:2] == [0.0, 0.25] and shown["light2"] == [0.0]
    assert any(text.startswith("queued: ") for text in shown["text"])
    (clip,) = daemon.clips()
    # what the tablet set says more than the preset
    assert abs(clip["request"]["energy"] - 0.8) < 1e-6
    assert soundfile.info(clip["path"]).frames == round(4 * 60 / 90 * clip["sample_rate"])
    tablet.press("bars")

    tablet.press("keep")
    listen_until(tablet, lambda: shown["text"][-1] == f"kept {clip['id']}")
    tablet.press("pad8")
    listen_until(tablet, lambda: shown["text"][-1].startswith("not taken: preset '8'"))
    daemon.link.send(
        "/sidecrate/context", '{"source": "max:1", "bpm": 93.5, "key": "Am", "meter": "3/4"}'
    )
    listen_until(tablet, lambda: shown["tempo"][-1] == 93.5 and shown["key"][-1] == "Am")
    tablet.socket.close()
