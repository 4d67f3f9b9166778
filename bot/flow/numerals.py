"""Numbers written in Chinese words."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=512)
def in_figures(written: str) -> int:
    """十二 -> 12, 两百 -> 200. Raises ValueError for what is no number (十十)."""
    from cn2an import cn2an  # noqa: PLC0415  loading it takes a tenth of a start, and most turns never need it

    try:
        return int(cn2an(written.replace("两", "二").replace("〇", "零"), "normal"))
    except KeyError as why:  # what cn2an does with some words that are none (零十零)
        raise ValueError(f"{written} is no number") from why
