"""The keyword contract: every keyword with its argument names, their order, kinds and defaults.

Positional arguments stand before `*`. A name alone is mandatory; `...` is a default taken from the library import.
"""

from datetime import timedelta
from typing import Any

import pytest

from RealtimeLibrary import RealtimeLibrary
from RealtimeLibrary.keywords.arguments import AS_IMPORTED

LIBRARY = RealtimeLibrary()

CONDITIONS = "type=None, regexp=None, jsonpath=None, schema=None, keyword=None"
SSE_CONDITIONS = "regexp=None, jsonpath=None, schema=None, keyword=None"
GETTER = "assertion_operator=None, assertion_expected=None, *"
RECONNECT = (
    "connect_timeout=..., auto_reconnect=..., reconnect_attempts=..., reconnect_delay=..., reconnect_backoff=..., "
    "reconnect_on=..."
)

CONTRACT = {
    "Connect WebSocket": (
        f"url, alias=None, headers=..., subprotocols=..., origin=..., on_connect=..., {RECONNECT}, ping_interval=..., "
        "ping_timeout=..., compression=..., max_size=..., max_messages=..., max_bytes=..., verify=..., "
        "client_cert=..., client_key=..., proxy=..., parse_json=..., type_field=..., in_page=False"
    ),
    "Disconnect WebSocket": "code=1000, reason='', *, alias=None",
    "Wait For WebSocket Connection": "timeout=None, *, alias=None",
    "Send Message": "message, *, alias=None",
    "Send Ping": "data='', timeout=None, *, alias=None",
    "Wait For Message": "timeout=None, since=None, *, alias=None",
    "Wait For Message Matching": f"predicate=None, timeout=None, *, {CONDITIONS}, since=None, alias=None",
    "Wait For Messages": f"count, timeout=None, *, predicate=None, {CONDITIONS}, since=None, alias=None",
    "Send Message And Wait For Reply": (
        f"message, predicate=None, timeout=None, *, {CONDITIONS}, correlate=None, alias=None"
    ),
    "Collect Messages": f"duration, predicate=None, *, {CONDITIONS}, alias=None",
    "Message Should Be Received": (
        f"type=None, timeout=None, predicate=None, *, {SSE_CONDITIONS}, since=None, message=None, alias=None"
    ),
    "Message Should Not Be Received": (
        f"type=None, timeout=None, predicate=None, *, {SSE_CONDITIONS}, since=None, message=None, alias=None"
    ),
    "WebSocket Should Be Closed": "timeout=None, code=None, reason=None, *, alias=None",
    "WebSocket Should Be Connected": "*, alias=None",
    "WebSocket Should Have No Errors": "*, alias=None",
    "Is WebSocket Connected": "*, alias=None",
    "Get WebSocket State": f"{GETTER}, message=None, alias=None",
    "Get WebSocket Close Code": f"{GETTER}, message=None, alias=None",
    "Get Messages": f"predicate=None, *, {CONDITIONS}, details=False, alias=None",
    "Get Message Count": f"{GETTER}, predicate=None, {CONDITIONS}, message=None, alias=None",
    "Clear Messages": "*, alias=None",
    "On Message": "keyword, *args, alias=None",
    "On WebSocket Error": "keyword, *args, alias=None",
    "On WebSocket Close": "keyword, *args, alias=None",
    "Connect SSE": (
        "url, alias=None, headers=..., method=..., json=None, body=None, params=..., last_event_id=None, "
        f"idle_timeout=..., in_page=False, {RECONNECT}, verify=..., client_cert=..., client_key=..., proxy=..., "
        "max_messages=..., max_size=..., max_bytes=..."
    ),
    "Disconnect SSE": "*, alias=None",
    "Wait For SSE Connection": "timeout=None, *, alias=None",
    "Wait For SSE Event": f"event=None, timeout=None, *, predicate=None, {SSE_CONDITIONS}, since=None, alias=None",
    "Wait For SSE Data Matching": (
        f"predicate=None, timeout=None, *, event=None, {SSE_CONDITIONS}, since=None, alias=None"
    ),
    "Wait For SSE Events": (
        f"count, timeout=None, *, predicate=None, event=None, {SSE_CONDITIONS}, since=None, alias=None"
    ),
    "Collect SSE Events": f"duration, predicate=None, *, event=None, {SSE_CONDITIONS}, alias=None",
    "SSE Event Should Be Received": (
        f"event=None, timeout=None, predicate=None, *, {SSE_CONDITIONS}, since=None, message=None, alias=None"
    ),
    "SSE Event Should Not Be Received": (
        f"event=None, timeout=None, predicate=None, *, {SSE_CONDITIONS}, since=None, message=None, alias=None"
    ),
    "SSE Data Should Match": (
        f"pattern, timeout=None, *, predicate=None, event=None, {SSE_CONDITIONS}, since=None, message=None, alias=None"
    ),
    "SSE Should Have No Errors": "*, alias=None",
    "SSE Should Be Connected": "*, alias=None",
    "SSE Should Be Closed": "timeout=None, *, alias=None",
    "Is SSE Connected": "*, alias=None",
    "Get SSE State": f"{GETTER}, message=None, alias=None",
    "Get SSE Events": f"event=None, predicate=None, *, {SSE_CONDITIONS}, alias=None",
    "Get SSE Event Count": f"{GETTER}, event=None, predicate=None, {SSE_CONDITIONS}, message=None, alias=None",
    "Clear SSE Events": "*, alias=None",
    "On SSE Event": "keyword, *args, alias=None",
    "On SSE Error": "keyword, *args, alias=None",
    "On SSE Close": "keyword, *args, alias=None",
    "Start Page Capture": "url='*', alias='page', deep=False",
    "Stop Page Capture": "",
    "Wait For Page WebSocket": "url='*', timeout=None",
    "Wait For Page SSE": "url='*', timeout=None",
    "Switch Connection": "alias",
    "Get Connections": "",
    "Disconnect All Connections": "",
    "Set Mark": "*, alias=None",
    "Set Realtime Timeout": "timeout",
}


def signature_of(keyword: str) -> str:
    """As it stands in the contract."""

    def written(entry: Any) -> str:
        if not isinstance(entry, tuple):
            return str(entry)
        name, default = entry
        return f"{name}={'...' if default is AS_IMPORTED else repr(default)}"

    return ", ".join(map(written, LIBRARY.get_keyword_arguments(keyword)))


@pytest.mark.parametrize("keyword", CONTRACT)
def test_signature(keyword: str) -> None:
    assert signature_of(keyword) == CONTRACT[keyword]


@pytest.mark.parametrize("keyword", ["Save Transcript", "Log Timeline", "Get Stream Statistics"])
def test_keywords_of_reports(keyword: str) -> None:
    assert keyword in LIBRARY.get_keyword_names()
    assert "alias=None" in signature_of(keyword)


def test_options_of_the_import() -> None:
    arguments = dict(entry for entry in LIBRARY.get_keyword_arguments("__init__") if isinstance(entry, tuple))
    assert list(arguments)[:5] == [
        "timeout",
        "connect_timeout",
        "auto_reconnect",
        "reconnect_attempts",
        "reconnect_delay",
    ]
    assert (arguments["timeout"], arguments["connect_timeout"]) == (timedelta(seconds=5), timedelta(seconds=5))
    assert (arguments["reconnect_attempts"], arguments["reconnect_delay"]) == (3, timedelta(seconds=1))
    assert (arguments["auto_reconnect"], arguments["auto_close"].value) == (False, "test")
    assert (arguments["progress"], arguments["strict"]) == (True, False)
    assert {"transcripts", "ignore_types", "secret_params"} <= set(arguments)
    assert arguments["secret_params"] == (
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


@pytest.mark.parametrize("keyword", ["Connect WebSocket", "Connect SSE"])
def test_every_connect_option_can_be_given_at_import(keyword: str) -> None:
    imported = {entry[0] for entry in LIBRARY.get_keyword_arguments("__init__") if isinstance(entry, tuple)}
    options = {entry[0] for entry in LIBRARY.get_keyword_arguments(keyword) if isinstance(entry, tuple)}
    of_one_connection = {"alias", "json", "body", "last_event_id", "in_page", "count"}
    assert options - of_one_connection <= imported


def test_documented_defaults_of_connections() -> None:
    arguments = dict(entry for entry in LIBRARY.get_keyword_arguments("__init__") if isinstance(entry, tuple))
    assert (arguments["ping_interval"], arguments["ping_timeout"]) == (timedelta(seconds=20), timedelta(seconds=20))
    assert (arguments["reconnect_backoff"], arguments["compression"], arguments["max_messages"]) == (1, None, None)
    assert (arguments["verify"], arguments["parse_json"], arguments["type_field"]) == (True, True, "type")
    assert (arguments["method"], arguments["idle_timeout"]) == ("GET", None)
