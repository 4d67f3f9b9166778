"""One page to print, as PDF: a receipt, a list, a certificate, made of blocks of plain words.

Typst sets it, by `paper.typ`; the words reach it as data, so that nothing in them is ever read as markup. The page is
tagged for screen readers, its text can be searched and copied, and only the characters used of the font are in it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Literal

import typst

from bot.messages import File

FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "SimHei",
)
"""Fonts with both scripts of Chinese, the better ones first."""
TEMPLATE = (Path(__file__).parent / "paper.typ").read_bytes()
_ONE_AT_A_TIME = Lock()
Size = Literal["small", "plain", "large", "huge"]


class NoFont(RuntimeError):
    """No font on this machine has Chinese characters."""


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str
    size: Size = "plain"
    centred: bool = False


@dataclass(frozen=True)
class Facts:
    """Lines of (what, value)."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Columns under their heads; `widths` are shares of the page's width, one for each column."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True)
class Signatures:
    """Lines to sign on, side by side, each with what it is for."""

    labels: tuple[str, ...]


Block = Words | Facts | Table | Signatures


@dataclass(frozen=True)
class Paper:
    """What stands on an A4 page. `foot` is printed small at its end; `framed` with a border, as a certificate is."""

    title: str
    blocks: Sequence[Block]
    foot: str = ""
    lang: str = "zh"
    landscape: bool = False
    framed: bool = False


def pdf(paper: Paper, at: datetime, fonts: Path | None = None) -> bytes:
    """The page, made at an instant; its type is made smaller (12 to 6 points) until all of it fits on one page.

    `fonts` is a folder of fonts in place of those of the system (settings.fonts). Raises NoFont.
    """
    family = chinese(fonts)
    words = {
        **{name: getattr(paper, name) for name in ("title", "foot", "lang", "landscape", "framed")},
        "font": family,
        "blocks": [{"kind": type(block).__name__, **asdict(block)} for block in paper.blocks],
    }
    inputs = {"paper": json.dumps(words, ensure_ascii=False)}
    with _ONE_AT_A_TIME:
        made = _compiler(fonts).compile(
            TEMPLATE, format="pdf", sys_inputs=inputs, timestamp=int(at.timestamp())
        )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one run of bytes")
    return made


def file(name: str, paper: Paper, at: datetime, fonts: Path | None = None) -> list[File]:
    """The page as what a message carries; nothing where no font is to be had: its words must stand in the message too."""
    try:
        return [File(f"{name}.pdf", "application/pdf", pdf(paper, at, fonts))]
    except NoFont:
        return []


def chinese(fonts: Path | None = None) -> str:
    """The family that is set in. Raises NoFont, naming what to install."""
    there = set(_fonts(fonts).families())
    found = next((family for family in FAMILIES if family in there), None)
    if found is None:
        raise NoFont(
            "no Chinese font for printed pages: install fonts-noto-cjk, or put one of "
            f"{', '.join(FAMILIES)} into a folder and name it in DOORSTEP_FONTS"
        )
    return found


@lru_cache(maxsize=2)
def _fonts(folder: Path | None) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=folder is None,
        include_embedded_fonts=False,
        font_paths=[] if folder is None else [str(folder)],
    )


@lru_cache(maxsize=2)
def _compiler(folder: Path | None) -> typst.Compiler:
    return typst.Compiler(TEMPLATE, font_paths=_fonts(folder))
