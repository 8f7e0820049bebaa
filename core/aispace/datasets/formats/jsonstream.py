"""Reading a JSON file too large for the memory: element by element of the arrays of its top object."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

CHUNK: Final = 1 << 20
MAX_ELEMENT: Final = 64 << 20
"""Characters of one element."""
SPACE: Final = re.compile(r"[ \t\r\n]*")


class BrokenJson(ValueError):
    """The file is no JSON, or an element of it is too large."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class JsonStream:
    """A file of JSON, read on the way.

    Parameters
    ----------
    file : binary file
        UTF-8, with or without a byte order mark.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decode: Callable[..., str] = codecs.getincrementaldecoder("utf-8-sig")("strict").decode
        # What `raw_decode` calls, without a call in between for each of a million elements.
        self._scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # typeshed lacks it
        self._buffer, self._at, self._ended = "", 0, False
        self.line = 1
        """Of the element that was read last."""

    def sections(self) -> Iterator[tuple[str, Any]]:
        """Give the members of the top object: for each element of an array its key and the element.

        Yields
        ------
        key : str
        value : Any
            An element where the member is an array, else the member itself.

        Raises
        ------
        BrokenJson
            With its line.
        """
        self._expect("{")
        if self._next() == "}":
            self._at += 1
            return
        while True:
            key = self._value()
            if not isinstance(key, str):
                raise BrokenJson("a name was expected", self.line)
            self._expect(":")
            if self._next() == "[":
                self._at += 1
                for element in self._elements():
                    yield key, element
            else:
                yield key, self._value()
            if self._next() == ",":
                self._at += 1
                continue
            self._expect("}")
            return

    def _elements(self) -> Iterator[Any]:
        if self._next() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if self._next() == ",":
                self._at += 1
                continue
            self._expect("]")
            return

    def _fill(self, size: int = CHUNK) -> None:
        data = self._file.read(size)
        self._ended = not data
        try:
            text = self._decode(data, self._ended)
        except UnicodeDecodeError:
            raise BrokenJson("it is not UTF-8", self.line) from None
        self._buffer = self._buffer[self._at :] + text
        self._at = 0

    def _next(self) -> str:
        character = self._buffer[self._at : self._at + 1]
        if character and character not in " \t\r\n":
            return character
        while True:
            match = SPACE.match(self._buffer, self._at)
            end = match.end() if match else self._at
            self.line += self._buffer.count("\n", self._at, end)
            self._at = end
            if end < len(self._buffer):
                return self._buffer[end]
            if self._ended:
                raise BrokenJson("it ends too early", self.line)
            self._fill()

    def _expect(self, character: str) -> None:
        if self._next() != character:
            raise BrokenJson(f"{character!r} was expected", self.line)
        self._at += 1

    def _value(self) -> Any:
        self._next()
        more = CHUNK
        while True:
            try:
                value, end = self._scan(self._buffer, self._at)
            except RecursionError:
                raise BrokenJson("it is nested too deeply", self.line) from None
            except StopIteration:
                if self._ended:
                    raise BrokenJson("Expecting value", self.line) from None
            except ValueError as error:
                if self._ended:
                    reason = error.msg if isinstance(error, json.JSONDecodeError) else "a number is too long"
                    raise BrokenJson(reason, self.line) from None
            else:
                # At the end of what is in memory a number may go on.
                if end < len(self._buffer) or self._ended:
                    self.line += self._buffer.count("\n", self._at, end)
                    self._at = end
                    return value
            if len(self._buffer) - self._at > MAX_ELEMENT:
                raise BrokenJson(f"an element has more than {MAX_ELEMENT} characters", self.line)
            self._fill(more)
            more *= 2
