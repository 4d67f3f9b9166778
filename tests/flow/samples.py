"""Every flow of the district, and what is needed to walk it without a world: answers, and what services leave behind.

A new flow walks along by itself. It wants a line here only where its readers look at data that a service leaves
(LEFT), where a service forgets an answer (FORGOTTEN), or where no answer in ANSWERS suits its reader.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dialogs
from bot import assembly
from bot.capability import Registry
from bot.flow.model import CHANGE, Ask, Flow, Look, Said, State
from bot.redact import IdProof
from bot.settings import Settings
from bot.texts import Texts
from dialogs.voucher import codes

SETTINGS = Settings(_env_file=None, city="sample")
CAPABILITIES = tuple(dialogs.capabilities(SETTINGS))
REGISTRY = Registry(CAPABILITIES)
FLOWS: dict[str, Flow] = dict(REGISTRY.flows)
MACHINE = Path(inspect.getfile(assembly)).parent
TEXTS = Texts([MACHINE, *(capability.folder for capability in CAPABILITIES)], SETTINGS.zone)

TODAY = date(2026, 12, 2)
BORN = date(2025, 5, 1)
DIGEST = "0123456789abcdef" * 4
ID_CARD = IdProof("id18", DIGEST, BORN)
BIRTH_CERTIFICATE = IdProof("birth_cert", DIGEST, None)
PERMIT = IdProof("permit", DIGEST, None)
FLAWS = ("check_digit", "bad_date", "length", "half")

DAYS = [{"value": "2026-12-02", "label": "今天 周三"}, {"value": "later:2026-12-03", "label": "再往后的日子"}]
OTHERS = [
    {"value": "liuyin|2026-12-03|14:00|17:00", "label": "明天下午2:00–5:00 柳荫托育中心（示例）"},
    {"value": "wait", "label": "有空位叫我"},
]
FIND = {"wanted": {}, "spot": [34.27, 108.94], "name": "柳荫小区（示例）", "page": 0}
SOUGHT = {"kinds": [], "for_whom": "", "months": None, "days": [], "free": False, "near": True, "page": 0}
LEFT: dict[str, dict[str, Any]] = {
    "voucher.look": {
        "telephone": "000-0000",
        "demo": True,
        "next_opens": "2027-01-01T01:00:00+00:00",
        "name": "托育消费券",
        "programme": "voucher",
        "round_id": 1,
        "reference": "2026-12-01",
        "default_name": "宝宝",
        "round": "2026-12",
        "closes": "2027-01-01T01:00:00+00:00",
        "proofs": ["id_card", "birth_certificate", "permit", "in_person"],
        "page_sleeps": True,
        "telegram": "",
    },
    "voucher.look=again": {
        "children": [
            {"value": "f1", "label": "小宇（2025年5月）", "birth": "2025-05-01"},
            {"value": "another", "label": "另一个孩子"},
        ],
        "again": 2,
    },
    "voucher.recall": {
        "birth": "2025-05-01",
        "nickname": "小宇",
        "relation": "parent",
        "document": {"kind": "known", "child": 1, "birth": "2025-05-01"},
        "known": 1,
        "subject": 1,
    },
    "voucher.take_birth": {"birth": "2025-05-01"},
    "voucher.band": {
        "band": "m13-24",
        "band_name": "13–24个月",
        "amount": 50_000,
        "quota": 800,
        "places": 3,
        "months": 19,
    },
    "voucher.proof": {
        "ways": [
            {"value": "invented", "label": "用一个编的号码"},
            {"value": "in_person", "label": "到窗口出示证件"},
        ]
    },
    "voucher.check_child": {"to_verify": False, "must_show": False},
    "voucher.gather": {
        "paper": "id_card",
        "phone_shown": "…8000",
        "draw": "2027-01-01T02:00:00+00:00",
        "publish": "2027-01-01T02:30:00+00:00",
    },
    "voucher_guardian.look=gone": {"why": "agreed"},
    "voucher_guardian.accept=gone": {"why": "out"},
    "voucher_guardian.refuse=gone": {"why": "agreed"},
    "voucher_guardian.look": {
        "ticket": 1,
        "name": "小宇",
        "birth_month": "2025-05-01",
        "number": "123456789",
    },
    "voucher_redeem.role=late": {
        "late": True,
        "day_choices": [{"value": "2026-12-01", "label": "2026年12月1日（周二）"}],
    },
    "voucher_redeem.look": {
        "telephone": "000-0000",
        "voucher": 1,
        "balance": 50_000,
        "name": "小宇",
        "birth_month": "2025-05-01",
        "last_day": "2026-12-30",
        "programme": "voucher",
        "used": None,
        "places": [{"value": "p1", "label": "阳光托育园"}, {"value": "p2", "label": "小树苗托育"}],
    },
    "voucher_redeem.check_place": {"place_name": "阳光托育园"},
    "voucher_redeem.size=once": {"amount": 50_000},
    "voucher_redeem.redeem": {"receipt": "1"},
    "voucher_papers.look": {
        "ticket": 1,
        "telephone": "000-0000",
        "name": "小宇",
        "birth_month": "2025-05-01",
        "waits": True,
        "unshown": True,
        "ways": [{"value": "unreadable", "label": "原件看过，号码系统不认"}],
    },
    "voucher_papers.check=ask": {"found": "other_child"},
    "voucher_papers.check=ok": {"result": "in"},
    "voucher_papers.attach=ok": {"result": "void"},
    "voucher_together.look": {"telephone": "000-0000"},
    "voucher_together.take=linked": {"name": "小宇"},
    "recover.look": {"person": 1, "telephone": "000-0000"},
    "join.look": {"telephone": "000-0000"},
    "onboard.accept": {"name": "小李", "role": "值班", "place": ""},
    "answer.look": {"case": 1},
    "centres.look": {"city": "示例区", "find": FIND},
    "centres.look=which": {"landmarks": [{"value": "liuyin-estate", "label": "柳荫小区（示例）"}]},
    "centres.answer=whom": {
        "landmarks": [
            {"value": "home:1", "label": "小宇家（柳荫小区附近）"},
            {"value": "another", "label": "换个地方找"},
        ],
        "whom": True,
    },
    "centres.where=which": {"landmarks": [{"value": "liuyin-estate", "label": "柳荫小区（示例）"}]},
    "child_note.look": {"ways": [], "sick": False, "place_name": "柳荫托育中心（示例）"},
    "child_note.look=one": {"stay": "1", "ways": [{"value": "remove", "label": "删掉这句"}]},
    "child_note.look=which": {"stays": [{"value": "1", "label": "小宇 明天"}]},
    "child_card.look": {"subject": 1, "name": "小宇"},
    "child_card.look=which": {"children": [{"value": "1", "label": "小宇"}]},
    "child_card.agreed": {"subject": 1, "name": "小宇"},
    "events.look": {"sought": SOUGHT},
    "events.where=which": {"landmarks": [{"value": "liuyin-estate", "label": "柳荫小区（示例）"}]},
    "event_seat.look": {
        "event": "morning-liuyin",
        "day": "2026-12-05",
        "title": "柳荫亲子上午（示例）",
        "telephone": "000-0000",
    },
    "event_seat.look=who": {
        "ways": [
            {"value": "parent", "label": "爸妈带孩子来"},
            {"value": "grandparent", "label": "爷爷奶奶带孩子来"},
        ]
    },
    "event_seat.look=child": {
        "children": [{"value": "1", "label": "小宇"}, {"value": "another", "label": "另一个孩子"}]
    },
    "event_seat.look=ok": {"who": "parent", "months": 20, "low": 18, "high": 36},
    "event_seat.take=full": {
        "others": [
            {"value": "morning-liuyin|2026-12-12", "label": "下周六 柳荫亲子上午（示例）"},
            {"value": "wait", "label": "有名额叫我"},
        ]
    },
    "event_seat.take=waits": {"ahead": 1},
    "event_seat.wait=waits": {"ahead": 1},
    "event_off.look": {
        "event": "morning-liuyin",
        "day": "2026-12-05",
        "title": "柳荫亲子上午（示例）",
        "date": "这周六（12月5日）上午9:30",
        "count": 2,
        "telephone": "000-0000",
    },
    "event_certificate.look": {"telephone": "000-0000"},
    "booking.look": {"telephone": "000-0000", "today": "2026-12-02"},
    "booking.look=first": {"count": 1},
    "booking.look=again": {
        "count": 1,
        "children": [{"value": "1", "label": "小宇"}, {"value": "another", "label": "另一个孩子"}],
    },
    "booking.suits": {
        "kids": [
            {"subject": "1", "name": "小宇", "months": 14, "first": "2025-10-01", "last": "2025-10-01"},
            {"subject": None, "name": "大宝", "months": 30, "first": "2024-06-01", "last": "2024-06-01"},
        ],
        "siblings": [{"value": "2", "label": "小雨"}],
        "known": [1, 2],
        "days": DAYS,
    },
    "booking.joined": {"more": ["2"]},
    "booking.clear=day": {"days": DAYS},
    "booking.clear=again": {"days": DAYS},
    "booking.clear=hours": {
        "day": "2026-12-02",
        "spans": [{"value": "14:00-17:00", "label": "14:00-17:00"}, {"value": "other", "label": "换一天"}],
    },
    "booking.clear=ok": {"day": "2026-12-02", "begins": "14:00", "ends_at": "17:00"},
    "booking.where=which": {"landmarks": [{"value": "liuyin-estate", "label": "柳荫小区（示例）"}]},
    "booking.where=ok": {"spot": [34.27, 108.94], "spot_name": "柳荫小区（示例）"},
    "booking.chosen": {"spot": [34.27, 108.94], "spot_name": "柳荫小区（示例）"},
    "booking.find=ok": {"places": [{"value": "liuyin", "label": "柳荫托育中心（示例）"}]},
    "booking.find=full": {"others": OTHERS},
    "booking.hold=many": {"at_most": 3},
    "booking.wait=waits": {"ahead": 1},
    "booking_change.look": {"telephone": "000-0000", "today": "2026-12-02"},
    "booking_change.look=which": {"bookings": [{"value": "1", "label": "12月3日"}]},
    "booking_change.old": {
        "children": ["小宇"],
        "old": {
            "day": "2026-12-03",
            "begins": "14:00",
            "ends_at": "17:00",
            "place": "柳荫托育中心（示例）",
            "price": 6000,
        },
    },
    "booking_change.clear=day": {"days": [{"value": "2026-12-02", "label": "今天（12月2日 周三）"}]},
    "booking_change.clear=hours": {
        "day": "2026-12-02",
        "spans": [{"value": "14:00-17:00", "label": "14:00-17:00"}],
    },
    "booking_change.clear=ok": {"day": "2026-12-02", "begins": "14:00", "ends_at": "17:00"},
    "booking_change.find=full": {"others": [OTHERS[0], {"value": "keep", "label": "还是原来的"}]},
    "booking_change.find=ok": {
        "place": "liuyin",
        "offer": {
            "place": "柳荫托育中心（示例）",
            "address": "柳荫路1号",
            "phone": "000-0000-0011",
            "elsewhere": True,
            "price": 8000,
        },
    },
    "booking.hold=held": {
        "booking": 1,
        "offer": {
            "place": "柳荫托育中心（示例）",
            "address": "柳荫路1号",
            "phone": "000-0000-0011",
            "metres": 93,
            "walk": 2,
            "price": 6000,
            "voucher": 50_000,
            "cancel_minutes": 120,
            "late_minutes": 30,
            "once": True,
            "service": "hourly",
            "carers": 9,
            "visit": "first",
        },
    },
}
"""By "flow.step", or "flow.step=outcome" for one outcome only: what its service leaves in the data."""

FORGOTTEN: dict[str, tuple[str, ...]] = {
    "voucher.check_child=twin": ("document",),
    "voucher_redeem.check_paper": ("paper",),
    "voucher_together.take": ("code",),
    "voucher_papers.check=ok": ("paper",),
    "voucher_papers.check=again": ("paper",),
    "voucher_papers.check=stopped": ("paper",),
    "voucher_papers.attach": ("paper",),
    "voucher_papers.wrong": ("paper",),
    "recover.look=wrong": ("code", "tail"),
    "join.look=wrong": ("code",),
    "onboard.accept": ("code",),
    "child_card.next": ("allergy", "feeding", "sleep", "special", "contact"),
    "booking.clear=again": ("when",),
    "booking.clear=hours": ("hours",),
    "centres.where": ("spot",),
    "events.look": ("words",),
    "events.where": ("spot",),
    "events.chosen": ("landmark",),
    "event_seat.switch": ("instead",),
    "centres.chosen": ("landmark",),
    "booking.where=again": ("spot",),
    "booking.chosen": ("landmark",),
    "booking.joined": ("sibling",),
    "booking.find=full": ("place",),
    "booking.find=again": ("when",),
    "booking.hold=full": ("place",),
    "booking.switch": ("instead",),
    "booking_change.old": ("which",),
    "booking_change.clear=again": ("when", "day", "hours"),
    "booking_change.clear=hours": ("hours",),
    "booking_change.find=full": ("place",),
    "booking_change.switch": ("instead",),
    "booking_change.hear": ("sure", "instead"),
    "booking_change.change": ("sure",),
    "booking.book=full": ("place",),
}
"""The answers a service takes out of the data: what was wrong is asked again."""

ANSWERS = (
    *(
        Said(text=text)
        for text in (
            "2025-5-1",
            "13800138000",
            "小宇",
            "1",
            "是",
            "不是",
            "123456",
            "1234",
            "120",
            "ABCDEFGH2345",
            codes.VOUCHER.show("123456789018"),
            codes.TICKET.show("123456786"),
            "BCDFG HJKMN",
            "123 456 7894",
            "请明天再来一次。",
            "14个月",
            "周三下午两点到五点",
        )
    ),
    Said(phone="13800138000", phone_is_own=True),
    Said(text="[证件号]", proof=ID_CARD),
    Said(text="[证件号]", proof=BIRTH_CERTIFICATE),
)
"""Good answers to open questions, one for each kind there is."""


def moments() -> Iterator[tuple[Flow, str, str]]:
    """Every (flow, step, outcome) that a table draws."""
    for flow in FLOWS.values():
        for step, outcome, _ in flow.edges():
            yield flow, step, outcome


def left_by(flow: Flow, step: str, outcome: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data after a service named an outcome."""
    own = f"{flow.name}.{step}"
    gone = {*FORGOTTEN.get(own, ()), *FORGOTTEN.get(f"{own}={outcome}", ())}
    kept = {**data, **LEFT.get(own, {}), **LEFT.get(f"{own}={outcome}", {})}
    return {key: value for key, value in kept.items() if key not in gone}


def look(flow: Flow, state: State, lang: str = "zh") -> Look:
    """What a reader sees, with the labels that the person sees."""
    step = flow.step(state.step)
    labels: dict[str, str] = {}
    if isinstance(step, Ask):
        labels.update((c["value"], c["label"]) for c in state.data.get(step.choices_from, ()))
        for value in step.choices:
            labels[value] = TEXTS.label(lang, f"{flow.name}.{step.name}.choice.{value}", dict(state.data))
        for name in step.changes:
            if name in state.data:
                labels[CHANGE + name] = TEXTS.label(
                    lang, "common.button.change", {"what": TEXTS.label(lang, f"{flow.name}.{name}.name")}
                )
    return Look(TODAY, state.data, labels)


def answers(seen: Look) -> list[Said]:
    """The good answers to an open question: each of its buttons, and every kind of words."""
    return [*(Said(choice=value) for value in seen.labels), *ANSWERS]
