"""Codes that are read out: every single slip is noticed, every way of writing is understood."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.voucher import codes

SHAPES = [
    (codes.new_ticket, codes.parse_ticket, 9),
    (codes.new_recovery, codes.parse_recovery, 10),
    (codes.new_voucher, codes.parse_voucher, 12),
]
FIGURES = "〇一二三四五六七八九"
seeds = st.integers(0, 2**32)


@pytest.mark.parametrize(("new", "parse", "length"), SHAPES)
@given(seed=seeds)
def test_every_way_of_writing_is_understood(new: object, parse: object, length: int, seed: int) -> None:
    code = new(random.Random(seed))  # type: ignore[operator]
    assert len(code) == length
    assert code.isdigit()
    assert code[0] != "0"
    shown = codes.show(code)
    for text in (
        code,
        shown,
        f"我的码是 {shown}。",
        shown.replace(" ", "-"),
        shown.replace(" ", "  "),
        " ".join(code),
        "".join("\u3000" if c == " " else chr(ord(c) + 0xFEE0) for c in shown),
        "".join(FIGURES[int(c)] for c in code),
        "".join(c if c == " " else FIGURES[int(c)] for c in shown).replace("一", "幺").replace("〇", "零"),
        "\u202e" + code + "\u202c",
        "\u200b".join(code),
        " ".join(group.replace("0", "O") if int(group) else group for group in shown.split()),
        f"码：{code}\n谢谢",
    ):
        assert parse(text) == code, text  # type: ignore[operator]


@pytest.mark.parametrize(("new", "parse", "length"), SHAPES)
@given(seed=seeds, data=st.data())
def test_one_wrong_digit_is_noticed(
    new: object, parse: object, length: int, seed: int, data: st.DataObject
) -> None:
    code = new(random.Random(seed))  # type: ignore[operator]
    at = data.draw(st.integers(0, length - 1))
    wrong = str((int(code[at]) + data.draw(st.integers(1, 9))) % 10)
    assert parse(code[:at] + wrong + code[at + 1 :]) == codes.MISTYPED  # type: ignore[operator]
    assert parse(code[:at] + code[at + 1 :]) == codes.MISTYPED  # type: ignore[operator]
    assert parse(code[:at] + wrong + code[at:]) == codes.MISTYPED  # type: ignore[operator]


@pytest.mark.parametrize(("new", "parse", "length"), SHAPES)
@given(seed=seeds, data=st.data())
def test_neighbours_exchanged_are_noticed(
    new: object, parse: object, length: int, seed: int, data: st.DataObject
) -> None:
    code = new(random.Random(seed))  # type: ignore[operator]
    at = data.draw(st.integers(0, length - 2))
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert parse(swapped) == (code if swapped == code else codes.MISTYPED)  # type: ignore[operator]


@pytest.mark.parametrize("text", ["", "你好", "12", "2024", "😀", "谢谢", "code", "9" * 40, "9" * 5000])
def test_what_is_no_code(text: str) -> None:
    for _, parse, _ in SHAPES:
        assert parse(text) is None


def test_the_kinds_cannot_be_taken_for_each_other_or_a_phone_or_a_date() -> None:
    lengths = {length for _, _, length in SHAPES}
    assert len(lengths) == 3
    assert not lengths & {8, 11, 15, 18}


def test_shown_in_groups() -> None:
    assert codes.show("123456789012") == "1234 5678 9012"
    assert codes.show("1234567890") == "123 456 7890"
    assert codes.show("123456789") == "123 456 789"
    with pytest.raises(KeyError):
        codes.show("12")


def test_codes_spread_over_their_whole_range() -> None:
    rng = random.Random(1)
    drawn = {codes.new_voucher(rng) for _ in range(2000)}
    assert len(drawn) == 2000
    assert {code[0] for code in drawn} == set("123456789")
    assert {code[-1] for code in drawn} == set("0123456789")


@given(st.text())
def test_nothing_raises(text: str) -> None:
    for _, parse, length in SHAPES:
        got = parse(text)
        assert got in (None, codes.MISTYPED) or (got.isdigit() and len(got) == length)
