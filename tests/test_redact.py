"""No document number survives redaction, whatever it is dressed in; phones, codes and dates do."""

import hashlib
import hmac
import re
import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.redact import HELD_AT_MOST, IdProof, Redacted, Redactor, scrub

KEY = b"k" * 32
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def gb11643(born: date, order: int, place: str = "999901") -> str:
    """An invented number; the check character computed as the standard's table has it."""
    body = f"{place}{born:%Y%m%d}{order:03}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def digest(number: str) -> str:
    return hmac.new(KEY, number.encode(), hashlib.sha256).hexdigest()


def redact(text: str, expecting: bool = False) -> Redacted:
    return Redactor(KEY).redact(text, expecting)


def survives(number: str, kept: str) -> bool:
    """Whether eight digits of the number in a row can be read out of what was kept."""
    digits = "".join(str(unicodedata.digit(c)) for c in kept if unicodedata.digit(c, None) is not None)
    return any(number[i : i + 8] in digits for i in range(len(number) - 7))


born = st.dates(date(1910, 1, 1), date(2026, 11, 1))
numbers = st.builds(gb11643, born, st.integers(0, 999))
permits = st.builds(gb11643, born, st.integers(0, 999), st.sampled_from(["810000", "820000", "830000"]))
around = st.sampled_from(
    [
        "",
        "我的号码是",
        "身份证:",
        "id ",
        "宝宝小宇，",
        "abc",
        "电话13800138000，",
        "（",
        "\n",
        "号码\u200f",
        "No.",
    ]
)
behind = st.sampled_from(
    ["", "。", " 谢谢", "\n13800138000", "，2024年5月1日", "）", "!", " 1234 5678 9012", "的"]
)

DISGUISES = {
    "plain": lambda n: n,
    "small x": lambda n: n.lower(),
    "full width": lambda n: "".join(chr(ord(c) + 0xFEE0) for c in n),
    "cyrillic": lambda n: n.replace("X", "Х"),
    "spaced singly": " ".join,
    "ideographic spaces": "\u3000".join,
    "6 8 4": lambda n: f"{n[:6]} {n[6:14]} {n[14:]}",
    "dashes": lambda n: f"{n[:6]}-{n[6:14]}-{n[14:]}",
    "4 by 4": lambda n: f"{n[:4]} {n[4:8]} {n[8:12]} {n[12:16]} {n[16:]}",
    "lines": lambda n: f"{n[:6]}\n{n[6:14]}\n{n[14:]}",
    "commas": lambda n: f"{n[:6]}，{n[6:14]}、{n[14:]}",
    "dots": lambda n: f"{n[:3]}...{n[3:]}",
    "brackets": lambda n: f"{n[:6]}（{n[6:14]}）{n[14:]}",
    "emphasis": lambda n: f"{n[:6]}**{n[6:14]}**{n[14:]}",
    "zero width": "\u200b".join,
    "rtl": lambda n: "\u202e" + "\u200f".join(n) + "\u202c",
    "key caps": lambda n: "".join(c if c == "X" else c + "\ufe0f\u20e3" for c in n),
    "mathematical": lambda n: "".join(chr(0x1D7CE + int(c)) if c != "X" else "X" for c in n),
    "arabic": lambda n: "".join(chr(0x660 + int(c)) if c != "X" else "x" for c in n),
    "chinese": lambda n: "".join("〇一二三四五六七八九"[int(c)] if c != "X" else "X" for c in n),
    "told in words": lambda n: f"{n[:6]}，生日{n[6:14]}，后四位{n[14:]}",
    "check apart": lambda n: f"{n[:17]} {n[17]}",
    "check after dash": lambda n: f"{n[:17]}-{n[17]}",
}


@pytest.mark.parametrize("dress", DISGUISES.values(), ids=DISGUISES.keys())
@given(number=numbers, before=around, after=behind)
def test_a_valid_number_in_every_disguise(dress: object, number: str, before: str, after: str) -> None:
    got = redact(before + dress(number) + after)  # type: ignore[operator]
    assert not survives(number, got.text)
    proof = IdProof(
        "id18", digest(number), date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    )
    assert got.proofs == (proof,)
    assert got.flaw is None
    assert got.text.count("[证件号]") == 1
    assert got.text.startswith(before.rstrip("（")[:8])


@given(permits)
def test_residence_permits_of_eighteen_digits(number: str) -> None:
    (proof,) = redact(f"居住证{number}").proofs
    assert (proof.kind, proof.digest) == ("permit", digest(number))
    assert proof.birth is not None


@example("9" + "99901200001010008", 0, 1, False, "ideographic spaces")  # a first digit of 0
@given(numbers, st.integers(0, 16), st.integers(1, 9), st.booleans(), st.sampled_from(sorted(DISGUISES)))
def test_a_mistyped_number_rests_nowhere(number: str, at: int, add: int, expecting: bool, dress: str) -> None:
    if dress == "told in words":
        return  # words between are looked through only for a number that passes
    wrong = number[:at] + str((int(number[at]) + add) % 10) + number[at + 1 :]
    got = redact(f"号码{DISGUISES[dress](wrong)}。", expecting)
    if (
        at < 6
        or at > 13
        or expecting
        or dress in ("plain", "6 8 4", "dashes", "lines", "commas", "zero width", "chinese")
    ):
        assert not survives(wrong, got.text)
    assert not got.proofs
    if expecting:
        assert got.flaw in ("check_digit", "bad_date")


@given(numbers, numbers)
def test_two_numbers_are_two_proofs_in_reading_order(one: str, other: str) -> None:
    got = redact(f"妈妈{one} 宝宝{other}")
    assert got.text == "妈妈[证件号] 宝宝[证件号]"
    assert [proof.digest for proof in got.proofs] == [digest(one), digest(other)]


@given(numbers)
def test_one_character_too_many_or_too_few_is_masked(number: str) -> None:
    for text in (number + "7", "8" + number, number[:-1], number[1:], number[:5] + number[6:]):
        for expecting in (False, True):
            got = redact(text, expecting)
            assert not survives(number, got.text), (text, got)
            assert not got.proofs


@given(st.text(), st.booleans())
def test_nothing_raises_and_redacting_twice_changes_nothing(text: str, expecting: bool) -> None:
    once = redact(text, expecting).text
    assert redact(once, expecting).text == once
    assert scrub(scrub(text)) == scrub(text)


@given(st.text("0123456789Xx -\n，年H\u200b０", max_size=80), st.booleans())
def test_no_run_of_fifteen_digits_is_left(text: str, expecting: bool) -> None:
    assert not re.search(r"\d{15}", redact(text, expecting).text)


UNTOUCHED = [
    "13800138000",
    "+86 138 0013 8000",
    "138-0013-8000",
    "029-87654321",
    "02987654321",
    "4008001234",
    "12345",
    "券码 1234 5678 9012",
    "123456789012",
    "编号 123 456 789",
    "找回码 123 456 7890",
    "13800138000，13900139000",
    "13800138000 13900139000",
    "1234 5678 9012 2024-05-01到期",
    "2024-05-01 2024-06-01",
    "2024.5.1-2024.6.1 14:00-16:00",
    "2024年5月1日 20个月",
    "20240501",
    "2024-05-01 13800138000",
    "13800138000 2024-05-01",
    "明天14:00到16:00托2小时，孩子1岁8个月",
    "1 2 3 4 5 6",
    "G1234",
    "E12345678",
    "3×4",
    "34.27,108.95",
    "2026-12-05T09:00:00+08:00",
    "1767225600000",
    "x",
    "",
    "省略……",
    "👶🏻",
    "H",
    "M3",
    "H2024年5月1日",
    "B 2024-05-01 1",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_phones_codes_dates_pass_untouched(text: str) -> None:
    assert redact(text) == Redacted(text)
    assert scrub(text) == text


@given(st.from_regex(r"1[3-9][0-9]{9}|[1-9][0-9]{11}|[1-9][0-9]{8,9}", fullmatch=True))
def test_every_number_of_nine_to_twelve_digits_passes(number: str) -> None:
    assert redact(f"我的是{number}。").text == f"我的是{number}。"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("6222 0212 3456 7890 123", "[长号码]"),
        ("卡6222021234567890123", "卡[长号码]"),
        ("6222-0212-3456-7890", "[长号码]"),
        ("7" * 15, "[长号码]"),
        ("订单" + "7" * 40 + "。", "订单[长号码]。"),
        ("130503670401001", "[证件号?]"),
    ],
)
def test_other_long_numbers_are_masked(text: str, kept: str) -> None:
    assert redact(text) == Redacted(kept, (), "check_digit" if "?" in kept else None)
    assert scrub(text) == kept


@pytest.mark.parametrize(
    ("text", "kept", "kind", "number"),
    [
        ("出生证A123456789", "出生证[证件号]", "birth_cert", "A123456789"),
        ("u 123456789。", "[证件号]。", "birth_cert", "U123456789"),
        ("Ｔ１２３４５６７８９", "[证件号]", "birth_cert", "T123456789"),
        ("V 123 456 789", "[证件号]", "birth_cert", "V123456789"),
        ("h12345678", "[证件号]", "permit", "H12345678"),
        ("回乡证M1234567801", "回乡证[证件号]", "permit", "M1234567801"),
        ("H-12345678 谢谢", "[证件号] 谢谢", "permit", "H12345678"),
    ],
)
def test_certificates_and_permits_with_a_letter(text: str, kept: str, kind: str, number: str) -> None:
    for expecting in (False, True):
        assert redact(text, expecting) == Redacted(kept, (IdProof(kind, digest(number), None),))  # type: ignore[arg-type]
    assert scrub(text) == kept


@pytest.mark.parametrize(
    ("text", "kept", "flaw", "proved"),
    [
        ("87654321", "[证件号]", None, True),
        ("台胞证 05011234", "台胞证 [证件号]", None, True),
        ("05011234", "[证件号?]", "length", False),
        ("20240501", "20240501", None, False),
        ("2024-5-1", "2024-5-1", None, False),
        ("13800138000", "13800138000", None, False),
        ("029-8765 4321", "029-8765 4321", None, False),
        ("1234 5678 9012", "1234 5678 9012", None, False),
        ("123456789", "[证件号?]", "length", False),
        ("9" * 18, "[证件号?]", "bad_date", False),
        ("9" * 19, "[证件号?]", "length", False),
        ("没带", "没带", None, False),
        ("拍照行吗", "拍照行吗", None, False),
    ],
)
def test_bare_patterns_while_a_document_is_asked(
    text: str, kept: str, flaw: str | None, proved: bool
) -> None:
    got = redact(text, expecting=True)
    assert (got.text, got.flaw, bool(got.proofs)) == (kept, flaw, proved)


def test_bare_eight_digits_are_nothing_otherwise() -> None:
    assert redact("87654321") == Redacted("87654321")


NUMBER = gb11643(date(2024, 5, 1), 1)


@pytest.mark.parametrize("cut", range(6, 18))
@given(number=numbers)
def test_a_number_split_over_two_messages(cut: int, number: str) -> None:
    redactor = Redactor(KEY)
    first = redactor.redact(number[:cut], True, "web:1")
    assert first == Redacted("[证件号前半]", (), "half")
    second = redactor.redact(f"{number[cut:]}", True, "web:1")
    assert (second.text, [proof.digest for proof in second.proofs]) == ("[证件号]", [digest(number)])


def test_three_parts_and_some_talk_between() -> None:
    redactor = Redactor(KEY)
    said = ["前面是" + NUMBER[:6], "等一下，2分钟", NUMBER[6:14], "👍", "后四位" + NUMBER[14:]]
    kept = [redactor.redact(text, True, "a") for text in said[:3]]
    assert [one.text for one in kept] == ["前面是[证件号前半]", "等一下，2分钟", "[证件号前半]"]
    assert redactor.redact(said[4], True, "a").proofs[0].digest == digest(NUMBER)


def test_a_part_is_joined_for_its_own_address_only() -> None:
    redactor = Redactor(KEY)
    redactor.redact(NUMBER[:10], True, "a")
    assert not redactor.redact(NUMBER[10:], True, "b").proofs
    assert redactor.redact(NUMBER[10:], True, "a").proofs


def test_a_wrong_rest_is_masked_and_both_are_forgotten() -> None:
    redactor = Redactor(KEY)
    redactor.redact(NUMBER[:14], True, "a")
    wrong = NUMBER[14:17] + ("1" if NUMBER[17] != "1" else "2")
    assert redactor.redact(wrong, True, "a") == Redacted("[证件号?]", (), "check_digit")
    assert not redactor.redact(NUMBER[14:], True, "a").proofs


def test_forgotten_on_demand_when_nothing_is_asked_and_after_a_restart() -> None:
    for forget in ("forget", "not asked", "restart", "whole"):
        redactor = Redactor(KEY)
        redactor.redact(NUMBER[:10], True, "a")
        if forget == "forget":
            redactor.forget("a")
        elif forget == "not asked":
            redactor.redact("菜单", False, "a")
        elif forget == "restart":
            redactor = Redactor(KEY)
        else:
            assert redactor.redact(NUMBER, True, "a").proofs
        rest = redactor.redact(NUMBER[10:], True, "a")
        assert not rest.proofs, forget
        assert not survives(NUMBER[10:], rest.text)


def test_starting_again_from_the_front_counts_afresh() -> None:
    redactor = Redactor(KEY)
    redactor.redact(NUMBER[:10], True, "a")
    redactor.redact(NUMBER[:14], True, "a")
    assert redactor.redact(NUMBER[14:], True, "a").proofs


def test_eight_digits_that_could_begin_a_number_count_as_a_permit_when_repeated() -> None:
    redactor = Redactor(KEY)
    assert redactor.redact("11010119", True, "a").flaw == "half"
    assert redactor.redact("11010119", True, "a").proofs[0].kind == "permit"


def test_without_a_holder_nothing_is_held() -> None:
    redactor = Redactor(KEY)
    assert redactor.redact(NUMBER[:10], True) == Redacted("[证件号?]", (), "length")
    assert not redactor.redact(NUMBER[10:], True).proofs


def test_memory_is_bounded() -> None:
    redactor = Redactor(KEY)
    for number in range(HELD_AT_MOST + 1):
        redactor.redact(NUMBER[:10], True, f"a{number}")
    assert not redactor.redact(NUMBER[10:], True, "a0").proofs
    assert redactor.redact(NUMBER[10:], True, "a1").proofs


def test_keys_differ_and_case_does_not() -> None:
    number = next(n for n in (gb11643(date(2024, 5, 1), i) for i in range(99)) if n.endswith("X"))
    assert redact(number).proofs == redact(number.lower()).proofs
    assert redact(number).proofs != Redactor(b"j" * 32).redact(number, False).proofs


def test_the_sex_is_nowhere_in_a_proof() -> None:
    (proof,) = redact(NUMBER).proofs
    assert set(vars(proof)) == {"kind", "digest", "birth"}


@pytest.mark.parametrize(
    "text", ["9" * 5000, "1 " * 2500, "x" * 5000, "1x" * 2500, "A1 " * 1700, "19" * 2500, "1-9" * 1600]
)
def test_five_thousand_characters_stay_quick(text: str) -> None:
    for expecting in (False, True):
        redact(text, expecting)


def test_every_day_of_a_century_can_be_read() -> None:
    day = date(1925, 1, 1)
    while day < date(2026, 1, 1):
        (proof,) = redact(gb11643(day, 7)).proofs
        assert proof.birth == day
        day += timedelta(days=97)
