"""A district whose corpus is one answer in a file that an editor changes while the bot runs."""

from __future__ import annotations

import itertools
from pathlib import Path

from bot.capability import Capability
from bot.settings import Settings
from dialogs import account, questions, staff, urgent
from knowledge.current import Current
from knowledge.privacy import load_privacy
from knowledge.shelves import Shelves

NAME = "outing-cost"
QUESTION = "社区秋游一位收多少钱？"
ENTRY = """---
question: 社区秋游一位收多少钱？
question_en: What does the autumn outing cost?
phrasings: [秋游多少钱, 秋游一个人要交多少, 社区组织秋游贵不贵, 去秋游得花几个钱, 老人秋游的费用, 秋游啥价钱]
topic: childcare_subsidy
facets: [amount]
audience: [anyone]
region: 全国
basis: original
sources: [{publisher: 社区居委会, date: 2026-10-01}]
plain: 见通知。
en: "30 yuan each."
change: wording
---
一位30元，午饭自带。
"""


def folder(settings: Settings) -> Path:
    """Where a district keeps its own answers."""
    return settings.data_dir / "content" / "corpus"


def write(where: Path, **changes: str) -> None:
    """The answer's file as it is at first, or with `old=new` pairs of its words changed."""
    where.mkdir(parents=True, exist_ok=True)
    text = ENTRY
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (where / f"{NAME}.md").write_text(text, encoding="utf-8")


def services(where: Path) -> tuple[Capability, ...]:
    """The services of such a district; its folder is looked at before every answer."""
    write(where)
    corpus = Current(Shelves((), (where,)), now=itertools.count(step=10).__next__)
    return (
        urgent.capability(),
        account.capability(load_privacy()),
        staff.capability(),
        questions.capability(corpus),
    )
