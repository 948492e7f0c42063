"""Items for the checks."""

import json

from RealtimeLibrary.core.messages import Message
from RealtimeLibrary.core.stream_checks.reading import Reading


def messages(*payloads, at=0.0):
    """Messages numbered from 1, one second apart."""
    return [Message(number, at + number, text_of(payload)) for number, payload in enumerate(payloads, start=1)]


def text_of(payload):
    return payload if isinstance(payload, str | bytes) else json.dumps(payload)


def readings(*values):
    """Readings of messages numbered from 1."""
    return [Reading(Message(number, 0.0, ""), value) for number, value in enumerate(values, start=1)]
