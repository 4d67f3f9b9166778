"""Open questions: a birth date, a phone number, a name to call somebody, free words."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType

from bot.flow.dates import BIRTH_PROBLEMS, read_birth
from bot.flow.model import Look, Problem, Reader, Said
from bot.flow.readers.words import WORDS_PROBLEMS, digit_runs, plain, words

BIRTH_DATE_PROBLEMS = (*WORDS_PROBLEMS, *BIRTH_PROBLEMS)
PHONE_PROBLEMS = (
    *WORDS_PROBLEMS,
    "not_your_contact",
    "foreign_phone",
    "area_code",
    "phone_digits",
    "not_a_phone",
    "one_phone_only",
)
NICKNAME_PROBLEMS = (*WORDS_PROBLEMS, "name_too_long", "not_a_name")
FREE_TEXT_PROBLEMS = WORDS_PROBLEMS
NAME_AT_MOST = 12

_USABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def birth_date(said: Said, look: Look) -> Any:
    """Read a birth date: "YYYY-MM-DD", or a Problem with one of BIRTH_DATE_PROBLEMS."""
    text = words(said)
    if isinstance(text, Problem):
        return text
    day = read_birth(text, look.today)
    return day.isoformat() if isinstance(day, date) else Problem(day)


def phone(said: Said, look: Look) -> Any:
    """Read a mainland mobile or landline (with area code), typed or shared: E.164, e.g. "+8613800138000".

    A shared contact must be the sender's own. "phone_digits" has args digits: how many were counted.
    """
    if said.phone is not None:
        return _shared(said.phone) if said.phone_is_own else Problem("not_your_contact")
    text = words(said)
    if isinstance(text, Problem):
        return text
    half = unicodedata.normalize("NFKC", text)
    runs = [run for run in digit_runs(half) if len(run) >= 5]
    found = {number for run in runs if (number := _mainland(run))}
    if len(found) > 1 or any(len(run) >= 20 for run in runs):
        return Problem("one_phone_only")
    if found:
        return found.pop()
    if not runs:
        return Problem("not_a_phone")
    return _why_not(half, max(runs, key=len))


def _shared(number: str) -> str | Problem:
    digits = re.sub(r"\D", "", number)
    # A contact names its country, with or without the plus; a mainland one may do without.
    found = _mainland(digits)
    if found:
        return found
    return Problem("foreign_phone" if len(digits) >= 8 else "not_a_phone")


def _mainland(digits: str) -> str | None:
    """The E.164 form of a mainland number written as bare digits, with or without 86 or 0086."""
    national = re.sub(r"^(?:0086|86)(?=1[3-9]\d{9}$|0?[1-9]\d{8,11}$)", "", digits)
    if national != digits and not re.match(r"0|1[3-9]\d{9}$", national):
        national = "0" + national  # abroad one writes +86 29 …, without the 0 of the area
    if not re.fullmatch(r"1[3-9]\d{9}|0[1-9]\d{8,10}", national):
        return None
    try:
        number = phonenumbers.parse(national, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _USABLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _why_not(text: str, digits: str) -> Problem:
    plus = re.search(r"\+|\b00(?=[1-9])", text)
    if plus:
        try:
            number = phonenumbers.parse("+" + digits.removeprefix("00"), None)
        except phonenumbers.NumberParseException:
            return Problem("not_a_phone")
        if number.country_code != 86:
            return Problem("foreign_phone")
    if len(digits) in (7, 8) and digits[0] in "2345678":
        return Problem("area_code")
    if re.match(r"1[3-9]", digits) and len(digits) != 11:
        return Problem("phone_digits", {"digits": len(digits)})
    return Problem("not_a_phone")


_LEAD = re.compile(
    r"^(?:(?:我们?|你|您|就|请|可以|那|家|的|孩子|小孩|宝宝|娃|他|她|ta|小名|大名|名字|昵称|乳名)*(?:叫做|叫作|叫|是|称呼)(?:他|她|ta)?)[:：\s]*(?=.)"
    r"|^(?:小名|昵称|名字|乳名)[:：\s]*(?=.)",
    re.IGNORECASE,
)
_TRAIL = re.compile(r"(?<=.)(?:就可以了?|就行了?|就好了?|好了|吧|可以吗|哈)$")
_LINK = re.compile(r"https?:|www\.|t\.me|://|\.(?:com|cn|net|org|io|me)\b|@", re.IGNORECASE)
_QUESTION = re.compile(r"什么|怎么|为啥|干嘛|多少|哪[里儿个]|[吗么]$|^(?:why|what|how)")
_NAME = re.compile(r"[^\W_]+(?:[ .·•'’‧-]{1,2}[^\W_]+)*\.?")


def nickname(
    default: str,
    skip: Iterable[str] = (
        "随便",
        "默认",
        "跳过",
        "都行",
        "不用",
        "不填",
        "没有",
        "不知道",
        "保密",
        "skip",
        "default",
    ),
) -> Reader:
    """Return the reader of a name to call somebody (at most 12 characters); a button or a `skip` word gives `default`.

    Links, commands, runs of five digits, questions and sentences are "not_a_name".
    """
    skipping = {plain(word) for word in (*skip, default)}

    def read(said: Said, look: Look) -> Any:
        if said.choice is not None:
            return default
        text = words(said)
        if isinstance(text, Problem):
            return text
        if plain(text) in skipping:
            return default
        if _LINK.search(text) or re.search(r"[/<>{}\[\]\\=?？!！。，,;；\n]", text.rstrip("。!！,， ")):
            return Problem("not_a_name")
        name = unicodedata.normalize(
            "NFKC", "".join(c for c in text if unicodedata.category(c)[0] in "LNMPZ")
        )
        name = unicodedata.normalize("NFC", name).strip(" 。.!,~“”\"'「」《》()")
        name = _TRAIL.sub("", _LEAD.sub("", name)).strip() if len(name) > 2 else name
        if _QUESTION.search(plain(text)):
            return Problem("not_a_name")
        if (
            not _NAME.fullmatch(_letters(name))
            or any(len(run) >= 5 for run in digit_runs(name))
            or name.isdigit()
        ):
            return Problem("not_a_name")
        return name if len(name) <= NAME_AT_MOST else Problem("name_too_long", {"most": NAME_AT_MOST})

    return read


def _letters(name: str) -> str:
    """The name without combining marks, which are part of the letters they stand on."""
    return "".join(character for character in name if unicodedata.category(character)[0] != "M")


def free_text(most: int) -> Reader:
    """Return the reader of free words of at most `most` characters, cleaned of what nobody can see."""

    def read(said: Said, look: Look) -> Any:
        return words(said, most)

    return read
