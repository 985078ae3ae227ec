import pytest

from bridge.midi.controllers import controller_names, load_controller
from bridge.midi.mapping import Touch
from daemon.errors import ConfigError
from daemon.settings.load import load_config
from daemon.settings.schema import Config, midi_map


@pytest.mark.parametrize("name", controller_names())
def test_every_ready_made_map_gives_the_presets_their_pads(name):
    controller = load_controller(name)
    config = Config.model_validate({"midi": {"controller": name}})
    mapping = midi_map(config)
    channel = controller.pad.get("channel", 1) - 1
    port = f"{controller.port} MIDI 1"
    for note, preset in zip(controller.pads, config.presets, strict=False):
        (found,) = mapping.mapped(Touch("note", note, channel, 100), port)
        assert found.fields["prompt"] == config.presets[preset]["prompt"]
        assert not mapping.mapped(Touch("note", note, channel, 100), "Some other keyboard")
    assert {found.verb for found in mapping.mappings} >= {
        "make",
        "again",
        "keep",
        "audition",
        "cancel",
    }
    if controller.lights:
        assert mapping.lights == controller.lights
    assert len(set(controller.pads)) == len(controller.pads)


def test_the_users_own_mapping_of_a_control_and_his_lights_count(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(
        "midi:\n  controller: launchpad\n  map: [{note: 81, do: keep}]\n  lights: {done: 3}\n"
    )
    mapping = midi_map(load_config(path))
    (found,) = mapping.mapped(Touch("note", 81, 0, 100), "Launchpad X LPX MIDI")
    assert found.verb == "keep" and mapping.lights == {"done": 3}


def test_an_unknown_controller_is_named_with_those_there_are(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("midi:\n  controller: lunchpad\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert "line 2: midi.controller" in caught.value.text and "launchpad" in caught.value.text
