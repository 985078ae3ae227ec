import base64

import yaml

from daemon.worker.certificate import own_certificate
from daemon.worker.cluster_files import PEM, write_files
from daemon.worker.cluster_settings import ClusterSettings
from daemon.worker.pairing import Pairing, hash_of

SETTINGS = ClusterSettings(("embedded",), 0, 4, gpus=0.5, paired={hash_of("token"): "laptop"})


def test_a_serve_yaml_says_what_the_cluster_is_told(tmp_path):
    own_certificate(tmp_path)
    path, pem = write_files(tmp_path, SETTINGS, image="")
    said = yaml.safe_load(path.read_text())
    (app,) = said["applications"]
    assert ClusterSettings(**app["args"]["settings"]).to_json() == SETTINGS.to_json()
    assert app["import_path"] == "daemon.worker.cluster:app_of_yaml"
    assert said["http_options"]["ssl_keyfile"] == PEM and pem.stat().st_mode & 0o77 == 0
    assert "token" not in path.read_text().replace(hash_of("token"), "")


def test_a_rayservice_brings_its_certificate_and_the_same_serve_yaml(tmp_path):
    own_certificate(tmp_path)
    (path,) = write_files(tmp_path, SETTINGS, image="registry/mine:1")
    assert "&id" not in path.read_text() and path.stat().st_mode & 0o77 == 0
    secret, service = yaml.safe_load_all(path.read_text())
    ((name, held),) = secret["data"].items()
    assert base64.b64decode(held) == (tmp_path / "worker.pem").read_bytes() and name in PEM
    inside = yaml.safe_load(service["spec"]["serveConfigV2"])
    assert inside["applications"][0]["args"]["settings"]["paired"] == SETTINGS.paired
    group = service["spec"]["rayClusterConfig"]["workerGroupSpecs"][0]
    (container,) = group["template"]["spec"]["containers"]
    assert container["image"] == "registry/mine:1" and group["maxReplicas"] == 4
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert {"name": "RAY_USAGE_STATS_ENABLED", "value": "0"} in container["env"]


def test_a_machine_that_the_cluster_was_told_of_is_let_in_without_a_code(tmp_path):
    pairing = Pairing(tmp_path / "paired.json", b"12345", known=SETTINGS.paired)
    assert pairing.who("token") == hash_of("token") and pairing.who("other") is None
