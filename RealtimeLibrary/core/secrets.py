"""What must never be shown, and the one function that takes it out of a text.

Known are the values of Robot `Secret`s, URL userinfo, masked query parameters and credential headers. They are replaced
wherever a text is rendered, also where the peer echoes them. Comparing and returning use the true value.
"""

import html
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from typing import Final
from urllib.parse import unquote, unquote_plus

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
_MASKED: Final = f"{MASK}|{html.escape(MASK)}"
"""The mask stands for itself: a secret that is part of its word is not masked in it once more."""

_NAMED_ESCAPES: Final = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_NESTED: Final = 8
"""Backslashes in a row that are looked through: JSON text within JSON text three times."""

_LONGEST_CHARACTER: Final = 60
"""Most characters that one may take when written otherwise."""


class Secrets:
    """The values that are known to be secret.

    Args:
        params: Names of query parameters whose values are secret; compared without case.
    """

    def __init__(self, params: Iterable[str] = SECRET_PARAMS) -> None:
        self._params = frozenset(name.lower() for name in params)
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._signs: frozenset[str] = frozenset()
        self._longest = 0

    def add(self, value: str) -> None:
        """Never show this value again, nor its forms in URLs, JSON, HTML and Python."""
        if value and value not in self._values:
            self._values.add(value)
            longest_first = sorted(self._values, key=len, reverse=True)
            self._longest = max(map(_longest_form, longest_first))
            self._signs = frozenset(map(_sign, longest_first))
            self._pattern = re.compile("|".join([_MASKED, *map(_in_every_form, longest_first)]))

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

    def mask(self, text: str, mask: str = MASK) -> str:
        """`text` without any known secret; `mask` stands for each."""
        if self._pattern is None or not any(sign in text for sign in self._signs):
            return text
        return self._pattern.sub(mask, text)

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

    def __bool__(self) -> bool:
        return self._pattern is not None

    def __repr__(self) -> str:
        return f"<{len(self._values)} secrets>"

    def _is_secret(self, parameter: str) -> bool:
        return unquote_plus(parameter).lower() in self._params

    def _learn(self, value: str) -> None:
        if len(value) >= _SHORTEST:
            self.add(value)


def _in_every_form(value: str) -> str:
    """A regular expression for a value, however each of its characters is written."""
    return "".join(_character(character, sum(1 for _ in run)) for character, run in groupby(value))


def _longest_form(value: str) -> int:
    return sum(1 if _is_plain(character) else _LONGEST_CHARACTER for character in value)


def _sign(value: str) -> str:
    """The longest part of a value that is written in one way only: without it, no form of the value is in a text."""
    runs = ("".join(run) for is_plain, run in groupby(value, _is_plain) if is_plain)
    return max(runs, key=len, default="")


def _is_plain(character: str) -> bool:
    """Whether it is written in one way only."""
    return character.isascii() and character.isalnum()


@cache
def _character(character: str, count: int) -> str:
    """A regular expression for so many of a character: as it is, or escaped by JSON, a URL, HTML or Python."""
    if _is_plain(character):
        return character * count
    if character == "\\":
        return rf"(?:(?i:%5c){{{count}}}|\\{{{count},{_NESTED * count}}})"
    utf8 = character.encode("utf-8", "surrogatepass")
    utf16 = character.encode("utf-16-be", "surrogatepass")
    backslashes = rf"\\{{1,{_NESTED}}}"
    escaped = [
        "".join(f"%{byte:02x}" for byte in utf8),
        "".join(rf"{backslashes}u{utf16[at]:02x}{utf16[at + 1]:02x}" for at in range(0, len(utf16), 2)),
        "".join(rf"{backslashes}x{byte:02x}" for byte in utf8),
        rf"{backslashes}x{ord(character):02x}",
        rf"{backslashes}u{ord(character):08x}",
    ]
    forms = [rf"\\{{0,{_NESTED}}}{re.escape(character)}", f"(?i:{'|'.join(escaped)})"]
    if character in _NAMED_ESCAPES:
        forms.append(backslashes + _NAMED_ESCAPES[character])
    if (entity := html.escape(character)) != character:
        forms.append(entity)
    if character == " ":
        forms.append(r"\+")
    return f"(?:{'|'.join(forms)}){{{count}}}"


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
