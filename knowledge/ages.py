"""Ages of children on a date: completed months, and the day a child becomes old enough for kindergarten."""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta

KINDERGARTEN_YEARS = 3


def completed_months(birth: date, on: date) -> int:
    """Whole months lived from `birth` to `on`; negative before the birth month's day is reached.

    A month is complete on the same day of a later month, or on that month's last day where the day does not
    exist (born on the 31st: complete on the 30th of a short month; born on 29 February: 28 February).
    Source of the rule: Civil Code of the PRC, article 202 (no corresponding day = the last day of the month).
    """
    months = (on.year - birth.year) * 12 + on.month - birth.month
    return months if birth + relativedelta(months=months) <= on else months - 1


def kindergarten_day(birth: date) -> date:
    """The 1 September from which a child counts as of kindergarten age.

    Source of the rule: entry in the autumn term for children who are three years old by 31 August of that year.
    """
    third_birthday = birth + relativedelta(years=KINDERGARTEN_YEARS)
    year = (
        third_birthday.year if third_birthday <= date(third_birthday.year, 8, 31) else third_birthday.year + 1
    )
    return date(year, 9, 1)
