"""The worker's own certificate. Daemons believe it by its hash, so its dates say nothing."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from bridge.files.whole import write_whole
from daemon.errors import ServiceError
from daemon.home.extras import how_to_install

#: Wide enough for clocks that are years off.
_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def own_certificate(folder: Path) -> tuple[Path, bytes]:
    """The file with the key and the certificate, made on first use, and the certificate (DER).

    ServiceError where it cannot be made.
    """
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError:
        raise ServiceError(
            f"a worker needs the extra: {how_to_install('worker')}", "not_installed"
        ) from None
    path = folder / "worker.pem"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Sidecrate worker")])
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(_FROM)
            .not_valid_after(_UNTIL)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        folder.mkdir(parents=True, exist_ok=True)
        text = key.private_bytes(serialization.Encoding.PEM, *plain)
        write_whole(path, text + made.public_bytes(serialization.Encoding.PEM), private=True)
    try:
        read = x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise ServiceError(
            f"{path} holds no certificate ({error}); remove it and pair anew"
        ) from None
    return path, read.public_bytes(serialization.Encoding.DER)


def new_secret() -> bytes:
    """What a code proves beside the certificate."""
    return os.urandom(5)
