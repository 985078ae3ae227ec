"""The net that is taught is the net that runs."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing import beat_net


@pytest.mark.slow
def test_numpy_gives_what_torch_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    # inside the test: every process that shares the tests reads this file, and torch takes seconds
    torch = pytest.importorskip("torch")
    from tools.beat_net.net import BeatNet

    torch.manual_seed(5)
    net = BeatNet().eval()
    state = {name: value.numpy().astype(np.float16) for name, value in net.state_dict().items()}
    net.load_state_dict({name: torch.from_numpy(v.astype(np.float32)) for name, v in state.items()})
    weights = {name: v.astype(np.float32) for name, v in beat_net.stored(state).items()}
    monkeypatch.setattr(beat_net, "_weights", lambda: weights)
    levels = np.random.default_rng(2).uniform(0, 6, (1500, 64)).astype(np.float32)
    with torch.no_grad():
        scaled = torch.from_numpy((levels - beat_net.MIDDLE) / beat_net.RANGE)[None]
        expected = torch.sigmoid(net(scaled))[0].numpy()
    found = np.stack(beat_net.heard(levels), axis=1)
    assert np.abs(found - expected).max() < 1e-4
