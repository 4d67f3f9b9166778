"""What looks like a time and is none: ages, birth dates, prices, phones, house numbers, ways, notices, greetings.

Each is covered before anything else is read and stays in the rest, where the reader of ages or prices finds it.
"""

from __future__ import annotations

from typing import Final

from bot.flow.when.text import CN, KEPT, N, Sheet, form

_UNIT = r"(?:个?半?(?:小时|钟头|钟)|天|次|上午|下午|半天|个?月)"
_NOT_YET = r"(?!以?之?后|以?之?内)"

KEPT_FORMS: Final = tuple(
    form(pattern)
    for pattern in (
        # phones and other long runs of figures; eight that are a date of this century are not among them
        r"(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)|(?<!\d)(?!20\d{6}(?!\d))\d{7,}",
        # ages: 1岁8个月, 两周岁半, 14个月, 18 months old, 100天了, 8月龄
        rf"{N}(?:周?岁|虚岁)(?:半|零?{N}个?半?月|多)?(?:零?{N}天)?(?:大)?",
        rf"(?:{N}|半)(?:个半|个多|个)月(?:零?{N}天)?(?:大|了)?{_NOT_YET}",
        rf"{N}月(?:龄|大)|(?:\d{{1,3}}|[{CN}百]+)天(?:大|了|的(?:娃|宝|孩))|满月|百天|{N}周大",
        r"\b(?:\d{1,2}|one|two|three)(?:\s*(?:and a half|\.5))?[\s-]*(?:months?|years?|yrs?|weeks?|mo|yo|y/o)[\s-]*old\b",
        r"(?<!in )(?<!next )\b\d{1,2}[\s-]*(?:months?|years?|mo|yo|y/o)\b(?!\s*(?:later|from now))",
        # birth dates: 2024年5月生的
        rf"(?:\d{{2,4}}年)?{N}月(?:{N}[日号]?)?(?:份)?(?:出?生(?:的|人)?(?!病)|的生日|过?生日)",
        r"20\d\d[-/.]\d{1,2}[-/.]\d{1,2}\s*(?:出生|生)",
        r"(?:生日|出生(?:日期|于)?)[是:在]?\s*\d{2,4}[-年./]\d{1,2}[-月./]?(?:\d{1,2}[日号]?)?|(?:19|20)\d\d年(?!\d|[一二三四五六七八九十])",
        # prices: 一小时30块, 30元一小时, 每小时, 一小时多少钱, 1000以下
        rf"{N}{_UNIT}(?:是|才|只要|就)?\s*\d+(?:\.\d+)?\s*(?:块|元|rmb|yuan)",
        rf"\d+(?:\.\d+)?\s*(?:块钱?|元|rmb|yuan)\s*(?:/|每|一|1|per|an?)?\s*(?:{_UNIT}|hours?|hr|day)?",
        rf"(?:每个?|/)\s*(?:小时|钟头|分钟)|{N}{_UNIT}(?:大概|要)?(?:多少|几块|啥价|什么价|怎么收|咋收)|\bper (?:hour|day)\b|(?:一天|[半全][天日]).{{0,2}}(?:多少|几块|啥价|什么价|怎么收|咋收)",
        r"\d+(?:\.\d+)?\s*(?:公斤|千克|斤|度|厘米|公分|cm|kg|公里|千米|米|平米|km|%|人|位|名|家|个?(?:孩子|娃|宝宝|小孩|老人|人)|楼|层|单元|室|栋|kids?|children|people)",
        rf"{N}(?:楼|层|单元|栋)|\d{{3,}}(?:以下|以内|以上|左右)",
        # ways and notices: 走路15分钟, 15分钟圈, 提前两小时, 迟到十分钟
        rf"(?:走路?|步行|车程|开车|骑车|坐车|路程|提前|迟到|晚到|walk\w*)(?:大概|大约|约|要|不到|至少)?\s*{N}个?半?(?:分钟?|小时|钟头|天)",
        rf"{N}(?:分钟|小时)(?:(?:能|就|可以|就能)到|的?(?:生活)?圈|的?路|以内|之内|内|车程|walk)|\d{{1,2}}[- ]?minutes?[- ](?:walk|circle|drive)",
        r"[等说找问讲打跑排][了过]?(?:我|老)?半天|老半天|24小时(?:营业|服务|热线|电话|在线|客服|都)",
        # numbers of houses and things: 永安路12号, 5号楼3单元, 3号线
        rf"(?<=[路街巷弄道院区里村])\s*{N}号(?:楼|院|门)?|{N}号(?:楼|院|门|店|馆|线|窗|床|房|库|厅|桌|室|铺|机|商|单|棚|公寓|员|地)",
        # a little, and points that are no hours: 早一点, 便宜一点, 提三点建议, 几点
        r"(?:[早晚近远大小好快慢多少有差]|便宜|方便|安静|干净|清楚|容易)一点(?!半|钟|整|\d|到|至|[一二三四五]|零)|一点(?:儿|都不|也不)",
        rf"{N}点(?:建议|意见|要求|疑问|问题|注意|希望|原因|好处|水|心)|几点(?:钟|半)?|几号|(?<![过这前后])几天|周几|星期几|礼拜几|几个小时",
        rf"每天.{{0,3}}{N}[次顿回]",
        r"早教|[早晚快]点|早安|晚安|[早午晚夜]饭|晌午饭|下午茶|(?:大家|你们)?(?:早上|上午|中午|下午|晚上)好(?!吗|不|的|几)|good (?:morning|afternoon|evening)",
        r"\b(?:the sun|sat down|sun (?:light|shine))\b",
        r"(?:比例|师生比|ratio)\s*\d{1,2}:\d{1,2}",
    )
)


def cover_what_is_no_time(sheet: Sheet) -> None:
    """Cover ages, prices and the like, so that no figure of theirs is taken for an hour."""
    for pattern in KEPT_FORMS:
        sheet.each(pattern, lambda _match: True, KEPT)
