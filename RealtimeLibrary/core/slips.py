"""Slips of a test author that Robot does not notice: they would make a condition that never matches, or a wrong alias.

Robot reads `type=='ack'` as the argument `type` with the value `='ack'`, and hands a named argument that a keyword does
not have to its first free argument: `Connect WebSocket    ${URL}    timeout=5s` has the alias `timeout=5s`.
"""

import re
from typing import Any, Final

from RealtimeLibrary.core.errors import InvalidArgument

_EXPRESSION: Final = re.compile(r"(msg|event|data)[.\[].*\s(==|!=|<=?|>=?|in|is|not)\s", re.DOTALL)
_NAMED: Final = re.compile(r"(?P<name>[a-z_]+)=")


def refuse_equals_sign(name: str, value: Any) -> None:
    """Refuse what Robot makes of an expression without spaces.

    Raises:
        InvalidArgument: The value begins with `=`; shows the spaced form.
    """
    if isinstance(value, str) and value.startswith("="):
        subject = "event.event" if name == "event" else f"msg.{name}"
        spaced = f"{subject} == {value.lstrip('=').strip()}"
        raise InvalidArgument(
            f"Argument '{name}' has the value \"{value}\": Robot reads {name}={value} as a named argument. "
            f"If an expression is meant, write  {spaced}  with spaces."
        )


def refuse_expression(name: str, value: str) -> None:
    """Refuse an expression where a type belongs, as in `Message Should Be Received    msg.epoch > 5`.

    Raises:
        InvalidArgument: The value is an expression; shows where it belongs.
    """
    if _EXPRESSION.match(value):
        raise InvalidArgument(
            f"Argument '{name}' is a type, but has an expression as its value. Write  predicate={value}  instead."
        )


def refuse_named_argument(name: str, value: str) -> None:
    """Refuse a named argument that the keyword does not have.

    Raises:
        InvalidArgument: The value begins with `name=`.
    """
    if found := _NAMED.match(value):
        raise InvalidArgument(
            f"Argument '{name}' has the value '{value}': the keyword has no argument '{found['name']}'."
        )
