"""Numbers in Chinese words."""

from __future__ import annotations

import pytest

from bot.flow.numerals import in_figures


@pytest.mark.parametrize(
    ("written", "number"), [("十二", 12), ("两百", 200), ("二〇", 20), ("一百零五", 105)]
)
def test_a_number_in_words(written: str, number: int) -> None:
    assert in_figures(written) == number


@pytest.mark.parametrize("written", ["十十", "零十零", "个"])
def test_what_is_no_number(written: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        in_figures(written)
