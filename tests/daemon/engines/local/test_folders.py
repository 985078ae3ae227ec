"""Where models are looked for, and what of them is refused before anything heavy is loaded."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from daemon.engines.local import folders
from daemon.engines.local.folders import fault_of, find_folder, places_of
from daemon.engines.local.models import MODELS, describe
from daemon.engines.local.ready import why_not
from daemon.home.places import Places


def safetensors(path: Path, floats: int = 4) -> None:
    header = json.dumps(
        {"w": {"dtype": "F32", "shape": [floats], "data_offsets": [0, 4 * floats]}}
    ).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4 * floats))


@pytest.fixture
def musicgen(tmp_path) -> Path:
    folder = tmp_path / "musicgen-small"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "musicgen"}')
    (folder / "tokenizer.json").write_text("{}")
    safetensors(folder / "model.safetensors")
    return folder


@pytest.fixture
def stable_audio(tmp_path) -> Path:
    folder = tmp_path / "stable-audio"
    parts = {
        "vae": ["diffusers", "AutoencoderOobleck"],
        "tokenizer": ["transformers", "T5TokenizerFast"],
        "scheduler": ["diffusers", "X"],
    }
    for part in parts:
        (folder / part).mkdir(parents=True)
    safetensors(folder / "vae" / "diffusion_pytorch_model.safetensors")
    (folder / "tokenizer" / "tokenizer.json").write_text("{}")
    (folder / "model_index.json").write_text(
        json.dumps({"_class_name": "StableAudioPipeline", "unused": [None, None], **parts})
    )
    return folder


def test_a_whole_folder_has_no_fault(musicgen, stable_audio):
    assert fault_of(musicgen, "musicgen") is None
    assert fault_of(stable_audio, "stable_audio") is None


def test_pickles_are_refused_with_the_reason(musicgen):
    (musicgen / "model.safetensors").rename(musicgen / "pytorch_model.bin")
    fault = fault_of(musicgen, "musicgen")
    assert fault is not None and "pickle (pytorch_model.bin)" in fault and "run any code" in fault


def test_a_pickle_beside_safetensors_is_not_read_and_no_fault(musicgen):
    (musicgen / "pytorch_model.bin").write_bytes(b"no matter")
    assert fault_of(musicgen, "musicgen") is None


def test_another_model_is_named(musicgen, stable_audio):
    assert fault_of(musicgen, "musicgen_melody") == "is a musicgen, not a musicgen_melody"
    assert "not a AceStepPipeline" in str(fault_of(stable_audio, "ace_step"))
    assert "no model_index.json" in str(fault_of(musicgen, "stable_audio"))


def test_partial_downloads_are_found(musicgen, stable_audio):
    whole = (musicgen / "model.safetensors").read_bytes()
    (musicgen / "model.safetensors").write_bytes(whole[:-3])
    assert f"cut short ({len(whole) - 3} of {len(whole)} bytes)" in str(
        fault_of(musicgen, "musicgen")
    )
    (musicgen / "model.safetensors").write_bytes(b"<html>sign in</html>")
    assert "no safetensors file" in str(fault_of(musicgen, "musicgen"))
    (musicgen / "model.safetensors").unlink()
    assert "holds no weights" in str(fault_of(musicgen, "musicgen"))
    (musicgen / "tokenizer.json").unlink()
    safetensors(musicgen / "model.safetensors")
    assert "no tokenizer" in str(fault_of(musicgen, "musicgen"))
    (stable_audio / "scheduler").rmdir()
    assert "lacks its part scheduler/" in str(fault_of(stable_audio, "stable_audio"))


def test_every_listed_shard_must_be_there(musicgen):
    (musicgen / "model.safetensors").rename(musicgen / "model-00001-of-00002.safetensors")
    index = {
        "weight_map": {
            "a": "model-00001-of-00002.safetensors",
            "b": "model-00002-of-00002.safetensors",
        }
    }
    (musicgen / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "lacks model-00002-of-00002.safetensors" in str(fault_of(musicgen, "musicgen"))
    safetensors(musicgen / "model-00002-of-00002.safetensors")
    assert fault_of(musicgen, "musicgen") is None
    (musicgen / "model.safetensors.index.json").write_text("[]")
    assert "cannot be read" in str(fault_of(musicgen, "musicgen"))


def test_program_code_beside_a_model_is_refused(stable_audio):
    (stable_audio / "vae" / "mine.py").write_text("print('run')")
    assert "program code (vae/mine.py)" in str(fault_of(stable_audio, "stable_audio"))


def test_it_is_looked_for_in_the_models_folder_and_in_the_cache(monkeypatch, tmp_path, musicgen):
    spec = describe("local-musicgen-small", MODELS["local-musicgen-small"]).spec
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    own, by_repo, cached = places_of(spec)
    assert (
        own == Places.find().state / "models" / "local-musicgen-small"
        and by_repo.name == "musicgen-small"
    )
    assert (
        find_folder(spec) is None
        and cached == tmp_path / "hf" / "hub" / "models--facebook--musicgen-small"
    )
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text("abc123\n")
    (cached / "snapshots").mkdir()
    musicgen.rename(cached / "snapshots" / "abc123")
    assert find_folder(spec) == cached / "snapshots" / "abc123"
    spec = describe(
        "local-musicgen-small", MODELS["local-musicgen-small"], {"folder": str(tmp_path / "mine")}
    ).spec
    (tmp_path / "mine" / "musicgen-small").mkdir(parents=True)
    assert find_folder(spec) == tmp_path / "mine" / "musicgen-small"


def test_why_not_names_the_first_thing_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "empty"))
    spec = describe(
        "local-stable-audio-open", MODELS["local-stable-audio-open"], {"device": "cpu"}
    ).spec
    monkeypatch.setattr("daemon.engines.local.ready.missing_libraries", lambda family: ["torch"])
    assert "torch is not installed; run: make setup-local" in str(why_not(spec))
    monkeypatch.setattr("daemon.engines.local.ready.missing_libraries", lambda family: [])
    why = str(why_not(spec))
    assert (
        "not on this machine" in why
        and "accept its licence" in why
        and "hf download stabilityai/stable-audio-open-1.0" in why
    )
    place = places_of(spec)[0]
    place.mkdir(parents=True)
    assert str(place) in str(why_not(spec)) and "no model_index.json" in str(why_not(spec))
    monkeypatch.setattr("daemon.engines.local.ready.fault_of", lambda folder, family: None)
    monkeypatch.setattr("daemon.engines.local.ready.memory_gb", lambda: (1.0, 4.0))
    assert "about 8 GB of memory and this machine has 4" in str(why_not(spec))
    monkeypatch.setattr("daemon.engines.local.ready.memory_gb", lambda: (1.0, 16.0))
    assert why_not(spec) is None


def test_the_cache_is_where_its_variables_say(monkeypatch, tmp_path):
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert folders.cache_folder() == Path.home() / ".cache" / "huggingface" / "hub"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folders.cache_folder() == tmp_path / "huggingface" / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert folders.cache_folder() == tmp_path / "hub"
