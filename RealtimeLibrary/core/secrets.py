"""What must never be shown, and the one function that takes it out of a text.

Known are the values of Robot `Secret`s, URL userinfo, masked query parameters and credential headers. They are replaced
wherever a text is rendered, also where the peer echoes them. Comparing and returning use the true value.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

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

_USERINFO: Final = re.compile(r"(?<=//)[^/?#\s]*(?=@)")
_QUERY_PARAMETER: Final = re.compile(r"(?<=[?&#])([^=&#]+)=([^&#]*)")
_UNESCAPED_BY: Final = ("", "/", "!'()*", ";/?:@&=+$,#!'()*")
"""What percent-encoding leaves as it is: Python's for a value and a path, JavaScript's for a component and a URI."""


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
        if value and value not in self._values:
            self._values.update(_forms(value))
            longest_first = sorted(self._values, key=len, reverse=True)
            self._longest = len(longest_first[0])
            # The mask stands for itself: a secret that is part of its word is not masked in it once more.
            self._pattern = re.compile("|".join(map(re.escape, [MASK, *longest_first])))

    def add_headers(self, headers: Mapping[str, str]) -> None:
        """Learn the values of credential headers, and the part after the scheme."""
        for name, value in headers.items():
            if name.lower() in CREDENTIAL_HEADERS:
                self._learn(value)
                self._learn(value.partition(" ")[2])

    def add_url(self, url: str) -> None:
        """Learn userinfo, also as the `Authorization` header it becomes, and masked query parameters."""
        if userinfo := _USERINFO.search(url):
            user, colon, password = userinfo[0].partition(":")
            credential = password if colon else user
            self._learn(credential)
            self._learn(unquote(credential))
            self._learn(b64encode(unquote(f"{user}:{password}").encode("utf-8", "replace")).decode())
        for name, value in _QUERY_PARAMETER.findall(url):
            if self._is_secret(name):
                self._learn(value)
                self._learn(unquote_plus(value))

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

        def shown(parameter: re.Match[str]) -> str:
            return f"{parameter[1]}={MASK}" if self._is_secret(parameter[1]) else parameter[0]

        return self.mask(_QUERY_PARAMETER.sub(shown, _USERINFO.sub(MASK, url)))

    def mask_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """`headers` with credential values replaced."""
        return {
            name: MASK if name.lower() in CREDENTIAL_HEADERS else self.mask(value) for name, value in headers.items()
        }

    def __repr__(self) -> str:
        return f"<{len(self._values)} secrets>"

    def _is_secret(self, parameter: str) -> bool:
        return unquote_plus(parameter).lower() in self._params

    def _learn(self, value: str) -> None:
        if len(value) >= _SHORTEST:
            self.add(value)


def _forms(value: str) -> Iterator[str]:
    """The ways in which a value may be written."""
    yield value
    for unescaped in _UNESCAPED_BY:
        yield from _either_case(quote(value, unescaped, errors="surrogatepass"))
    yield from _either_case(quote_plus(value, errors="surrogatepass"))
    for as_ascii in (True, False):
        in_json = json.dumps(value, ensure_ascii=as_ascii)[1:-1]
        yield in_json
        yield in_json.replace("/", r"\/")
    yield repr(value)[1:-1]
    yield repr(value.encode("utf-8", "surrogatepass"))[2:-1]


def _either_case(encoded: str) -> Iterator[str]:
    """Percent-encoded text with its hexadecimal digits in upper and in lower case."""
    yield encoded
    yield re.sub("%[0-9A-F]{2}", lambda digits: digits[0].lower(), encoded)


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
