"""What both transports know of URLs."""

import pytest

from RealtimeLibrary.core.network.urls import is_loopback, without_spaces


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ws://localhost:8000/", True),
        ("ws://LocalHost/", True),
        ("http://shop.localhost/", True),
        ("wss://127.0.0.1/", True),
        ("ws://127.8.8.8:80/", True),
        ("ws://[::1]:80/", True),
        ("ws://localhost.example/", False),
        ("ws://192.168.0.1/", False),
        ("ws://shop.example/", False),
        ("ws://[broken/", False),
        ("no URL", False),
        ("", False),
    ],
)
def test_is_loopback(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_spaces_are_sent_as_browsers_do() -> None:
    assert without_spaces(" ws://host/a room?q=1 2 ") == "ws://host/a%20room?q=1%202"
