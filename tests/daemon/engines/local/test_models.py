"""The table of local models, what the config may change of it, and what is estimated from it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from daemon.brief import Brief
from daemon.cli.models import model_lines, model_row
from daemon.engines.local import machine, needs
from daemon.engines.local.models import MODELS, describe, merged
from daemon.engines.registry import Policy, Wish, choose_engines, configure, engine_info
from daemon.errors import ConfigError, EngineError
from daemon.home.places import Places
from daemon.settings.load import load_config
from daemon.settings.schema import use

LOOP = Brief("techno", "techno", bpm=120.0, bars=4)


def test_licences_are_said_and_kept():
    free = {name for name, entry in MODELS.items() if entry["commercial"]}
    assert free == {"local-ace-step"}
    info = describe("local-musicgen-small", MODELS["local-musicgen-small"])
    with pytest.raises(EngineError, match=r"CC-BY-NC-4\.0"):
        choose_engines([info.name], Wish("loop", {}), Policy(commercial_only=True))


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"family": "jukebox", "repo": "a/b", "license": "MIT"}, "none of musicgen"),
        ({"family": "musicgen", "repo": "a/b"}, "license is missing"),
        ({"family": "musicgen", "license": "MIT"}, "give repo"),
        ({"family": "musicgen", "repo": "a/b", "license": "MIT", "size": 3}, "size is not known"),
        (
            {"family": "musicgen", "repo": "a/b", "license": "MIT", "channels": "two"},
            "cannot be read",
        ),
    ],
)
def test_a_model_of_the_config_is_checked(entry, fault):
    with pytest.raises(ValueError, match=fault):
        merged("local-mine", entry)
    places = Places.find()
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    places.config_file.write_text(json.dumps({"local": {"models": {"local-mine": entry}}}))
    with pytest.raises(ConfigError, match=fault):
        load_config(places.config_file)


def test_a_model_of_the_config_is_an_engine(tmp_path):
    places = Places.find()
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    mine = {
        "family": "musicgen",
        "folder": str(tmp_path),
        "license": "CC0-1.0",
        "commercial": True,
        "options": {"top_k": 50},
    }
    wide = {
        "local": {
            "models": {
                "local-mine": mine,
                "local-musicgen-small": {"options": {"temperature": 0.9}},
            }
        }
    }
    places.config_file.write_text(json.dumps(wide))
    try:
        use(load_config(places.config_file))
        info = engine_info("local-mine")
        assert (
            info.runs == "local"
            and info.kinds == ("loop", "track")
            and info.commercial
            and info.max_seconds == 30
        )
        small = engine_info("local-musicgen-small")
        assert small.spec["options"] == {"temperature": 0.9} and small.license == "CC-BY-NC-4.0"
    finally:
        configure([])


def test_a_deadline_grows_with_length_size_and_slowness():
    small, large = (
        describe(name, MODELS[name], {"device": "cpu"})
        for name in ("local-musicgen-small", "local-musicgen-large")
    )
    long = LOOP.amended(bars=8)
    assert small.deadline_for(long) > small.deadline_for(LOOP) > 300 + 4 * 12.4 * 8
    assert large.deadline_for(LOOP) > 2 * small.deadline_for(LOOP)
    cuda = describe("local-musicgen-small", MODELS["local-musicgen-small"], {"device": "cuda"})
    assert 300 < cuda.deadline_for(LOOP) < small.deadline_for(LOOP)


def test_the_estimates_agree_with_what_was_measured():
    spec = describe("local-musicgen-small", MODELS["local-musicgen-small"]).spec
    assert needs.memory_needed_gb(spec, "cpu") == pytest.approx(4.1, abs=0.2)
    assert needs.work_s(spec, 1.0, "cpu") == pytest.approx(12.4)
    assert (
        needs.is_half(spec, "cuda")
        and not needs.is_half(spec, "cpu")
        and not needs.is_half(spec, "mps")
    )


def test_memory_is_read_from_the_system():
    page = "MemTotal:       16000000 kB\nMemFree:  1 kB\nMemAvailable:    8000000 kB\n"
    assert machine._linux(page) == pytest.approx((8.192, 16.384))
    found = machine.memory_gb()
    assert found is not None and 0 < found[0] <= found[1]


def test_the_page_of_a_model_says_what_it_needs_and_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    row = model_row(
        describe("local-musicgen-small", MODELS["local-musicgen-small"], {"device": "cpu"})
    )
    assert (
        row["needs_memory_gb"] == pytest.approx(4.1, abs=0.2)
        and row["commercial"] is False
        and not row["ready"]
    )
    assert (
        row["looked_in"][-1] == str(tmp_path / "models--facebook--musicgen-small")
        and row["folder"] is None
    )
    page = "\n".join(model_lines(row, whole=True))
    assert (
        "hf download facebook/musicgen-small" in page
        and "not for commercial use" in page
        and str(tmp_path) in page
    )
    assert len(model_lines(row, whole=False)) == 2


@pytest.mark.slow
def test_the_list_imports_no_model_library():
    code = (
        "import sys; from daemon.cli.app import app; from typer.testing import CliRunner\n"
        "done = CliRunner().invoke(app, ['models', '--json']); assert done.exit_code == 0, done.output\n"
        "print(done.stdout.count('local-'), *[one for one in ('torch', 'transformers', 'diffusers', 'numpy') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[0]) >= len(MODELS) and len(done.stdout.split()) == 1
