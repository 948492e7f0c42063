"""Which hosts are this machine."""

import pytest

from RealtimeLibrary.core.network.urls import is_loopback


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
