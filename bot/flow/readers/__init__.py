"""Readers: each turns what a person answered into a JSON value, or a Problem whose code has words in the texts.

`words` holds what all share (too long, a picture, emoji only, cleaning), `choices` the closed questions, `details` dates,
phones, names and free words, `codes` digits with a check digit and the number of a paper form. The codes a reader can give are its `*_PROBLEMS`.
"""

from bot.flow.readers.choices import (
    CHOICE_PROBLEMS,
    YES_NO_PROBLEMS,
    one_of,
    several_of,
    yes_no,
)
from bot.flow.readers.codes import CODE_PROBLEMS, FORM_PROBLEMS, RECOVERY, CodeShape, a_code, form_number
from bot.flow.readers.details import (
    BIRTH_DATE_PROBLEMS,
    FREE_TEXT_PROBLEMS,
    NICKNAME_PROBLEMS,
    PHONE_PROBLEMS,
    birth_date,
    free_text,
    nickname,
    phone,
)
from bot.flow.readers.words import WORDS_PROBLEMS, first_of

__all__ = [
    "BIRTH_DATE_PROBLEMS",
    "CHOICE_PROBLEMS",
    "CODE_PROBLEMS",
    "FORM_PROBLEMS",
    "FREE_TEXT_PROBLEMS",
    "NICKNAME_PROBLEMS",
    "PHONE_PROBLEMS",
    "RECOVERY",
    "WORDS_PROBLEMS",
    "YES_NO_PROBLEMS",
    "CodeShape",
    "a_code",
    "birth_date",
    "first_of",
    "form_number",
    "free_text",
    "nickname",
    "one_of",
    "phone",
    "several_of",
    "yes_no",
]
