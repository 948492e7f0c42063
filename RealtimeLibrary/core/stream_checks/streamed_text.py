"""The text that a language model streams in pieces, joined; fed item by item."""

from collections.abc import Sequence

from RealtimeLibrary.core.conditions.findings import Misfit
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.stream_checks.reading import ValueReader


class StreamedText:
    """Joins the pieces at a path until the end mark.

    Items without text at the path add nothing: role announcements, tool calls, usage counts.

    Args:
        reader: Reads the piece of an item.
        until: The end mark: the whole raw text of the last item (`[DONE]`), or its type (`message_stop`); `None` if
            the end of the stream is the end of the text.

    Attributes:
        items: The items that added text.
        end: The item with the end mark.
        checked: How many items were fed.
    """

    def __init__(self, reader: ValueReader, until: str | None) -> None:
        self._reader = reader
        self._until = until
        self._pieces: list[str] = []
        self._items: list[Item] = []
        self.end: Item | None = None
        self.checked = 0

    @property
    def text(self) -> str:
        """What was joined so far."""
        return "".join(self._pieces)

    @property
    def items(self) -> Sequence[Item]:
        """The items that added text."""
        return self._items

    @property
    def decided(self) -> bool:
        """Whether the end mark came."""
        return self.end is not None

    def feed(self, item: Item) -> None:
        """Look at the next item; what comes after the end mark is ignored."""
        if self.end is not None:
            return
        self.checked += 1
        if self._until is not None and self._until in (str(item.raw).strip(), item.type):
            self.end = item
            return
        try:
            pieces = [value for value in self._reader.read(item) if isinstance(value, str) and value]
        except Misfit:
            return
        if pieces:
            self._pieces.extend(pieces)
            self._items.append(item)
