"""The TLS context of a connection: verified by default, with an own CA or a client certificate if given."""

import functools
import ssl
from pathlib import Path

from RealtimeLibrary.core.errors import InvalidArgument


def tls_context(
    verify: bool | str | Path, client_cert: str | Path | None, client_key: str | Path | None
) -> ssl.SSLContext:
    """A client context.

    Args:
        verify: `True` trusts the system's CAs, a path the CAs in this PEM file or folder, `False` anything.
        client_cert: PEM file of the client's certificate, with its key unless `client_key` is given.
        client_key: PEM file of the client's key.

    Raises:
        InvalidArgument: A file is missing or not usable.
    """
    context = ssl.create_default_context() if isinstance(verify, bool) else _trusting(Path(verify))
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if client_cert is not None:
        try:
            # Without a password OpenSSL would ask for the one of an encrypted key on the terminal.
            context.load_cert_chain(client_cert, client_key, password="")
        except (OSError, ssl.SSLError) as error:
            raise InvalidArgument(f"Client certificate '{client_cert}' cannot be used: {_why(error)}.") from error
    elif client_key is not None:
        raise InvalidArgument("Argument 'client_key' needs 'client_cert'.")
    return context


@functools.cache
def without_tls() -> ssl.SSLContext:
    """The context for connections that need none: it trusts nobody; one for all, as each would cost 12 KiB."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _trusting(path: Path) -> ssl.SSLContext:
    """A context that trusts the CAs in this file or folder, and no others."""
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=str(path))
        return ssl.create_default_context(cafile=str(path))
    except (OSError, ssl.SSLError) as error:
        raise InvalidArgument(f"CA file '{path}' cannot be used: {_why(error)}.") from error


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "it is no PEM file with what is needed, or its key is encrypted"
    return (error.strerror or type(error).__name__).lower()
