"""Small entries that tests write into folders."""

from __future__ import annotations

from pathlib import Path

TOYS = """---
question: 大桥区的玩具图书馆几点开门？
question_en: When does the toy library open?
phrasings:
- 玩具图书馆开放时间
- 大桥那个借玩具的地方几点开
- 玩具馆几点
- 借玩具的屋子周末开不开
- 玩具图书馆啥时候开
- When can I borrow toys?
topic: flexible_care
facets: [hours]
audience: [parent]
region: 全国
valid: {from: 2026-01-01, until: 2026-06-30}
ended: 玩具图书馆办到2026年6月30日，已经结束。
basis: press
sources: [{publisher: 大桥日报, date: 2026-01-02}]
plain: 每天九点到五点。
en: Daily from nine to five.
---
玩具图书馆每天9点到17点开门。
"""

BATHS = """---
question: 谁能上门帮老人洗澡？
question_en: Who helps an older person to bathe at home?
phrasings:
- 老人洗澡谁能上门帮忙
- 助浴怎么约
- 爷爷瘫了想擦个身找谁
- 洗澡上门服务
- 家里老人洗不动澡了咋办
- 有没有助浴的，问了半天没人管
topic: home_help
facets: [how]
audience: [elder]
region: 全国
basis: press
sources: [{publisher: 大桥日报, date: 2026-01-02}]
plain: 打社区电话约助浴。
en: Ring the community centre to book a bath at home.
reviewed: ""
---
请打社区养老服务站的电话约上门助浴，先评估再上门。
"""


def write(folder: Path, name: str, text: str) -> Path:
    """An entry as a file of a folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path
