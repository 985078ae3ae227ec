"""A planted secret is in no log, record, error, status or bundle; and what is stored is text, never code."""

import ast
import json
import re
import zipfile
from pathlib import Path

import pytest

from daemon.cli.status import one_line
from daemon.home.masking import MASK, mask
from tests.faults.asker import Asker
from tests.faults.crash_run import TINY
from tests.helpers.daemon_process import CONFIG, wait_until

PLANTED = "r8_Pl4ntedS3cretPl4ntedS3cret"


def everything_written(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "text",
    [
        f"token {PLANTED} was refused", "Authorization: Bearer abcdef.123-456", "https://h/x?token=abcdef1234&y=1", "key sk-abcdEFGH12345678ijkl",
        "signature=deadbeefdeadbeef", "hf_abcdefghijklmnopqrst",
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_masked(text):
    masked = mask(text)
    assert MASK in masked and not re.search(r"Pl4nted|abcdef|abcdEFGH|deadbeef", masked)


def test_words_are_left_alone(monkeypatch):
    monkeypatch.setenv("MY_API_KEY", "short")
    for text in (
        "a risk-taking bass line, sk-8 skate",
        "r8_2 short",
        "tokens = 3, Bearer",
        "dusty drums token",
    ):
        assert mask(text) == text


def test_a_planted_secret_is_nowhere_in_what_is_written(start_daemon, tmp_path):
    daemon = start_daemon(
        config=CONFIG + "log: {level: debug}\n", REPLICATE_API_TOKEN=PLANTED, OPENAI_API_KEY="a-key-of-no-known-shape", SIDECRATE_TEST_TOKEN="whatever-it-is"
    )  # fmt: skip
    asker = Asker(daemon.places)
    for word in ("clicks", "raise", "crash", "fail"):
        asker.ask(word, prompt=word, **TINY)
    wait_until(
        lambda: not daemon.rows("SELECT 1 FROM jobs WHERE ended IS NULL"), 60, "the end of all"
    )
    asker.close()
    bundle = tmp_path / "bundle.zip"
    said = _doctor(daemon, bundle)
    said += (
        daemon.command("status") + daemon.command("status", "--json") + daemon.command("engines")
    )
    with zipfile.ZipFile(bundle) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    assert {
        "doctor.txt",
        "system.json",
        "jobs.json",
        "config.yaml",
        "daemon.json",
        "log/sidecrate.log",
    } <= set(parts)
    assert {job["state"] for job in json.loads(parts["jobs.json"])} == {"done", "failed"}
    for secret in (PLANTED, "a-key-of-no-known-shape", "whatever-it-is"):
        assert secret not in said
        assert not [name for name, data in parts.items() if secret.encode() in data]
        assert not [
            path
            for path, data in everything_written(daemon.places.state.parent).items()
            if secret.encode() in data
        ]


def _doctor(daemon, bundle):
    from tests.helpers.daemon_process import command

    done = command("doctor", "--bundle", str(bundle), environment=daemon.environment)
    assert done.returncode in (0, 1) and "Read it before you send it" in done.stderr
    again = command("doctor", "--bundle", str(bundle), environment=daemon.environment)
    assert again.returncode == 1 and "is there already" in again.stderr
    return done.stdout + done.stderr


def test_secrets_that_were_logged_in_an_error_are_masked_in_the_log(start_daemon, tmp_path):
    daemon = start_daemon()
    asker = Asker(daemon.places)
    asker.ask("a", prompt=f"clicks {PLANTED}", **TINY)
    wait_until(lambda: "accepted by osc" in daemon.log(), 10)
    log = daemon.log()
    assert PLANTED not in log and MASK in log
    for line in log.splitlines():
        assert {"time", "level", "from", "text"} <= set(json.loads(line))
    asker.close()


def test_nobody_writes_a_line_of_their_own_into_log_or_status(start_daemon):
    daemon = start_daemon()
    asker = Asker(daemon.places)
    asker.ask("a", prompt="clicks\nFAULT all is lost \x1b[31m", **TINY)
    wait_until(lambda: "accepted by osc" in daemon.log(), 10)
    status = daemon.command("status")
    assert "clicks\\nFAULT all is lost" in status and "\x1b" not in status
    assert all(line.startswith("{") for line in daemon.log().splitlines())
    asker.close()
    assert one_line("a\r\n\u2028b\u202ec\x9b") == "a\\r\\n\\u2028b\\u202ec\\x9b"


UNSAFE_CALLS = {
    "eval",
    "exec",
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
    "os.system",
    "os.popen",
    "joblib.load",
}
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}


def unsafe(node):
    """Whether a piece of code makes code out of data."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        named = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
        return any(name.split(".")[0] in UNSAFE_MODULES for name in named)
    if not isinstance(node, ast.Call):
        return False
    said = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    called = ast.unparse(node.func)
    loads_weights = called == "torch.load" and said.get("weights_only") != "True"
    return (
        called in UNSAFE_CALLS
        or loads_weights
        or "True" in (said.get("allow_pickle"), said.get("shell"))
    )


@pytest.mark.slow
def test_no_pickle_no_eval_and_yaml_only_safe():
    root = Path(__file__).parents[2]
    assert unsafe(ast.parse("eval('1')").body[0].value) and unsafe(
        ast.parse("from pickle import loads").body[0]
    )
    assert not unsafe(ast.parse("model.eval()").body[0].value)
    found = [
        f"{path.relative_to(root)}:{node.lineno}: {ast.unparse(node)}"
        for folder in ("bridge", "daemon", "fl_studio_scripts")
        for path in (root / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if unsafe(node)
    ]
    assert found == []


def test_only_loopback_is_opened_by_default(start_daemon):
    import psutil

    daemon = start_daemon()
    bound = psutil.Process(daemon.process.pid).net_connections(kind="inet")
    assert bound and all(socket.laddr.ip.startswith("127.") for socket in bound)


def test_doctor_says_that_another_sidecrate_holds_the_port(start_daemon, tmp_path):
    from tests.helpers.daemon_process import command

    daemon = start_daemon()
    home = tmp_path / "other"
    home.mkdir()
    (home / "config.yaml").write_text(
        f"osc: {{port: {daemon.link.port}}}\nmidi: {{enabled: false}}\nfl: {{enabled: false}}\n"
    )
    done = command("doctor", environment={**daemon.environment, "SIDECRATE_HOME": str(home)})
    assert f"another Sidecrate holds it, whose crate is {daemon.places.crate}" in done.stdout
