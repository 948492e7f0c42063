"""The request for an event stream, and what its answer's headers mean (WHATWG HTML 9.2.2 and 9.2.3), without I/O.

A request is a value. A redirect makes another one of it, with the method, body and credentials that the Fetch standard
leaves it; a reconnection repeats the last one.
"""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Self
from urllib.parse import unquote, urlencode, urljoin, urlsplit, urlunsplit

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.payloads import to_json
from RealtimeLibrary.core.secrets import CREDENTIAL_HEADERS, MASK, refuse_half_secret

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS: Final = 20
"""As many as the Fetch standard allows."""

_BODY_HEADERS: Final = frozenset({"content-encoding", "content-language", "content-location", "content-type"})
_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE: Final = re.compile(rf"[ \t\r\n]*({_TOKEN}/{_TOKEN})[ \t\r\n]*(?:;.*)?", re.DOTALL)
_LIST_ITEM: Final = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)*', re.DOTALL)
_FIELD_VALUE: Final = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]+")
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class SSERequest:
    """What is asked for.

    Attributes:
        method: The HTTP method.
        url: Without userinfo, which became a header, and without a fragment.
        headers: As given, by name.
        body: The content, `None` without one.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None

    @classmethod
    def of(
        cls,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | None = None,
    ) -> Self:
        """The first request of a connection.

        Args:
            url: An `http://` or `https://` URL; userinfo in it is sent as Basic authentication.
            method: The HTTP method.
            headers: Sent as they are.
            params: Added to the URL's query.
            json: Sent as JSON; text is sent as it is.
            body: Sent as it is, text as UTF-8.

        Raises:
            InvalidArgument: The URL is none, or something holds half a secret.
        """
        fields = {name: _header_value(name, value) for name, value in (headers or {}).items()}
        content = body.encode() if isinstance(body, str) else body
        if json is not None:
            content = (json if isinstance(json, str) else to_json(json)).encode()
            if not _has(fields, "content-type"):
                fields["Content-Type"] = "application/json"
        if content is not None:
            refuse_half_secret(content.decode("utf-8", "replace"), "Body")
        address, authorization = _address_of(url, params or {})
        if authorization and not _has(fields, "authorization"):
            fields["Authorization"] = authorization
        if not re.fullmatch(_TOKEN, method):
            raise InvalidArgument(f"Argument 'method' got value '{method}' that is no HTTP method.")
        return cls(method.upper(), address, fields, content)

    @property
    def is_tls(self) -> bool:
        """Whether it goes over TLS."""
        return self.url.startswith("https:")

    def redirected(self, status: int, location: str, is_secret: Callable[[str], bool] = lambda value: False) -> Self:
        """The request that follows a redirect (Fetch, "HTTP-redirect fetch").

        301 and 302 turn a POST into a GET, 303 everything but HEAD; 307 and 308 repeat method and body. Credentials
        stay with their origin: the headers that are known for them, and those with a secret value.

        Args:
            status: The HTTP status.
            location: The URL to go to, relative to this one.
            is_secret: Whether a header value holds a secret.

        Raises:
            InvalidArgument: The location is no `http://` or `https://` URL.
        """
        try:
            target = urljoin(self.url, location)
        except ValueError as error:
            raise InvalidArgument(f"'{location}' is no URL.") from error
        url, authorization = _address_of(target, {})
        changed = self
        if (status in (301, 302) and self.method == "POST") or (status == 303 and self.method not in ("GET", "HEAD")):
            changed = replace(self, method="GET", body=None, headers=_without(self.headers, _BODY_HEADERS))
        headers = changed.headers
        if origin_of(url) != origin_of(self.url):
            secret = {name.lower() for name, value in headers.items() if is_secret(value)}
            headers = _without(headers, CREDENTIAL_HEADERS | secret)
        if authorization:
            headers = {**_without(headers, {"authorization"}), "Authorization": authorization}
        return replace(changed, url=url, headers=headers)


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def is_event_stream(content_types: Iterable[str]) -> bool:
    """Whether the answer's Content-Type headers say `text/event-stream`.

    Any case and any parameters will do. Of a list the last valid item counts (Fetch, "extract a MIME type").
    """
    essence = ""
    for item in _items(", ".join(content_types)):
        match = _MEDIA_TYPE.fullmatch(item)
        if match and match[1] != "*/*":
            essence = match[1].lower()
    return essence == "text/event-stream"


def last_event_id_header(last_event_id: str) -> str | None:
    """The value of `Last-Event-ID`, to be sent as UTF-8; `None` where the header is left out.

    That is for an empty ID, and for one with control characters, which no header can carry.
    """
    value = last_event_id.strip(" \t")
    return value if _FIELD_VALUE.fullmatch(value) else None


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """The wait that `Retry-After` asks for, in seconds; `None` without one (RFC 9110, section 10.2.3).

    Args:
        value: A number of seconds, or a date.
        now: The present, in UTC; by default that of the system's clock.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((date - (now or datetime.now(UTC))).total_seconds(), 0.0)


def _address_of(url: str, params: Mapping[str, str]) -> tuple[str, str]:
    """The URL with the parameters and without userinfo and fragment, and the Authorization for the userinfo."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        shown = re.sub(r"//[^/]*@", f"//{MASK}@", url.partition("?")[0])
        raise InvalidArgument(f"'{shown}' is not an http:// or https:// URL.")
    for name, value in params.items():
        refuse_half_secret(value, f"Parameter '{name}'")
    query = parts.query
    if params:
        query = "&".join(filter(None, [query, urlencode(list(params.items()))]))
    userinfo, _, host = parts.netloc.rpartition("@")
    authorization = ""
    if userinfo:
        user, _, password = userinfo.partition(":")
        pair = f"{unquote(user)}:{unquote(password)}".encode()
        authorization = f"Basic {base64.b64encode(pair).decode()}"
    return urlunsplit((parts.scheme, host, parts.path or "/", query, "")), authorization


def _items(value: str) -> list[str]:
    """The items of a comma-separated header; a comma in a quoted string does not separate."""
    items, position = [], 0
    while position <= len(value):
        match = _LIST_ITEM.match(value, position)
        end = match.end() if match else position
        items.append(value[position:end])
        position = end + 1
    return items


def _header_value(name: str, value: str) -> str:
    """The value as it is sent.

    Raises:
        InvalidArgument: HTTP cannot carry the name or the value (RFC 9110, section 5), or it holds half a secret.
    """
    refuse_half_secret(value, f"Header '{name}'")
    stripped = value.strip(" \t")
    if not re.fullmatch(_TOKEN, name) or (stripped and not _FIELD_VALUE.fullmatch(stripped)):
        raise InvalidArgument(f"Header '{name}' has a name or value with characters that HTTP cannot carry.")
    return stripped


def _has(headers: Mapping[str, str], name: str) -> bool:
    return any(other.lower() == name for other in headers)


def _without(headers: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in names}
