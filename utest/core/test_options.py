"""The options of a connection, checked once."""

from datetime import timedelta
from typing import Any

import pytest

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.options import (
    ConnectionSettings,
    SSEOptions,
    SSESettings,
    WebSocketOptions,
    WebSocketSettings,
)
from RealtimeLibrary.core.reconnection import ReconnectionPolicy


def test_defaults() -> None:
    """The defaults of the keyword contract."""
    settings = WebSocketSettings()
    assert (settings.connect_timeout, settings.reconnect_attempts, settings.reconnect_delay) == (5.0, 3, 1.0)
    assert (settings.auto_reconnect, settings.reconnect_backoff, settings.reconnect_on) == (False, 1.0, frozenset())
    assert (settings.ping_interval, settings.ping_timeout, settings.compression) == (20.0, 20.0, None)
    assert (settings.max_size, settings.max_messages, settings.max_bytes) == (2**24, None, 2**28)
    assert (settings.verify, settings.parse_json, settings.type_field) == (True, True, "type")
    assert (SSESettings().method, SSESettings().idle_timeout) == ("GET", None)


@pytest.mark.parametrize(("settings", "options"), [(WebSocketSettings, WebSocketOptions), (SSESettings, SSEOptions)])
def test_every_setting_is_an_option(settings: type[ConnectionSettings], options: Any) -> None:
    assert set(settings.__dataclass_fields__) == set(options.__annotations__)


def test_a_changed_copy() -> None:
    before = WebSocketSettings(max_size=5)
    after = before.updated(ping_interval=None, headers={"A": "b"})
    assert (before.ping_interval, before.headers) == (20.0, None)
    assert (after.ping_interval, after.headers, after.max_size) == (None, {"A": "b"}, 5)


def test_an_unknown_option_is_named_with_the_known_ones() -> None:
    with pytest.raises(InvalidArgument, match=r"^Non-existing option 'time_out'\. Options: auto_reconnect, .*\.$"):
        WebSocketSettings().updated(time_out=5)
    with pytest.raises(InvalidArgument, match="'ping_interval'"):
        SSESettings().updated(ping_interval=5)


@pytest.mark.parametrize("name", ["connect_timeout", "ping_interval", "ping_timeout"])
def test_times_are_seconds(name: str) -> None:
    assert getattr(WebSocketSettings().updated(**{name: timedelta(minutes=1)}), name) == 60.0
    with pytest.raises(InvalidArgument, match=f"Argument '{name}' must be greater than zero"):
        WebSocketSettings().updated(**{name: 0})


def test_a_delay_may_be_zero() -> None:
    assert WebSocketSettings(reconnect_delay=0).reconnect_delay == 0
    assert SSESettings(idle_timeout=timedelta(seconds=3)).idle_timeout == 3
    with pytest.raises(InvalidArgument, match="Argument 'reconnect_delay' must be zero or more"):
        WebSocketSettings(reconnect_delay=-1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reconnect_attempts", 0),
        ("reconnect_backoff", 0.5),
        ("reconnect_backoff", float("nan")),
        ("max_size", 0),
        ("max_messages", 0),
        ("max_bytes", -1),
        ("max_bytes", "much"),
    ],
)
def test_what_is_too_small(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument, match=f"^Argument '{name}' must be 1 or more, got {value!r}"):
        WebSocketSettings(**{name: value})


def test_no_bound_is_a_bound_too() -> None:
    settings = SSESettings(max_messages=None, max_bytes=None)
    assert (settings.max_messages, settings.max_bytes) == (None, None)


def test_compressions() -> None:
    assert WebSocketSettings(compression="deflate").compression == "deflate"
    with pytest.raises(InvalidArgument, match=r"Argument 'compression' must be 'deflate' or None, got 'gzip'\."):
        WebSocketSettings(compression="gzip")


def test_a_body_is_json_or_not() -> None:
    assert SSESettings(json={"a": 1}).body is None
    with pytest.raises(InvalidArgument, match=r"Arguments 'json' and 'body' exclude each other\."):
        SSESettings(json={"a": 1}, body="b")


def test_the_policy() -> None:
    settings = SSESettings(auto_reconnect=True, reconnect_attempts=5, reconnect_delay=2, reconnect_on=[503, 4000])
    assert settings.policy == ReconnectionPolicy(True, 5, 2.0, 1.0, frozenset({503, 4000}))


def test_the_repr_shows_no_secret() -> None:
    """It stands in the traceback of a failing pytest test."""
    options = {"headers": {"Authorization": "s3cret"}, "proxy": "http://user:s3cret@proxy"}
    assert "s3cret" not in repr(WebSocketSettings(**options, on_connect=["s3cret"]))
    assert "s3cret" not in repr(SSESettings(**options, json={"token": "s3cret"}, params={"token": "s3cret"}))
    assert "s3cret" not in repr(SSESettings(body="s3cret"))
