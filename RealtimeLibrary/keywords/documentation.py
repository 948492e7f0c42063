"""Documentation of arguments that many keywords share, written once and completed into every keyword's page."""

import re
from collections.abc import Sequence
from typing import Final

ARGUMENTS: Final = {
    "alias": "The connection, by its alias. `None` is the one that was opened or switched to last. Does not switch.",
    "timeout": "Longest wait, as Robot time, greater than zero. `None` is the library's default.",
    "since": "A mark from [Set Mark]: only what arrived after it counts. `None` looks at the whole record.",
    "predicate": (
        "Python expression, dictionary (subset of the payload), compiled regular expression or callable. "
        "See [Conditions]. `None` selects everything."
    ),
    "type": "The message type: the payload's `type` field must equal this text. `None` is any.",
    "event": "The event type. `None` is any; events without a type have the type `message`.",
    "regexp": "Regular expression that is found in the raw text.",
    "jsonpath": "JSONPath (RFC 9535) that selects a node of the payload, as `$[?@.progress > 50]`.",
    "schema": "JSON Schema that the payload is valid against: a dictionary, or the path of a JSON file.",
    "keyword": "Robot keyword that is called with the item and returns a true value.",
    "message": "Text of the failure, in place of the library's own.",
    "assertion_operator": "Operator of an assertion on the value, such as `==` or `>`. `None` only returns it.",
    "assertion_expected": "What the value is compared with; converted to the value's type.",
    "headers": "Dictionary of HTTP headers. Values may be `Secret`s; credentials are never shown.",
    "connect_timeout": "Longest time for name, TCP, TLS, request and answer together.",
    "auto_reconnect": "Whether a lost connection is restored. See [Reconnection].",
    "reconnect_attempts": "Attempts in a row before giving up.",
    "reconnect_delay": "Wait before the first attempt; may be zero. For SSE until the server's `retry:` sets one.",
    "reconnect_backoff": "Factor by which the wait grows with each attempt in a row.",
    "reconnect_on": "Close codes and HTTP statuses to retry besides the default ones, as `[503, 4000]`.",
    "max_size": "Largest message, or largest line or event, as bytes or as size: `16 MiB`.",
    "max_messages": "Most items in the record, `None` for no limit. The oldest are dropped and counted.",
    "max_bytes": "Most payload bytes in the record, `None` for no limit. The oldest are dropped as above.",
    "verify": "Whether the TLS certificate is verified; or the path of a PEM file or folder with the CAs to trust.",
    "client_cert": "Path of the client certificate as PEM file.",
    "client_key": "Path of its key as PEM file.",
    "proxy": "URL of a proxy. `None` takes the environment's, but none for a loopback address.",
    "subprotocols": "Subprotocols to offer, in order of preference: a list, or text with commas.",
    "origin": "The `Origin` header.",
    "on_connect": "A message, or a list of messages, sent after every connect and reconnect before anything else.",
    "ping_interval": "A ping is sent this often; `None` for never.",
    "ping_timeout": "A pong must come in this time, else the connection is given up; `None` for never.",
    "compression": "`deflate` offers permessage-deflate (RFC 7692); `None` does not.",
    "parse_json": "Whether JSON objects and arrays are parsed.",
    "type_field": "Name of the payload's field that holds the message type.",
    "method": "The HTTP method.",
    "params": "Dictionary of query parameters to add to the URL. Values may be `Secret`s.",
    "idle_timeout": "Longest silence on an open stream, `None` for no limit. A longer one breaks the stream.",
    "duration": "How long to collect, as Robot time, greater than zero.",
    "count": "How many, 1 or more.",
    "args": "Given to the keyword after the item.",
}
"""What is said about an argument unless the keyword's own docstring says more."""

_EXAMPLE: Final = re.compile(r"^Examples?:\n {4}```robotframework\n(?P<steps>(?: {4}.*\n)+?) {4}```$", re.MULTILINE)
_SECTION: Final = re.compile(r"^(Returns|Raises|Examples?|Tags):", re.MULTILINE)


def completed(documentation: str, arguments: Sequence[str]) -> str:
    """A keyword's documentation with all of its arguments, in the order of its signature.

    Args:
        documentation: The docstring, with Google sections.
        arguments: Names of the arguments.
    """
    before, own, after = _parts(documentation)
    lines = [f"    {name}: {own.get(name) or ARGUMENTS[name]}" for name in arguments]
    section = "\n".join(["Args:", *lines]) if lines else ""
    after = _EXAMPLE.sub(_example, after)
    return "\n\n".join(part for part in (before, section, after) if part)


def _example(found: re.Match[str]) -> str:
    """The steps as a test: libdoc knows no section for examples, and colours only what stands below a header."""
    return f"**Example**\n\n```robotframework\n*** Test Cases ***\nExample\n{found['steps']}```"


def _parts(documentation: str) -> tuple[str, dict[str, str], str]:
    """What stands before the `Args` section, the arguments described there, and what follows."""
    before, marker, rest = documentation.partition("Args:\n")
    following = _SECTION.search(rest if marker else before)
    if not marker:
        cut = following.start() if following else len(before)
        return before[:cut].strip(), {}, before[cut:].strip()
    cut = following.start() if following else len(rest)
    own: dict[str, str] = {}
    name = ""
    for line in rest[:cut].splitlines():
        if match := re.match(r"    (\w+): (.*)", line):
            name, own[match[1]] = match[1], match[2]
        elif line.strip():
            own[name] += f" {line.strip()}"
    return before.strip(), own, rest[cut:].strip()
