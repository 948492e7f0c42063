"""The TLS context: verified by default, with an own CA or a client certificate if given."""

import ssl
from pathlib import Path

import pytest

from atest.servers.certificates import ca_file, client_files
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.network.tls import tls_context, without_tls


def test_the_systems_authorities_are_trusted_by_default() -> None:
    context = tls_context(True, None, None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_verification_can_be_switched_off() -> None:
    context = tls_context(False, None, None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_only_a_named_authority_is_trusted() -> None:
    context = tls_context(ca_file(), None, None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) == 1


def test_a_folder_of_authorities(tmp_path: Path) -> None:
    assert tls_context(tmp_path, None, None).get_ca_certs() == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_cannot_be_used(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    why = "no such file or directory"
    if content is not None:
        path.write_text(content)
        why = "it is no PEM file with what is needed, or its key is encrypted"
    with pytest.raises(InvalidArgument) as caught:
        tls_context(path, None, None)
    assert str(caught.value) == f"CA file '{path}' cannot be used: {why}."


def test_a_client_certificate() -> None:
    certificate, key = client_files()
    tls_context(True, certificate, key)


def test_a_client_certificate_without_its_key() -> None:
    certificate, key = client_files()
    with pytest.raises(InvalidArgument, match=r"^Client certificate '.*client\.pem' cannot be used: it is no PEM file"):
        tls_context(True, certificate, None)
    with pytest.raises(InvalidArgument, match=r"^Argument 'client_key' needs 'client_cert'\.$"):
        tls_context(True, None, key)


def test_a_missing_client_certificate(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"cannot be used: no such file or directory\.$"):
        tls_context(True, tmp_path / "client.pem", None)


def test_an_encrypted_key_is_refused_without_asking_for_its_password(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    certificate, key = client_files()
    plain = serialization.load_pem_private_key(Path(key).read_bytes(), None)
    encrypted = tmp_path / "client.key"
    encrypted.write_bytes(
        plain.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.BestAvailableEncryption(b"password"),
        )
    )
    with pytest.raises(InvalidArgument, match=r"or its key is encrypted\.$"):
        tls_context(True, certificate, encrypted)


def test_no_tls_trusts_nobody() -> None:
    assert without_tls().get_ca_certs() == []
