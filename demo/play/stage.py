"""What the play prints: plain lines of at most 100 characters, in colour only where that is wanted."""

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import TextIO

_MOST = 100
_BOLD, _DIM, _GREEN, _RED = "1", "2", "32", "31"


class Stage:
    """Where the play is shown. It also keeps count of what turned out otherwise."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._width = min(_MOST, shutil.get_terminal_size((_MOST, 24)).columns)
        self._coloured = out.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self.surprises: list[str] = []
        """What was expected and did not happen."""

    def heading(self, text: str) -> None:
        """Begin a scene."""
        self._line()
        self._line(self._in(_BOLD, text))
        self._line(self._in(_DIM, "-" * len(text)))

    def say(self, text: str, indent: int = 0) -> None:
        """Tell something."""
        self._wrapped(text, " " * indent, " " * indent)

    def item(self, text: str) -> None:
        """Tell one of several things."""
        self._wrapped(text, "  - ", "    ")

    def step(self, who: str, what: str) -> None:
        """Tell what somebody does."""
        self._wrapped(what, f"  {who:<12}", " " * 14)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show things side by side."""
        widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
        for number, row in enumerate((head, *rows)):
            cells = "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self._line(("  " + (self._in(_BOLD, cells) if number == 0 else cells)).rstrip())

    def expect(self, what: str, *, happened: bool) -> None:
        """Say that something turned out as expected, or that it did not."""
        if happened:
            self._wrapped(what, "  " + self._in(_GREEN, "ok") + " " * 10, " " * 14)
        else:
            self.surprises.append(what)
            self._wrapped(what, "  " + self._in(_RED, "NOT SO") + " " * 6, " " * 14)

    def _wrapped(self, text: str, first: str, rest: str) -> None:
        lines = textwrap.wrap(text, self._width - len(rest), break_on_hyphens=False)
        for number, line in enumerate(lines or [""]):
            self._line((rest if number else first) + line)

    def _line(self, text: str = "") -> None:
        print(text, file=self._out, flush=True)

    def _in(self, colour: str, text: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._coloured else text
