"""What Robot gives: converted, without secrets in any `repr`, and revealed only on the way to the core."""

from typing import Any

import pytest
from robot.api.types import Secret

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.keywords.arguments import (
    AS_IMPORTED,
    Headers,
    Url,
    as_list,
    at_least_one,
    byte_count,
    codes,
    given,
    names,
    plain_options,
    revealed,
    shielded,
)

URL = "wss://user:passw0rd@server/live?token=t0ken-value&room=general&ticket=t1cket#end"


def test_options_left_to_the_import_are_left_out() -> None:
    assert given(a=1, b=AS_IMPORTED, c=None) == {"a": 1, "c": None}
    assert repr(AS_IMPORTED) == "as imported"


# Shielded types


def test_a_url_is_a_text_whose_repr_hides_what_may_be_secret() -> None:
    """Which parameters are secret is set at the import, and Robot logs arguments before the library sees them."""
    url = shielded(URL)
    assert (type(url), url) == (Url, URL)
    assert repr(url) == "'wss://<secret>@server/live?token=<secret>&room=<secret>&ticket=<secret>#end'"
    assert repr(shielded("ws://server/path=1")).endswith("path=<secret>'")
    assert repr(shielded("ws://server/")) == "'ws://server/'"


def test_a_secret_url_hides_all_of_itself() -> None:
    url = shielded(Secret("ws://hidden.example/"))
    assert (url, repr(url)) == ("ws://hidden.example/", "'<secret>'")
    secrets = Secrets()
    assert revealed(url, secrets) == "ws://hidden.example/"
    assert secrets.mask("to ws://hidden.example/") == "to <secret>"


@pytest.mark.parametrize(
    "value",
    [
        {"Authorization": Secret("Bearer abc"), "X-Number": 5},
        "{'Authorization': 'Bearer abc', 'X-Number': 5}",
    ],
)
def test_headers_show_only_their_names(value: Any) -> None:
    headers = shielded(value)
    assert (type(headers), headers) == (Headers, {"Authorization": "Bearer abc", "X-Number": "5"})
    assert repr(headers) == "{'Authorization': '<secret>', 'X-Number': '<secret>'}"


def test_secrets_in_headers_are_known_when_they_are_used() -> None:
    secrets = Secrets()
    headers = shielded({"X-Key": Secret("s3cret"), "X-Other": "plain"})
    assert revealed(headers, secrets) == {"X-Key": "s3cret", "X-Other": "plain"}
    assert secrets.mask("s3cret plain") == "<secret> plain"


@pytest.mark.parametrize(("value", "why"), [(5, "Give a text or a dictionary"), ("{bad", "no dictionary of texts")])
def test_what_is_neither(value: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        shielded(value)


# Secrets


def test_secrets_are_revealed_wherever_they_are() -> None:
    secrets = Secrets()
    value = {
        "a": Secret("one1"),
        "b": [Secret("two2"), ("three", Secret("four4"))],
        "c": 5,
        "d": {"e": Secret("five5")},
    }
    assert revealed(value, secrets) == {"a": "one1", "b": ["two2", ["three", "four4"]], "c": 5, "d": {"e": "five5"}}
    assert secrets.mask("one1 two2 three four4 five5") == "<secret> <secret> three <secret> <secret>"


@pytest.mark.parametrize("value", ["text", b"bytes", 5, None])
def test_what_is_no_secret_stays_what_it_is(value: Any) -> None:
    secrets = Secrets()
    assert revealed(value, secrets) is value
    assert not secrets


# Options


@pytest.mark.parametrize(
    ("value", "count"),
    [(5, 5), ("5", 5), ("16 MiB", 2**24), ("16mib", 2**24), (" 64 kB ", 64_000), ("2 GiB", 2**31), ("7B", 7)],
)
def test_sizes(value: int | str, count: int) -> None:
    assert byte_count(value, "max_size") == count


@pytest.mark.parametrize("value", ["", "much", "-5", "1.5 MiB", "5 lightyears", "MiB"])
def test_what_is_no_size(value: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        byte_count(value, "max_size")
    assert str(caught.value) == (
        f"Argument 'max_size' takes a number of bytes, or a size such as '16 MiB', got '{value}'."
    )


@pytest.mark.parametrize(
    ("option", "value", "plain"),
    [
        ("subprotocols", "chat", ["chat"]),
        ("subprotocols", "chat.v2, chat.v1", ["chat.v2", "chat.v1"]),
        ("subprotocols", ["a", "b"], ["a", "b"]),
        ("subprotocols", None, []),
        ("on_connect", {"type": "hello"}, [{"type": "hello"}]),
        ("on_connect", [Secret("one1"), "two"], ["one1", "two"]),
        ("on_connect", "None", []),
        ("max_size", "1 KiB", 1024),
        ("max_bytes", None, None),
        ("max_bytes", "None", None),
        ("reconnect_on", "503", frozenset({503})),
        ("reconnect_on", [503, 4000], frozenset({503, 4000})),
        ("headers", None, None),
        ("headers", Url("None"), None),
        ("params", {"a": "b"}, {"a": "b"}),
        ("proxy", Url("None"), None),
        ("origin", "None", None),
        ("origin", "https://shop.example", "https://shop.example"),
    ],
)
def test_options_as_the_core_takes_them(option: str, value: Any, plain: Any) -> None:
    assert plain_options({option: value}, Secrets()) == {option: plain}


@pytest.mark.parametrize("option", ["headers", "params"])
def test_a_dictionary_is_needed(option: str) -> None:
    with pytest.raises(InvalidArgument, match=rf"^Argument '{option}' takes a dictionary\.$"):
        plain_options({option: Url("text")}, Secrets())


@pytest.mark.parametrize("value", ["many", None, [1, "x"]])
def test_what_is_no_code(value: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^Argument 'reconnect_on' takes close codes and HTTP statuses, got "):
        codes(value)


def test_lists() -> None:
    assert [as_list(value) for value in ([1], (1, 2), "ab", None)] == [[1], [1, 2], ["ab"], [None]]


def test_names() -> None:
    assert names("ticket, token") == names(["ticket", "token"]) == names(("ticket", "token")) == ["ticket", "token"]


def test_counts() -> None:
    assert at_least_one(1) == 1
    with pytest.raises(InvalidArgument, match=r"^Argument 'count' must be 1 or more, got 0\.$"):
        at_least_one(0)
