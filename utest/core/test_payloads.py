"""What goes out: text as it is, bytes as binary, everything else as JSON text."""

from typing import Any

import pytest
from robot.utils import DotDict

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.payloads import encode, to_json


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ("text", "text"),
        ("", ""),
        ('{"as": "it is"}', '{"as": "it is"}'),
        (b"\x00\xff", b"\x00\xff"),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"ab"), b"ab"),
        ({"type": "ping", "list": [1, 2.5, None, True]}, '{"type":"ping","list":[1,2.5,null,true]}'),
        (["ü"], '["ü"]'),
        (5, "5"),
        (None, "null"),
        (DotDict(a=DotDict(b="c")), '{"a":{"b":"c"}}'),
    ],
)
def test_what_is_sent(message: Any, payload: str | bytes) -> None:
    encoded = encode(message)
    assert encoded == payload
    assert type(encoded) in (str, bytes)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"at": object()}, "Object of type object is not JSON serializable"),
        ({"raw": b"bytes"}, "Object of type bytes is not JSON serializable"),
        ({(1, 2): "key"}, "keys must be str"),
        (float("nan"), "not JSON compliant"),
        ([float("inf")], "not JSON compliant"),
    ],
)
def test_what_has_no_json_form(message: Any, why: str) -> None:
    with pytest.raises(InvalidArgument, match=f"^Message cannot be encoded as JSON: .*{why}") as caught:
        encode(message)
    assert caught.value.__cause__ is not None


def test_a_circle_has_no_json_form() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(InvalidArgument, match="Message cannot be encoded as JSON"):
        to_json(circle)


def test_half_a_surrogate_has_no_utf_8_form() -> None:
    with pytest.raises(InvalidArgument, match="Message cannot be sent as UTF-8: surrogates not allowed at position 2"):
        encode("ab\ud800")


@pytest.mark.parametrize("message", ["token <secret>", {"token": "<secret>"}])
def test_half_a_secret_is_refused(message: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^Message contains the text '<secret>'"):
        encode(message)
