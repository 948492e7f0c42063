"""The request for an event stream and its answer's headers, case by case."""

from datetime import UTC, datetime

import pytest

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.sse.request import (
    SSERequest,
    is_event_stream,
    last_event_id_header,
    origin_of,
    retry_after,
)

URL = "http://host.test/stream"
CREDENTIALS = {"Authorization": "Bearer t", "Cookie": "sid=1", "X-Trace": "7"}


# The first request...


def test_url_loses_fragment_and_userinfo_which_becomes_basic_authentication():
    request = SSERequest.of("http://user:p%40ss@host.test/a?b=c#d")
    assert request.url == "http://host.test/a?b=c"
    assert request.headers == {"Authorization": "Basic dXNlcjpwQHNz"}


def test_own_authorization_wins_over_userinfo():
    assert SSERequest.of("http://u:p@host.test/", headers={"authorization": "Bearer x"}).headers == {
        "authorization": "Bearer x"
    }


@pytest.mark.parametrize(
    "url", ["", "host.test", "ws://host.test/", "http://", "http://[::1", "http://h:99999/", "ftp://h/"]
)
def test_other_urls_are_refused(url: str):
    with pytest.raises(InvalidArgument, match="is not an http:// or https:// URL"):
        SSERequest.of(url)


def test_refused_url_shows_no_credentials():
    with pytest.raises(InvalidArgument, match=r"^'ws://<secret>@host.test/' is not"):
        SSERequest.of("ws://user:geheim@host.test/?token=geheim")


def test_params_are_added_to_the_query():
    assert SSERequest.of(f"{URL}?a=1", params={"b": "x y", "c": "ä"}).url == f"{URL}?a=1&b=x+y&c=%C3%A4"


@pytest.mark.parametrize(
    ("options", "body", "content_type"),
    [
        ({"json": {"a": "ä"}}, '{"a":"ä"}'.encode(), "application/json"),
        ({"json": '{"a": 1}'}, b'{"a": 1}', "application/json"),
        ({"json": [], "headers": {"content-type": "application/x"}}, b"[]", "application/x"),
        ({"body": "text ä"}, "text ä".encode(), None),
        ({"body": b"\x00"}, b"\x00", None),
        ({}, None, None),
    ],
)
def test_body(options: dict, body: bytes | None, content_type: str | None):
    request = SSERequest.of(URL, method="post", **options)
    assert request.method == "POST"
    assert request.body == body
    assert {name.lower(): value for name, value in request.headers.items()}.get("content-type") == content_type


@pytest.mark.parametrize(
    ("name", "value"), [("X", "a\r\nEvil: 1"), ("X", "a\x00"), ("X Y", "a"), ("", "a"), ("X:", "a"), ("X", "\x7f")]
)
def test_headers_that_http_cannot_carry_are_refused_without_showing_the_value(name: str, value: str):
    with pytest.raises(InvalidArgument) as caught:
        SSERequest.of(URL, headers={name: value})
    assert str(caught.value) == f"Header '{name}' has a name or value with characters that HTTP cannot carry."


@pytest.mark.parametrize("method", ["", "GET ", "G\r\n"])
def test_methods_that_http_cannot_carry_are_refused(method: str):
    with pytest.raises(InvalidArgument, match="that is no HTTP method"):
        SSERequest.of(URL, method=method)


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"A": "Bearer <secret>"}},
        {"params": {"a": "<secret>"}},
        {"json": {"a": "<secret>"}},
        {"body": "<secret>"},
    ],
)
def test_half_a_secret_is_refused(options: dict):
    with pytest.raises(InvalidArgument, match="contains the text '<secret>'"):
        SSERequest.of(URL, **options)


# Redirects...


@pytest.mark.parametrize(
    ("status", "method", "after", "body"),
    [
        (301, "GET", "GET", None),
        (301, "POST", "GET", None),
        (302, "POST", "GET", None),
        (302, "PUT", "PUT", b"x"),
        (303, "PUT", "GET", None),
        (303, "HEAD", "HEAD", b"x"),
        (307, "POST", "POST", b"x"),
        (308, "POST", "POST", b"x"),
    ],
)
def test_redirect_changes_the_method_as_fetch_does(status: int, method: str, after: str, body: bytes | None):
    request = SSERequest.of(URL, method=method, body="x" if method != "GET" else None, headers={"Content-Type": "a/b"})
    changed = request.redirected(status, "/new")
    assert (changed.method, changed.body) == (after, body)
    assert ("Content-Type" in changed.headers) == (method == after)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b?c", "http://host.test/b?c"),
        ("next", "http://host.test/next"),
        ("?q", "http://host.test/stream?q"),
        ("//other.test/x", "http://other.test/x"),
        ("https://host.test/x#f", "https://host.test/x"),
    ],
)
def test_location_is_relative_to_the_url(location: str, url: str):
    assert SSERequest.of(URL).redirected(307, location).url == url


@pytest.mark.parametrize(
    "location", ["https://host.test/", "http://host.test:81/", "http://other.test/", "//www.host.test/"]
)
def test_credentials_stay_with_their_origin(location: str):
    assert SSERequest.of(URL, headers=CREDENTIALS).redirected(307, location).headers == {"X-Trace": "7"}


def test_headers_with_a_secret_value_stay_with_their_origin():
    request = SSERequest.of(URL, headers={"X-Key": "geheim", "X-Trace": "7"})
    assert request.redirected(307, "//other.test/", "geheim".__eq__).headers == {"X-Trace": "7"}
    assert request.redirected(307, "/other", "geheim".__eq__).headers == {"X-Key": "geheim", "X-Trace": "7"}


@pytest.mark.parametrize("location", ["/b", "http://host.test:80/b", "http://HOST.test/b"])
def test_credentials_go_along_within_the_origin(location: str):
    assert SSERequest.of(URL, headers=CREDENTIALS).redirected(307, location).headers == CREDENTIALS


def test_userinfo_of_a_location_replaces_the_authorization():
    changed = SSERequest.of(URL, headers=CREDENTIALS).redirected(302, "http://u:p@host.test/")
    assert changed.headers["Authorization"] == "Basic dTpw"


@pytest.mark.parametrize("location", ["ftp://host.test/", "http://[::1", "data:text/event-stream,data:a"])
def test_locations_of_other_kinds_are_refused(location: str):
    with pytest.raises(InvalidArgument):
        SSERequest.of(URL).redirected(307, location)


def test_origin_knows_the_default_ports():
    assert origin_of("https://a/") == origin_of("https://A:443/b") == ("https", "a", 443)


# Content type...


@pytest.mark.parametrize(
    "values",
    [
        ["text/event-stream"],
        ["Text/Event-Stream"],
        [" text/event-stream ;charset=windows-1252"],
        ["text/event-stream;"],
        ['text/event-stream; a="b, text/html"'],
        ["text/html, text/event-stream"],
        ["text/html", "text/event-stream"],
        ["text/event-stream, */*"],
        ["text/event-stream, nonsense"],
        ["text/event-stream,"],
    ],
)
def test_is_an_event_stream(values: list[str]):
    assert is_event_stream(values)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["text/html"],
        ["text/event-streaming"],
        ["x-text/event-stream"],
        ["text/event-stream x"],
        ["text/event-stream, text/html"],
        ["text/event-stream", "application/json"],
        ['"text/event-stream"'],
        ["text/plain; a=text/event-stream"],
    ],
)
def test_is_no_event_stream(values: list[str]):
    assert not is_event_stream(values)


# Last-Event-ID and Retry-After...


@pytest.mark.parametrize(
    ("last_event_id", "value"),
    [
        ("", None),
        ("7", "7"),
        ("ä€", "ä€"),
        (" 7 ", "7"),
        ("a b\tc", "a b\tc"),
        ("a\x0bb", None),
        ("a\x7f", None),
        ("  ", None),
    ],
)
def test_last_event_id_header(last_event_id: str, value: str | None):
    assert last_event_id_header(last_event_id) == value


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("-1", None),
        ("1.5", None),
        ("\u0661", None),
        ("soon", None),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30.0),
    ],
)
def test_retry_after(value: str | None, seconds: float | None):
    assert retry_after(value, NOW) == seconds
