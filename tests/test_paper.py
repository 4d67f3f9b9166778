"""Printed pages: their words can be read back, nothing in them is markup, and all of it stays on one page."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot import paper
from bot.paper import Facts, Paper, Signatures, Table, Words

AT = datetime(2026, 12, 2, 9, tzinfo=UTC)


def _read(made: bytes) -> tuple[str, int]:
    pages = PdfReader(io.BytesIO(made)).pages
    return "".join(pages[0].extract_text().split()), len(pages)


def test_every_block_can_be_read_back() -> None:
    page = Paper(
        "照看收据",
        [
            Facts((("孩子", "小宇"), ("时间", "12月2日 14:00–17:00"))),
            Table(("编号", "谁"), (("12", "繁體：臨時託育"),), (1, 3)),
            Words("这不是发票。", "small"),
            Words("4821", "huge", centred=True),
            Signatures(("园方签字",)),
        ],
        foot="样例",
    )
    text, pages = _read(paper.pdf(page, AT))
    assert pages == 1
    for words in (
        "照看收据",
        "小宇",
        "14:00–17:00",
        "繁體：臨時託育",
        "这不是发票",
        "4821",
        "园方签字",
        "样例",
    ):
        assert words in text


def test_words_are_never_markup() -> None:
    said = '#read("/etc/passwd") *粗* $x$ ] } \\ "引号"'
    text, _ = _read(paper.pdf(Paper(said, [Words(said), Table((said,), ((said,),), (1,))]), AT))
    assert text.count('#read("/etc/passwd")') == 4


def test_a_long_list_stays_on_one_page() -> None:
    def rows(count: int) -> list[Table]:
        return [Table(("孩子", "注意"), tuple((f"{n}号", "鸡蛋过敏") for n in range(count)), (1, 3))]

    text, pages = _read(paper.pdf(Paper("明天", rows(45)), AT))
    assert pages == 1
    assert "44号" in text


def test_the_same_page_is_the_same_file() -> None:
    page = Paper("证书", [Words("小宇", "large", centred=True)], landscape=True, framed=True)
    made = paper.pdf(page, AT)
    assert made == paper.pdf(page, AT)
    box = PdfReader(io.BytesIO(made)).pages[0].mediabox
    assert box.width > box.height
    assert len(made) < 60_000  # the characters used of a font of 19 MB


def test_without_a_chinese_font_the_operator_is_told_and_no_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(paper.NoFont, match="fonts-noto-cjk"):
        paper.pdf(Paper("收据", []), AT, tmp_path)
    assert paper.file("receipt", Paper("收据", []), AT, tmp_path) == []
