"""Staff words that came bare or half written: one line of how they are written, and nobody else is answered with it."""

from __future__ import annotations

import pytest

from tests.dialogs.voucher.district import District


@pytest.mark.parametrize(
    ("said", "act"),
    [
        ("启用", "arm"),
        ("公布", "publish"),
        ("顺延", "extend"),
        ("顺延 2026-12", "extend"),
        ("/重抽", "redraw"),
        ("恢复 错了", "restore"),
        ("复核", "review"),
        ("候补", "offer"),
    ],
)
async def test_a_bare_staff_word_is_answered_with_how_to_write_it(
    district: District, said: str, act: str
) -> None:
    d = district
    d.staff("ada", "admin")
    await d.say("ada", said)
    assert d.keys("ada") == [f"voucher.how.{act}"]
    await d.say("mama", said)
    assert not [key for key in d.keys("mama") if key.startswith("voucher.how")]
