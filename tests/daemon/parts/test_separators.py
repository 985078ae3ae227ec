"""The table of separators: who is chosen, what a better one would need, and what all of them keep."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from daemon.brief import Brief
from daemon.errors import ConformError, ModelError
from daemon.parts import demucs, separators, spleeter
from daemon.parts.pieces import rest_db
from daemon.parts.separators import SEPARATORS, better_than, choose
from daemon.parts.spleeter_graph import convert, graph_of
from daemon.parts.split import split
from daemon.verbs.registry import load_object
from tests.helpers.small_nets import four_shares, put_model, spleeter_tensors, write_checkpoint

RATE = 44100
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))


def quiet(*_):
    pass


def music(seconds=2.0, rate=RATE, channels=2):
    """A beat over a chord, with noise between."""
    rng = np.random.default_rng(3)
    t = np.arange(round(seconds * rate)) / rate
    tone = sum(np.sin(2 * np.pi * hz * t) for hz in (110, 220, 277.2, 329.6)) * 0.05
    beat = 0.3 * rng.standard_normal(len(t)) * (t % 0.5 < 0.04)
    pan = np.linspace(0.8, 1.2, channels)
    return ((tone + beat)[:, None] * pan).astype(np.float32)


def with_spleeter():
    return put_model("spleeter", {"spleeter.onnx": graph_of(spleeter_tensors())})


def test_the_best_that_is_ready_is_taken_and_a_better_one_is_named():
    assert choose("auto").name == "own"
    assert better_than(choose("auto")) == (
        "spleeter would tell voices apart: its model is not here; bring it with"
        " `sidecrate models get spleeter` (79 MB, MIT)"
    )
    with_spleeter()
    assert choose("auto").name == "spleeter"
    assert "demucs is better" in better_than(choose("auto"))
    assert choose("own").name == "own", "by name, whatever is better"


def test_one_that_is_not_installed_is_refused_by_name_with_the_mend(monkeypatch):
    with pytest.raises(ConformError, match=r"with: demucs-onnx cannot be used: its model") as error:
        choose("demucs-onnx")
    assert "models get demucs-onnx" in error.value.text and "ready here: own" in error.value.text
    monkeypatch.setattr(separators, "find_spec", lambda name: None)
    monkeypatch.setattr(separators.sys, "modules", {})
    with pytest.raises(ConformError, match=r"pip install 'sidecrate\[demucs\]'"):
        choose("demucs")


def test_the_config_names_the_usual_one_and_a_request_another(monkeypatch):
    monkeypatch.setattr(separators, "_preferred", "auto")
    separators.prefer("own")
    assert separators.brief_of(Brief("", ""), {}).separator == "own"
    assert separators.brief_of(Brief("", ""), {"with": "spleeter"}).separator == "spleeter"


@pytest.mark.parametrize(
    ("rate", "channels", "is_loop"), [(RATE, 2, True), (8000, 1, False), (96000, 2, False)]
)
@pytest.mark.parametrize("name", ["spleeter", "demucs-onnx"])
def test_any_rate_keeps_length_and_adds_up(name, rate, channels, is_loop, tmp_path, monkeypatch):
    file = tmp_path / "net.onnx"
    file.write_bytes(
        graph_of(spleeter_tensors())
        if name == "spleeter"
        else four_shares(30000, (0.1, 0.2, 0.3, 0.4))
    )
    module = {"spleeter": spleeter, "demucs-onnx": demucs}[name]
    # the true net's hash is in the table: the test's own has another
    monkeypatch.setattr(module, "files_of", lambda name: (file,))
    sound = music(1.0, rate, channels)
    told = []
    parts = load_object(SEPARATORS[name].work)(sound, rate, is_loop, told.append)
    assert set(parts) == set(SEPARATORS[name].parts)
    assert {part.shape for part in parts.values()} == {sound.shape}
    if name == "spleeter" or rate == RATE:
        assert rest_db(sound, parts) < -40
    assert told == sorted(told) and told[-1] == pytest.approx(1)


def test_segments_that_overlap_leave_no_seam(tmp_path):
    file = tmp_path / "net.onnx"
    file.write_bytes(four_shares(16000, (0.1, 0.2, 0.3, 0.4)))
    sound = music(2.0)
    net, frames = demucs.onnx_net(file)
    assert frames == 16000
    parts = demucs._by(net, frames, sound, False, quiet)
    for part, share in zip(demucs.PARTS, (0.1, 0.2, 0.3, 0.4), strict=True):
        assert np.abs(parts[part] - np.float32(share) * sound).max() < 1e-6, part


def test_a_net_of_another_shape_is_refused(tmp_path):
    file = tmp_path / "net.onnx"
    file.write_bytes(graph_of(spleeter_tensors()))
    with pytest.raises(ModelError, match="another net"):
        demucs.onnx_net(file)
    file.write_bytes(b"no net at all")
    with pytest.raises(ConformError, match="cannot be run by onnxruntime") as error:
        demucs.onnx_net(file)
    assert "\n" not in error.value.text


def test_a_wrong_file_of_a_model_is_told_in_one_line(tmp_path):
    folder = with_spleeter()
    file = folder / "spleeter.onnx"
    file.write_bytes(file.read_bytes()[:-100])
    soundfile.write(tmp_path / "a.wav", music(), RATE)
    brief = Brief("", "", do="split", reference=str(tmp_path / "a.wav"), separator="spleeter")
    with pytest.raises(ModelError, match="cut short") as error:
        list(split(brief, {}, tmp_path, quiet))
    assert "\n" not in error.value.text and "models get spleeter" in error.value.text


@pytest.mark.slow
def test_a_take_is_heard_as_loud_as_songs_are():
    with_spleeter()
    sound = music()
    loud = spleeter.separate(sound, RATE, False, quiet)["vocals"]
    soft = spleeter.separate(sound * np.float32(0.01), RATE, False, quiet)["vocals"]
    assert np.abs(soft * 100 - loud).max() < 1e-3 * np.abs(loud).max()


@pytest.mark.slow
def test_the_checkpoint_becomes_the_net_that_torch_would_run(tmp_path):
    torch = pytest.importorskip("torch")
    tensors = spleeter_tensors(5)
    write_checkpoint(tmp_path / "fetched" / "2stems", tensors)
    convert(tmp_path / "fetched", tmp_path / "spleeter.onnx")
    rng = np.random.default_rng(1)
    magnitude = np.abs(rng.standard_normal((1, 2, 128, 192))).astype(np.float32)
    session = onnxruntime.InferenceSession(str(tmp_path / "spleeter.onnx"))
    (mask,) = session.run(None, {"magnitude": magnitude})
    estimates = [magnitude * by_torch(torch, tensors, net, magnitude) for net in range(2)]
    true = (estimates[0] ** 2 + 5e-11) / (estimates[0] ** 2 + estimates[1] ** 2 + 1e-10)
    assert np.abs(mask - true).max() < 1e-4


def by_torch(torch, tensors, net, magnitude):
    """One U-Net, written out anew from the paper's description."""
    functional = torch.nn.functional

    def of(kind, number):
        name = f"{kind}_{number}" if number else kind
        return {
            key.rpartition("/")[2]: torch.from_numpy(value)
            for key, value in tensors.items()
            if key.rpartition("/")[0] == name
        }

    def normed(x, number):
        row = of("batch_normalization", number)
        return functional.batch_norm(
            x, row["moving_mean"], row["moving_variance"], row["gamma"], row["beta"], eps=1e-3
        )

    x, skips = torch.from_numpy(magnitude), []
    for n in range(6):
        row = of("conv2d", 7 * net + n)
        padded = functional.pad(x, (1, 2, 1, 2))
        x = functional.conv2d(padded, row["kernel"].permute(3, 2, 0, 1), row["bias"], stride=2)
        skips.append(x)
        if n < 5:
            x = functional.leaky_relu(normed(x, 12 * net + n), 0.2)
    for n in range(6):
        row = of("conv2d_transpose", 6 * net + n)
        size = [2 * axis for axis in x.shape[2:]]
        full = functional.conv_transpose2d(
            x, row["kernel"].permute(3, 2, 0, 1), row["bias"], stride=2
        )
        x = full[:, :, 1 : 1 + size[0], 1 : 1 + size[1]]
        x = normed(functional.relu(x), 12 * net + 6 + n)
        if n < 5:
            x = torch.cat([skips[4 - n], x], dim=1)
    row = of("conv2d", 7 * net + 6)
    padded = functional.pad(x, (3, 3, 3, 3))
    x = functional.conv2d(padded, row["kernel"].permute(3, 2, 0, 1), row["bias"], dilation=2)
    return torch.sigmoid(x).numpy()


@pytest.fixture(scope="module")
def tiny_demucs(tmp_path_factory):
    """A tiny net of the true architecture, saved as the hub has them."""
    torch = pytest.importorskip("torch")
    htdemucs = pytest.importorskip("demucs.htdemucs")
    from safetensors.torch import save_file

    torch.manual_seed(0)
    about = {
        "sources": list(demucs.PARTS), "channels": 8, "nfft": 1024, "depth": 4, "t_layers": 1,
        "t_heads": 2, "segment": {"_type": "fraction", "numerator": 3, "denominator": 4},
    }  # fmt: skip
    net = htdemucs.HTDemucs(**demucs._values(json.dumps(about)))
    path = tmp_path_factory.mktemp("nets") / "tiny.safetensors"
    metadata = {"klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": json.dumps(about)}
    save_file({name: value.half() for name, value in net.state_dict().items()}, path, metadata)
    return path


@pytest.mark.slow
def test_a_net_of_demucs_runs_by_segments_in_any_rate(tiny_demucs, monkeypatch, tmp_path):
    monkeypatch.setattr(
        demucs, "files_of", lambda name: (tiny_demucs,) * (4 if "ft" in name else 1)
    )
    sound = music(1.2, 48000, 1)
    for work in (demucs.by_torch, demucs.by_torch_fine):
        told = []
        parts = work(sound, 48000, True, told.append)
        assert set(parts) == set(demucs.PARTS) and told[-1] == pytest.approx(1)
        assert {part.shape for part in parts.values()} == {sound.shape}
        assert all(np.isfinite(part).all() for part in parts.values())
    _, frames = demucs.torch_net(tiny_demucs)
    assert frames == round(0.75 * RATE)


def test_parts_of_demucs_come_as_clips_that_add_up(tiny_demucs, monkeypatch, tmp_path):
    monkeypatch.setattr(demucs, "files_of", lambda name: (tiny_demucs,))
    monkeypatch.setattr(separators, "is_here", lambda name: name == "demucs")
    sound = music(2.0)
    soundfile.write(tmp_path / "a.wav", sound, RATE, "FLOAT")
    brief = Brief("", "", do="split", reference=str(tmp_path / "a.wav"), separator="demucs")
    results = list(split(brief, {}, tmp_path, quiet))
    assert {one.model for one in results} == {"demucs separator"}
    assert results[0].report["did"]["sum_db"] < -100
    assert all("estimated" in " ".join(one.report["said"]) for one in results)


def test_weights_that_name_another_class_are_not_loaded(tiny_demucs, tmp_path):
    from safetensors.torch import save_file

    torch = pytest.importorskip("torch")
    path = tmp_path / "bad.safetensors"
    save_file({"a": torch.zeros(1)}, path, {"klass": "os.system", "args": "[]", "kwargs": "{}"})
    with pytest.raises(ModelError, match=r"holds os\.system"):
        demucs.torch_net(path)
