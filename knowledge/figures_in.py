"""Sums of money, hours and counts of people in a question, for the answers that compute."""

from __future__ import annotations

import re

from knowledge.normalise import normalise

CN = "零〇一二两俩三仨四五六七八九十百千"
NUMBER = rf"(\d{{1,4}}|[{CN}]{{1,7}})"
_MONEY = re.compile(
    r"(?P<n>\d[\d,]*(?:\.\d+)?[万千k]?\d?|[零一二两三四五六七八九十百千万]{1,9}|\d[千百]\d?)(?P<unit>元|块钱?|大洋|yuan\b|rmb\b)?"
)
_NOT_A_BILL = re.compile(r"(?:养老金|退休金|退休工资|工资|收入|存款|低保|补贴|抵|攒|存折)[^,.?!]{0,5}$")
_YEARLY = re.compile(r"(?:一年|每年|年费|全年|一整年)[^,.?!]{0,5}$")
_YEARLY_AFTER = re.compile(r"(?:元|块钱?)?(?:一年|每年|/年|1年)")
_UNITS = {"万": 10_000, "千": 1_000, "k": 1_000}
_PEOPLE = {"双胞胎": 2, "龙凤胎": 2, "三胞胎": 3, "四胞胎": 4, "twins": 2, "triplets": 3}
_CHILDREN = re.compile(
    rf"{NUMBER}(?:个|名|位)?(?:都)?(?:不到|不满|未满)?(?:[三3]岁以?下的?|小的?|不到三岁的?)?(?:孩子|孩|娃儿?|宝宝?|小朋友|崽|奶娃|children|kids)"
)
_ALONE = re.compile(r"独生|独子|独女|就我一个|只有我一个|我一个(?:人|孩子|娃)|\bonly child\b")
_TOGETHER = re.compile(
    rf"(?:兄弟姐妹|兄弟姊妹|姊妹|兄妹|姐妹|姐弟|兄弟|弟兄|子女|儿女|姊弟)(?:们)?(?:一共|总共|共|加起来|有)?{NUMBER}(?:个|人|口|位)?"
    rf"|我们(?:家)?(?:一共|总共)?{NUMBER}(?:个)?(?:兄弟姐妹|子女|儿女|孩子|姐妹|兄弟|兄妹|姐弟)"
    rf"|(?<!有){NUMBER}(?:个)?(?:兄弟姐妹|兄妹|姐弟|子女|儿女)|{NUMBER}(?:兄弟|姐妹)"
)
_SIBLINGS = re.compile(rf"{NUMBER}个?(?:亲)?(?:哥哥?|姐姐?|弟弟?|妹妹?|兄弟姐妹|兄弟|姐妹)")
_SIBLINGS_EN = re.compile(r"\b(one|two|three|four|five|\d) (?:brothers?|sisters?|siblings?)\b")
_ENGLISH = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_HOURS = re.compile(rf"{NUMBER}个?(?:半)?(?:小时|钟头|钟(?!点|托)|hours?)")
_TIMES = re.compile(rf"(?<![每第这那上下一]){NUMBER}(?:次|回|趟|times)")
_VISITS = re.compile(rf"(?!一张|1张){NUMBER}(?:次|回|趟|个半天|天|张)")


def number(written: str) -> int:
    """A number in digits or Chinese numerals. Raises ValueError."""
    if written.isdecimal():
        return int(written)
    if set(written) <= set("零〇一二三四五六七八九") and len(written) > 1:  # figure by figure: 二〇二四
        return int("".join(str("零一二三四五六七八九".index(one.replace("〇", "零"))) for one in written))
    from cn2an import cn2an  # noqa: PLC0415  loading it takes a tenth of a start, and most questions never need it

    plain = written.replace("两", "二").replace("俩", "二").replace("仨", "三").replace("〇", "零")
    try:
        return int(cn2an(plain, "smart"))
    except KeyError as why:  # cn2an's way with 零十零
        raise ValueError(f"{written} is no number") from why


def yuan_in(text: str) -> int | None:
    """The largest sum of money of a question, in whole yuan: 4500元, 一千块, 1.2万, 四千五; None where there is none."""
    return max((yuan for yuan, _, _ in _sums(normalise(text))), default=None)


def bill_in(text: str) -> int | None:
    """The largest bill of a month of a question, in yuan: no pension, no wage; a year's bill by twelve."""
    said = normalise(text)
    bills = [
        yuan // 12 if _YEARLY.search(said[:start]) or _YEARLY_AFTER.match(said[end:]) else yuan
        for yuan, start, end in _sums(said)
        if not _NOT_A_BILL.search(said[:start])
    ]
    return max(bills, default=None)


def _sums(said: str) -> list[tuple[int, int, int]]:
    """(yuan, where it begins, where it ends) of every sum: with a unit, or of a shape that nothing but money has (1.2万, 四千五)."""
    found = []
    for match in _MONEY.finditer(said):
        written = match["n"].replace(",", "")
        alone = (
            len(written) > 1
            and re.search(r"[万千k]|百\D?$", written)
            and not re.match(r"[人名户家张个]", said[match.end() :])
        )
        if match["unit"] or (alone and written[0] not in "万千百"):
            try:
                found.append((yuan_of(written), match.start(), match.end()))
            except ValueError:
                continue
    return found


def yuan_of(written: str) -> int:
    """1.2万, 3k, 4千5, 一万二, 4500. Raises ValueError."""
    unit = re.fullmatch(r"(\d+(?:\.\d+)?)([万千k])(\d?)", written)
    if unit:
        each = _UNITS[unit[2]]
        return round(float(unit[1]) * each) + int(unit[3] or 0) * each // 10
    if "." in written:
        return int(float(written))
    return number(written)


def children_told(text: str) -> int | None:
    """How many children a question tells of: 双胞胎, 两个孩子; None where it says nothing."""
    said = normalise(text)
    for word, count in _PEOPLE.items():
        if word in said:
            return count
    counts = [number(found) for found in _CHILDREN.findall(said)]
    return max((count for count in counts if 1 <= count <= 9), default=None)


def siblings_in(text: str) -> int | None:
    """How many share the support of their parents, oneself among them; None where nothing tells it."""
    said = normalise(text)
    if (found := _TOGETHER.search(said)) is not None:
        count = number(next(group for group in found.groups() if group))
        return count if 1 <= count <= 15 else None
    others = [number(found) for found in _SIBLINGS.findall(said)]
    others += [_ENGLISH.get(found) or int(found) for found in _SIBLINGS_EN.findall(said)]
    if others:
        return 1 + sum(others)
    return 1 if _ALONE.search(said) and "非独生" not in said and "不是独生" not in said else None


def hours_in(text: str) -> int | None:
    """The hours of a question, several times a few hours multiplied; None where none are told."""
    said = normalise(text)
    hours = _HOURS.search(said)
    if hours is None:
        return None
    times = _TIMES.search(said)
    return number(hours[1]) * (number(times[1]) if times else 1)


def visits_in(text: str) -> int | None:
    """How often somebody comes: 6次, 三个半天, 8张; None where it is not told."""
    found = _VISITS.search(normalise(text))
    return None if found is None else number(found[1])
