"""What must never be shown, and the one function that takes it out of a text.

Known are the values of Robot `Secret`s, URL userinfo, masked query parameters and credential headers. They are replaced
wherever a text is rendered, also where the peer echoes them. Comparing and returning use the true value.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

from RealtimeLibrary.core.errors import InvalidArgument

MASK: Final = "<secret>"
"""What is shown instead; the same word that Robot Framework shows for a `Secret`."""

CREDENTIAL_HEADERS: Final = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization"})

SECRET_PARAMS: Final = (
    "access_token",
    "token",
    "api_key",
    "apikey",
    "key",
    "password",
    "secret",
    "sig",
    "signature",
)
"""Query parameters whose values are masked by default."""

_SHORTEST: Final = 4
"""A shorter credential in a URL or header is masked where it stands, not everywhere: `key=1` must not hide every 1."""


class Secrets:
    """The values that are known to be secret.

    Args:
        params: Names of query parameters whose values are secret; compared without case.
    """

    def __init__(self, params: Iterable[str] = SECRET_PARAMS) -> None:
        self._params = frozenset(name.lower() for name in params)
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._longest = 0

    def add(self, value: str) -> None:
        """Never show this value again, nor its percent-encoded, JSON-escaped and Python-quoted forms."""
        escaped = json.dumps(value)[1:-1], repr(value)[1:-1]
        forms = {value, quote(value, safe=""), quote_plus(value), *escaped} - {""}
        if not forms <= self._values:
            self._values |= forms
            longest_first = sorted(self._values, key=len, reverse=True)
            self._longest = len(longest_first[0])
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def add_headers(self, headers: Mapping[str, str]) -> None:
        """Learn the values of credential headers, and the part after the scheme."""
        for name, value in headers.items():
            if name.lower() in CREDENTIAL_HEADERS:
                self._learn(value)
                self._learn(value.partition(" ")[2])

    def add_url(self, url: str) -> None:
        """Learn userinfo and masked query parameters."""
        parts = _split(url)
        if parts is None:
            return
        self._learn(parts.password or "")
        for name, value in parse_qsl(parts.query):
            if name.lower() in self._params:
                self._learn(value)

    def mask(self, text: str) -> str:
        """`text` without any known secret."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def mask_start(self, text: str, limit: int) -> tuple[str, bool]:
        """At most the first `limit` characters of the masked text, and whether that is all of it.

        A long text is not masked as a whole.
        """
        window = 4 * limit + self._longest
        masked = self.mask(text[:window])
        if len(text) > window:
            # The window may end inside a secret.
            return masked[: max(len(masked) - self._longest, 0)][:limit], False
        return masked[:limit], len(masked) <= limit

    def mask_bytes(self, data: bytes) -> bytes:
        """`data` without any known secret; the encoding is taken as UTF-8."""
        if self._pattern is None:
            return data
        text = data.decode("utf-8", "surrogateescape")
        masked = self.mask(text)
        return data if masked == text else masked.encode("utf-8", "surrogateescape")

    def mask_url(self, url: str) -> str:
        """`url` with userinfo and masked query parameters replaced, too."""
        parts = _split(url)
        if parts is None:
            return self.mask(url)
        netloc = parts.netloc
        if "@" in netloc:
            netloc = f"{MASK}@{netloc.rpartition('@')[2]}"
        query = parts.query
        pairs = parse_qsl(query, keep_blank_values=True)
        if any(name.lower() in self._params for name, _ in pairs):
            shown = [(name, MASK if name.lower() in self._params else value) for name, value in pairs]
            query = urlencode(shown, safe="<>/:,")
        return self.mask(urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment)))

    def mask_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """`headers` with credential values replaced."""
        return {
            name: MASK if name.lower() in CREDENTIAL_HEADERS else self.mask(value) for name, value in headers.items()
        }

    def __repr__(self) -> str:
        return f"<{len(self._values)} secrets>"

    def _learn(self, value: str) -> None:
        if len(value) >= _SHORTEST:
            self.add(value)


def _split(url: str) -> Any:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def refuse_half_secret(text: str, where: str) -> None:
    """Fail where a `Secret` was put into a text, which leaves only its mask.

    Args:
        text: A header, URL or payload on its way out.
        where: What it is, such as `Header 'Authorization'`.

    Raises:
        InvalidArgument: The text contains the mask.
    """
    if MASK in text:
        raise InvalidArgument(
            f"{where} contains the text '{MASK}'. Build the whole value as a Secret: "
            "VAR    ${auth: Secret}    Bearer ${token}"
        )
