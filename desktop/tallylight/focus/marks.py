"""Whether a file has a point or a comma before decimals: what its numbers show decides for those that do not."""

from __future__ import annotations

from tallylight.focus.values import decimal_mark


class Marks:
    """Takes the numbers of one file. `usual` is what such a file has where none of its numbers shows it."""

    def __init__(self, usual: str = "") -> None:
        self._usual = usual
        self._shown: set[str] = set()
        #: By the mark that is in it, the first number that may be read in two ways, with its line.
        self._unclear: dict[str, tuple[int, str]] = {}

    def see(self, line: int, text: str) -> None:
        mark = decimal_mark(text)
        if mark:
            self._shown.add(mark)
        elif mark is None:
            self._unclear.setdefault("," if "," in text else ".", (line, text))

    @property
    def decided(self) -> str:
        """The mark of all that is unclear. Raises ValueError with the end of a sentence where nothing decides."""
        if not self._unclear or (not self._shown and self._unclear.keys() == {"."}):
            return "."  # as the specification has it
        if len(self._shown) == 1:
            return next(iter(self._shown))
        if not self._shown and self._usual and len(self._unclear) == 1:
            return self._usual
        line, text = self._unclear.get(",") or self._unclear["."]
        raise ValueError(
            f"writes {text.strip()} in line {line:,}, and nothing in it shows whether that is a thousand:"
            " export it with a point before decimals"
        )
