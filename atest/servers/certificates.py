"""TLS certificates for the servers, made when they are asked for: a good one and every bad one.

| kind | what is wrong with it |
|---|---|
| `valid` | nothing, for a client that trusts `ca_file()` |
| `untrusted` | signed by an authority that nobody knows |
| `expired` | its time is over |
| `wrong-host` | issued for another host |
| `client-cert` | nothing, but the server asks the client for a certificate of its own |
"""

import atexit
import datetime
import functools
import ssl
import tempfile
from pathlib import Path
from typing import Any

KINDS = ("valid", "untrusted", "expired", "wrong-host", "client-cert")
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@functools.cache
def authority() -> Any:
    """The authority that clients trust; trustme is imported here, because the demo works without it."""
    import trustme

    return trustme.CA()


@functools.cache
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="certificates-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


@functools.cache
def ca_file() -> str:
    """Path of the authority's certificate (PEM)."""
    path = _folder() / "ca.pem"
    authority().cert_pem.write_to_path(str(path))
    return str(path)


@functools.cache
def client_files() -> tuple[str, str]:
    """Paths of a client's certificate and of its key (PEM), accepted by a `client-cert` server."""
    issued = authority().issue_cert("tester@example.org")
    certificate, key = _folder() / "client.pem", _folder() / "client.key"
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    issued.private_key_pem.write_to_path(str(key))
    return str(certificate), str(key)


def server_context(kind: str) -> ssl.SSLContext:
    """The server side of a TLS connection with this kind of certificate."""
    if kind not in KINDS:
        raise ValueError(f"Unknown kind of certificate '{kind}'. Known: {', '.join(KINDS)}.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _certificate(kind).configure_cert(context)
    if kind == "client-cert":
        context.verify_mode = ssl.CERT_REQUIRED
        authority().configure_trust(context)
    return context


def _certificate(kind: str) -> Any:
    if kind == "untrusted":
        import trustme

        return trustme.CA().issue_cert("127.0.0.1", "localhost")
    if kind == "expired":
        return authority().issue_cert(
            "127.0.0.1", "localhost", not_before=LONG_AGO, not_after=LONG_AGO + datetime.timedelta(days=1)
        )
    if kind == "wrong-host":
        return authority().issue_cert("other.example.org")
    return authority().issue_cert("127.0.0.1", "localhost")
