"""A round on its calendar, untouched: opened, frozen, drawn, published, reminded of, over. On the virtual clock."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pytest

import dialogs
from dialogs.voucher.draw import verify
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, bands, drawn_order, id18, write_pack

CLOSED, DRAWN, PUBLISHED = "2027-01-01T09:05", "2027-01-01T10:05", "2027-01-01T10:35"


async def apply_many(d: District, count: int) -> None:
    for number in range(count):
        await d.apply(f"p{number}", document=id18(serial=number + 1), phone=f"138001380{number:02d}")


def local(d: District, at: datetime) -> str:
    return at.astimezone(d.settings.zone).isoformat()[:16]


async def test_a_round_from_its_opening_to_its_results(any_district: District) -> None:
    d = any_district
    await apply_many(d, 3)
    opened = d.document()
    assert opened is not None
    unknown = {"list_hash": None, "list": None, "secret": None, "public_value": None}
    assert {key: opened[key] for key in unknown} == unknown
    assert {band["order"] for band in opened["bands"].values()} == {None}
    assert len(opened["commitment"]) == len(opened["programme_hash"]) == 64
    assert d.document("2027-01") is None, "announced, but not open yet"

    await d.to(CLOSED)
    frozen = d.document()
    assert frozen is not None
    assert frozen["secret"] is None
    assert {band["order"] for band in frozen["bands"].values()} == {None}
    assert frozen["list"].splitlines() == sorted(f"{t['band']}\t{t['number']}" for t in d.tickets())
    assert frozen["list_hash"] == hashlib.sha256(frozen["list"].encode()).hexdigest()

    await d.to(PUBLISHED)
    drawn = d.document()
    assert drawn is not None
    for key in ("commitment", "list", "list_hash", "programme_hash"):
        assert drawn[key] == {**opened, **frozen}[key], f"{key} changed after it was published"
    assert hashlib.sha256(bytes.fromhex(drawn["secret"])).hexdigest() == opened["commitment"]
    assert verify(drawn) == []
    assert [d.keys(f"p{n}").count("voucher.result.won") for n in range(3)] == [1, 1, 1]


async def test_somebody_elses_computation_finds_the_same_winners(make: Make) -> None:
    d = await make(bands=bands(1, 3, 1))
    await apply_many(d, 8)
    await d.to(PUBLISHED)
    document = d.document()
    assert document is not None
    order = drawn_order(document)["m13-24"]
    ranked = sorted(d.tickets(), key=lambda t: t["rank"])
    assert [t["number"] for t in ranked] == order
    assert [t["state"] for t in ranked] == ["won"] * 3 + ["reserve"] * 5
    won = {t["id"] for t in ranked[:3]}
    assert {v["ticket_id"] for v in d.vouchers()} == won
    assert [b["quota"] for b in document["bands"].values()] == [1, 3, 1]
    for place, ticket in enumerate(ranked[3:], start=1):
        who = next(f"p{n}" for n in range(8) if d.person(f"p{n}") == ticket["person_id"])
        assert f"候补第 {place} 位" in d.told(who, "voucher.result.reserve")[0].text
        assert "有疑问？申请人工复核" in d.buttons(who)


async def test_what_a_winner_is_told(district: District) -> None:
    code = await district.win("mama")
    won = district.told("mama", "voucher.result.won")[0]
    assert local(district, won.at) == "2027-01-01T10:30"
    assert f"{code[:4]} {code[4:8]} {code[8:]}" in won.text
    assert "2027年1月30日" in won.text, "thirty days, the day of issue counted"
    assert [file.type for file in won.message.files] == ["image/png"]


async def test_reminders_and_the_end(district: District) -> None:
    await district.win("mama")
    await district.to("2027-02-02T09:00")
    reminders = [local(district, shown.at) for shown in district.told("mama", "voucher.result.reminder")]
    assert reminders == ["2027-01-23T10:00", "2027-01-29T10:00"]
    assert [v["state"] for v in district.vouchers()] == ["expired"]
    told = district.told("mama", "voucher.result.expired")
    assert [local(district, shown.at) for shown in told] == ["2027-01-31T07:30"], (
        "24:00 lies in the quiet hours"
    )


async def test_a_voucher_is_good_until_midnight_of_its_last_day(district: District) -> None:
    await district.win("mama")
    await district.to("2027-01-30T23:59")
    assert [v["state"] for v in district.vouchers()] == ["valid"]
    await district.to("2027-01-31T00:00")
    assert [v["state"] for v in district.vouchers()] == ["expired"]


async def test_reminders_can_be_switched_off(district: District) -> None:
    await district.win("mama")
    await district.to("2027-01-23T11:00")
    await district.press("mama", "不用提醒")
    await district.to("2027-01-30T09:00")
    assert len(district.told("mama", "voucher.result.reminder")) == 1


async def test_the_next_round_opens_by_itself(district: District) -> None:
    await district.to("2027-03-15T12:00")
    states = {row["name"]: row["state"] for row in district.rows("SELECT name, state FROM voucher_round")}
    assert states == {
        "2026-12": "published",
        "2027-01": "published",
        "2027-02": "published",
        "2027-03": "open",
        "2027-04": "announced",
    }
    assert (await district.apply("mama"))["state"] == "applied"


@pytest.mark.parametrize(
    "stops",
    [
        (
            "2026-12-20T09:00",
            CLOSED,
            "2027-01-01T09:59",
            DRAWN,
            "2027-01-01T10:29",
            PUBLISHED,
            "2027-01-10T09:00",
            "2027-01-23T09:59",
            "2027-01-30T23:00",
        ),
    ],
)
async def test_a_restart_between_any_two_stages(make: Make, stops: tuple[str, ...]) -> None:
    d = await make(bands=bands(1, 2, 1))
    await apply_many(d, 3)
    await d.restart()
    for at in stops:
        await d.to(at)
        await d.restart()
    await d.to("2027-02-01T09:00")
    document = d.document()
    assert document is not None
    assert verify(document) == []
    results = [
        d.keys(f"p{n}").count(key)
        for n in range(3)
        for key in ("voucher.result.won", "voucher.result.reserve")
    ]
    assert sorted(results) == [0, 0, 0, 1, 1, 1]
    reminders = sum(len(d.told(f"p{n}", "voucher.result.reminder")) for n in range(3))
    assert (len(d.vouchers()), reminders) == (2, 4)


async def test_a_clock_that_leaps_over_everything_catches_up_in_order(make: Make) -> None:
    d = await make(bands=bands(1, 2, 1))
    await apply_many(d, 3)
    d.close()
    d.room.clock.move_to(d.now.replace(year=2027, month=1, day=20))
    await d.room.open()
    document = d.document()
    assert document is not None
    assert verify(document) == []
    assert len(d.vouchers()) == 2
    assert all(v["last_day"] == "2027-02-18" for v in d.vouchers()), (
        "the days count from the issue, which was late"
    )


async def test_a_result_is_said_once_whatever_is_repeated(district: District) -> None:
    await district.win("mama")
    before = len(district.all)
    for kind in ("draw", "publish"):
        district.house.store.write(
            lambda db, kind=kind: db.run(
                "UPDATE timer SET state = 'done', cursor = '0' WHERE kind = :kind", kind=f"voucher.{kind}"
            )
        )
    await district.restart()
    await district.forward(hours=1)
    assert len(district.all) == before
    assert len(district.vouchers()) == 1


# -- public value, arming, approval ------------------------------------------------------------------------------------


async def test_a_draw_waits_for_the_public_value(make: Make) -> None:
    d = await make(public_value="上证指数收盘点位")
    d.staff("duty", "duty")
    await apply_many(d, 2)
    assert d.enter_value("2026-12", "4000.00") == "too_early"
    await d.to("2027-01-01T13:00")
    assert d.round()["state"] == "waiting"
    assert d.vouchers() == []
    told = d.told("duty", "voucher.staff.value_missing")
    assert len(told) == 1
    assert "上证指数收盘点位" in told[0].text
    assert d.enter_value("no-such", "1") == "unknown"
    assert d.enter_value("2026-12", "4012.34") == "ok"
    assert d.enter_value("2026-12", "1") == "given"
    await d.forward(minutes=30)
    document = d.document()
    assert document is not None
    assert document["public_value"] == "4012.34"
    assert verify(document) == []
    order = drawn_order(document)["m13-24"]
    assert [t["number"] for t in sorted(d.tickets(), key=lambda t: t["rank"])] == order
    assert d.keys("p0").count("voucher.result.won") == 1


async def test_a_value_that_nobody_asked_for(district: District) -> None:
    await district.to(CLOSED)
    assert district.enter_value("2026-12", "1") == "not_asked"


async def test_an_edit_of_the_programme_touches_coming_rounds_only(make: Make) -> None:
    d = await make(bands=bands(10, 20, 30))
    before = d.document()
    await d.apply("mama")
    write_pack(d.settings.data_dir, "own", bands=bands(10, 21, 30), valid_days=60)
    dialogs._home.cache_clear()
    await d.restart()
    shown = await d.says("baba", "voucher", "2025-05-01")
    assert "共 20 张" in shown[-1].text
    assert "30 天" in shown[-1].text
    await d.to(PUBLISHED)
    assert d.vouchers()[0]["last_day"] == "2027-01-30"
    after, following = d.document(), d.document("2027-01")
    assert before is not None
    assert after is not None
    assert following is not None
    assert before["programme_hash"] == after["programme_hash"] != following["programme_hash"]
    shown = await d.says("yeye", "voucher", "2025-05-01")
    assert "共 21 张" in shown[-1].text


async def test_a_calendar_moved_before_the_opening_is_followed(make: Make) -> None:
    d = await make()
    rounds = {
        "every": "month",
        "opens": {"day": 2, "at": "10:00"},
        "closes": {"day": 20, "at": "17:00"},
        "draw_minutes": 60,
        "publish_minutes": 90,
    }
    write_pack(d.settings.data_dir, "own", {"demo": True}, rounds=rounds)
    d.settings.city = "own"
    await d.restart()
    assert d.round()["state"] == "open"
    await d.to("2027-01-01T12:00")
    assert d.round("2027-01")["state"] == "announced"
    await d.to("2027-01-02T10:00")
    assert d.round("2027-01")["state"] == "open"
    await d.to("2027-01-20T17:05")
    assert d.round("2027-01")["state"] == "frozen"


async def test_a_programme_that_nobody_armed_does_not_open(make: Make) -> None:
    d = await make(city={"demo": False})
    await d.to("2027-01-05T09:00")
    assert d.rows("SELECT 1 FROM voucher_round") == []
    await d.say("mama", "voucher")
    assert d.keys("mama")[-1] == "voucher.no_programme.said"


async def test_one_admin_arms_and_a_second_one_confirms(any_district: District) -> None:
    d = any_district
    write_pack(d.settings.data_dir, "own", {"demo": False})
    d.settings.city = "own"
    await d.restart()
    d.house.store.write(lambda db: db.run("DELETE FROM voucher_round"))
    for name in ("ada", "bo"):
        d.staff(name, "admin")
    await d.say("ada", "启用 voucher")
    assert d.keys("ada")[-1] == "voucher.staff.asked"
    asked = d.told("bo", "voucher.staff.please_confirm")[0].text
    assert asked.count("张，每张") == len(bands(1, 1, 1))
    for wanted in ("800 张，每张 500 元", "开放", "截止", "抽签", "出结果", "券用到", "抽中了！"):
        assert wanted in asked, wanted
    await d.say("bo", "待批")
    assert "券用到" in d.last("bo").text, "the list of what waits shows it as well"
    await d.say("ada", "启用 voucher")
    assert d.rows("SELECT 1 FROM voucher_round") == []
    await d.press("bo", "确认")
    assert d.keys("bo")[-1] == "voucher.staff.confirmed"
    assert d.round()["state"] == "open"
    acts = [row["act"] for row in d.rows("SELECT act FROM audit ORDER BY id")]
    assert acts.index("approval.asked") < acts.index("approval.confirmed") < len(acts)


async def test_the_same_person_cannot_confirm_and_a_parent_cannot_arm(make: Make) -> None:
    d = await make(city={"demo": False})
    d.staff("ada", "admin")
    d.staff("bo", "admin")
    await d.say("ada", "启用 voucher")
    button = next(
        b.id for row in d.told("bo", "voucher.staff.please_confirm")[0].message.buttons for b in row
    )
    d.house.store.write(lambda db: db.run("UPDATE action SET person_id = :ada", ada=d.person("ada")))
    await d.press("bo", button)
    assert d.keys("bo")[-1] == "common.not_yours"
    d.house.store.write(lambda db: db.run("UPDATE action SET person_id = NULL"))
    await d.do_press("ada", button)
    assert d.keys("ada")[-1] == "voucher.staff.same_person"
    await d.say("mama", "启用 voucher")
    assert not any(key.startswith("voucher.staff") for key in d.keys("mama"))
    assert d.rows("SELECT 1 FROM voucher_round") == []


async def test_a_programme_edited_after_its_arming_stays_shut_until_armed_again(make: Make) -> None:
    d = await make(city={"demo": False})
    await d.arm("ada", "bo")
    assert d.round()["state"] == "open"
    write_pack(d.settings.data_dir, "own", {"demo": False}, valid_days=60)
    dialogs._home.cache_clear()
    await d.restart()
    await d.to("2027-01-01T12:00")
    assert d.round()["state"] == "published", "the round that was open goes its way"
    assert d.round("2027-01")["state"] == "announced"
    assert "voucher.staff.not_armed" in d.keys("ada")
    await d.arm("ada", "bo")
    assert d.round("2027-01")["state"] == "open", "late, but open"


async def test_a_publication_that_two_must_approve(make: Make) -> None:
    d = await make(publish="after_approval")
    for name in ("ada", "bo"):
        d.staff(name, "admin")
    await apply_many(d, 2)
    await d.to("2027-01-01T15:00")
    assert d.round()["state"] == "drawn"
    assert d.vouchers() == []
    assert len(d.told("ada", "voucher.staff.approve_publish")) == 1
    await d.say("ada", "公布 2026-12")
    await d.say("ada", "公布 2026-12")
    await d.forward(minutes=30)
    assert d.vouchers() == []
    await d.say("bo", "公布 2026-12")
    await d.forward(minutes=1)
    assert d.round()["state"] == "published"
    assert [d.keys(f"p{n}").count("voucher.result.won") for n in range(2)] == [1, 1]


# -- what leaves -------------------------------------------------------------------------------------------------------


async def test_who_has_no_address_left_is_on_the_call_list(district: District) -> None:
    await district.apply("mama")
    district.house.store.write(lambda db: db.run("UPDATE address SET state = 'retired'"))
    await district.to("2027-01-01T12:00")
    assert district.told("mama", "voucher.result.won") == []
    calls = district.rows("SELECT person_id, reason, state FROM call_list")
    assert calls == [{"person_id": district.person("mama"), "reason": "no_channel", "state": "open"}]
    district.staff("duty", "duty")
    await district.say("duty", "待打电话")
    assert "抽中了" in district.last("duty").text


async def test_results_wait_for_the_morning(make: Make) -> None:
    rounds = {
        "every": "month",
        "opens": {"day": 1, "at": "09:00"},
        "closes": {"day": 20, "at": "21:00"},
        "draw_minutes": 60,
        "publish_minutes": 90,
    }
    d = await make(rounds=rounds)
    await d.apply("mama")
    await d.to("2026-12-21T07:29")
    assert d.round()["state"] == "published"
    assert d.told("mama", "voucher.result.won") == []
    await d.to("2026-12-21T07:31")
    won = d.told("mama", "voucher.result.won")
    assert [local(d, shown.at) for shown in won] == ["2026-12-21T07:30"]
