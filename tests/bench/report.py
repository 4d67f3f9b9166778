"""The tables as they are printed: plain columns, each figure with its bound and whether it holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured, the figure, its bound ("" = none), and whether it holds (None = nothing to hold)."""

    what: str
    figure: str
    bound: str = ""
    holds: bool | None = None


def judged(what: str, value: float, unit: str, below: float) -> Row:
    """A figure that should stay below its bound."""
    return Row(
        what,
        f"{value:,.1f} {unit}" if value < 100 else f"{value:,.0f} {unit}",
        f"< {below:g} {unit}",
        value < below,
    )


def show(title: str, note: str, rows: Sequence[Row]) -> None:
    """Print a table of figures and bounds."""
    table(
        title,
        note,
        ("", "figure", "bound", "holds"),
        [(row.what, row.figure, row.bound, {True: "yes", False: "NO", None: ""}[row.holds]) for row in rows],
    )


def table(title: str, note: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, the others to the right."""
    widths = [max(_width(row[n]) for row in [head, *rows]) for n in range(len(head))]
    print(f"\n{title}")
    if note:
        print(f"  {note}")
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [
            _pad(cell, width, left=n == 0) for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip(), flush=True)


def _pad(cell: str, width: int, left: bool) -> str:
    space = " " * (width - _width(cell))
    return cell + space if left else space + cell


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
