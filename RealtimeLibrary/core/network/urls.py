"""Facts about URLs that both transports need."""

import ipaddress
from urllib.parse import urlsplit


def without_spaces(url: str) -> str:
    """The URL as browsers send it (WHATWG URL, 4.4): no spaces at the ends, others percent-encoded."""
    return url.strip(" ").replace(" ", "%20")


def is_loopback(url: str) -> bool:
    """Whether the host is this machine: no proxy of the environment is asked for it."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, or no URL at all
        return False
