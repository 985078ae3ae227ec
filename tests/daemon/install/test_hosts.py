"""Our entry in the settings of hosts: nothing of the user's is lost, and all of ours goes again."""

import json
import tomllib

import pytest

from daemon.errors import ServiceError
from daemon.install import hosts

CODEX = '# mine\nmodel = "x"  # best\n\n[mcp_servers.other]\ncommand = "o"\n\n[tools]\nweb = true\n'


@pytest.fixture
def home(tmp_path):
    (tmp_path / ".config" / "Claude").mkdir(parents=True)
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".cursor" / "mcp.json").write_text(
        json.dumps({"mcpServers": {"other": {"command": "ö"}}, "more": [1, 2]}), encoding="utf-8"
    )
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex" / "config.toml").write_text(CODEX)
    return tmp_path


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_what_is_there_gets_it_and_keeps_its_own(home):
    done = {one.host.title: one for one in hosts.enter(home)}
    assert set(done) == {"Claude Desktop", "Cursor", "Codex"} and all(
        one.done for one in done.values()
    )
    made = read(home / ".config" / "Claude" / "claude_desktop_config.json")["mcpServers"]
    assert made["sidecrate"]["args"] == ["mcp"] and made["sidecrate"]["command"].startswith("/")
    cursor = home / ".cursor" / "mcp.json"
    assert read(cursor)["more"] == [1, 2]
    assert read(cursor)["mcpServers"]["other"] == {"command": "ö"}
    assert "sidecrate" not in read(cursor.with_name("mcp.json" + hosts.BACKUP))["mcpServers"]
    codex = home / ".codex" / "config.toml"
    assert codex.read_text().startswith(CODEX.rstrip())
    assert tomllib.loads(codex.read_text())["mcp_servers"]["sidecrate"]["args"] == ["mcp"]
    before = codex.read_bytes(), cursor.read_bytes()
    assert all("already" in one.said for one in hosts.enter(home))
    assert (codex.read_bytes(), cursor.read_bytes()) == before

    assert len(list(hosts.leave(home))) == 3
    assert codex.read_text() == CODEX and read(cursor)["mcpServers"] == {"other": {"command": "ö"}}
    assert list(hosts.leave(home)) == []


@pytest.mark.parametrize("text", ['{"mcpServers": {} // mine\n}', "[]", '{"mcpServers": []}', "{"])
def test_what_cannot_be_read_is_left_and_the_line_is_shown(home, text):
    cursor = home / ".cursor" / "mcp.json"
    cursor.write_text(text)
    (left,) = [one for one in hosts.enter(home) if not one.done]
    assert cursor.read_text() == text and '"args": ["mcp"]' in left.said
    assert not cursor.with_name("mcp.json" + hosts.BACKUP).exists()


def test_no_host_is_told_with_what_to_give_one(tmp_path):
    with pytest.raises(ServiceError, match=r"Claude Desktop.*stdio"):
        hosts.enter(tmp_path)
