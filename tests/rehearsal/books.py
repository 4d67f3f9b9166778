"""What must hold at the end of a rehearsal: nothing lost, nothing doubled, all accounted for. Each raises AssertionError."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from itertools import product
from typing import Any

from bot.clock import ms
from bot.selfcheck import self_check
from bot.store.session import Db
from bot.turn import Turn
from dialogs.voucher.draw import verify
from dialogs.voucher.service import public
from tests.dialogs.voucher.district import drawn_order
from tests.rehearsal.town import Town


def no_ticket_is_lost_or_doubled(town: Town) -> None:
    expected = {
        number: (name, child.states[name])
        for child in town.children
        for name, number in child.tickets.items()
    }
    rows = town.rows(
        "SELECT t.*, r.name AS round FROM voucher_ticket t JOIN voucher_round r ON r.id = t.round_id"
    )
    held = {
        row["number"]: (row["round"], "listed" if row["state"] in ("won", "reserve") else row["state"])
        for row in rows
    }
    assert held == expected
    assert len(held) == sum(len(child.tickets) for child in town.children)
    assert len({(row["round_id"], row["child_id"]) for row in rows}) == len(rows)
    seen = Counter(state for _, state in held.values())
    assert min(seen["listed"], seen["withdrawn"], seen["refused"], seen["unheard"]) > 0, (
        "some of each, or this proves little"
    )
    assert len(town.rows("SELECT 1 FROM voucher_child")) == len(town.children)


def quotas_are_exact(town: Town) -> None:
    tight = 0
    for name in town.rounds:
        for band, quota in town.quotas.items():
            found = Counter(
                row["state"]
                for row in town.rows(
                    "SELECT t.state FROM voucher_ticket t JOIN voucher_round r ON r.id = t.round_id"
                    " WHERE r.name = :name AND t.band = :band",
                    name=name,
                    band=band,
                )
            )
            listed = found["won"] + found["reserve"]
            assert found["won"] - taken(town, name, band) == min(quota, listed), (name, band)
            tight += listed > quota
    assert tight >= 2, "no band was oversubscribed"
    won = {row["id"] for row in town.rows("SELECT id FROM voucher_ticket WHERE state = 'won'")}
    vouchers = town.rows("SELECT ticket_id, amount FROM voucher")
    assert {row["ticket_id"] for row in vouchers} == won
    assert len(vouchers) == len(won)


def the_published_draws_can_be_computed_by_anybody(town: Town) -> None:
    for name in town.rounds:
        document = town.house.store.read(partial(_document, town, name=name))
        assert document is not None
        assert verify(json.loads(json.dumps(document))) == []
        order = drawn_order(document)
        assert {
            band: result["order"] for band, result in document["bands"].items() if result["order"]
        } == order
        winners = {ticket for band, tickets in order.items() for ticket in tickets[: town.quotas[band]]}
        assert winners == {
            row["number"]
            for row in town.rows(
                "SELECT t.number FROM voucher_ticket t JOIN voucher_round r ON r.id = t.round_id"
                " WHERE r.name = :name AND t.state = 'won' AND NOT EXISTS"
                " (SELECT 1 FROM offer o WHERE o.object = t.id AND o.state = 'accepted')",
                name=name,
            )
        }


def _document(town: Town, db: Db, name: str) -> dict[str, Any] | None:
    return public.document(town.house.ground.keys, db, name)


def each_ticket_has_its_result_exactly_once(town: Town) -> None:
    written = Counter(
        row["dedupe"] for row in town.rows("SELECT dedupe FROM outbox WHERE dedupe LIKE 'result:%'")
    )
    called = [
        town.words(row["words"])
        for row in town.rows(
            "SELECT c.words FROM call_list c WHERE outbox_id IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM offer o WHERE o.call_id = c.id)"
        )
    ]
    names = {number: child.name for child in town.children for number in child.tickets.values()}
    for ticket in town.rows(
        "SELECT t.id, t.number, t.state, r.name AS round FROM voucher_ticket t"
        " JOIN voucher_round r ON r.id = t.round_id WHERE t.state NOT IN ('withdrawn', 'refused')"
    ):
        number = ticket["number"]
        shown = f"{number[:3]} {number[3:6]} {number[6:]}"
        name, heard = names[number], f"没能进 {ticket['round']} 这一轮"
        by_telephone = sum(shown in text or (name in text and heard in text) for text in called)
        assert written[f"result:{ticket['id']}"] + by_telephone == 1, (ticket, name)
    delivered = Counter(sent.id for rim in town.rims.values() for sent in rim.sent)
    assert max(delivered.values()) == 1, "a message arrived twice"
    withdrawn = {
        row["id"]
        for row in town.rows("SELECT id FROM voucher_ticket WHERE state IN ('withdrawn', 'refused')")
    }
    assert not any(f"result:{one}" in written for one in withdrawn)


def every_message_is_sent_or_accounted_for(town: Town) -> None:
    rows = town.rows("SELECT o.*, c.id AS listed FROM outbox o LEFT JOIN call_list c ON c.outbox_id = o.id")
    assert Counter(row["state"] for row in rows).keys() <= {"sent", "withheld", "failed", "cancelled"}
    for row in rows:
        if row["state"] == "sent":
            continue
        assert row["note"], row
        if row["lane"] == "result":
            assert row["listed"] is not None, (row["id"], row["state"], row["dedupe"], row["note"])
    arrived = {sent.id for rim in town.rims.values() for sent in rim.sent}
    known = {
        row["id"] for row in rows
    }  # a page to which nobody came back for 200 days is forgotten, rows and all
    sent = {row["id"] for row in rows if row["state"] == "sent"}
    assert arrived & known == sent, f"odd: {sorted((arrived & known) ^ sent)[:5]}"
    reasons = Counter(row["reason"] for row in town.rows("SELECT reason FROM call_list"))
    assert min(reasons["blocked"], reasons["asleep"]) > 0, reasons


def the_vouchers_end_as_their_families_left_them(town: Town) -> None:
    states = Counter(row["state"] for row in town.rows("SELECT state FROM voucher"))
    redeemed = sum(child.redeemed for child in town.children)
    declined = sum(child.declined for child in town.children)
    assert min(redeemed, declined) > 0
    assert (states["used"], states["declined"]) == (redeemed, declined)
    assert states["expired"] == sum(states.values()) - redeemed - declined
    paid = town.rows("SELECT v.amount, r.amount AS paid, v.balance FROM voucher v JOIN voucher_redemption r"
                     " ON r.voucher_id = v.id")  # fmt: skip
    assert len(paid) == redeemed
    assert all(row["amount"] == row["paid"] and row["balance"] == 0 for row in paid)
    asked = town.rows("SELECT dedupe FROM outbox WHERE dedupe LIKE 'remind:%'")
    assert len({row["dedupe"] for row in asked}) == len(asked)


def taken(town: Town, name: str, band: str) -> int:
    """How many vouchers of a round's band went to families on the reserve list."""
    return len(
        town.rows(
            "SELECT 1 FROM offer o JOIN voucher_ticket t ON t.id = o.object JOIN voucher_round r ON r.id = t.round_id"
            " WHERE o.state = 'accepted' AND r.name = :name AND t.band = :band",
            name=name,
            band=band,
        )
    )


def the_reserve_list_went_in_order(town: Town) -> None:
    states = Counter(row["state"] for row in town.rows("SELECT state FROM offer"))
    assert states.keys() >= {"accepted", "declined", "lapsed"}, states
    assert states.keys() <= {"accepted", "declined", "lapsed", "passed"}, "an offer is still open"
    assert states["accepted"] == sum(child.taken for child in town.children)
    for name, band in product(town.rounds, town.quotas):
        ranks = [
            row["rank"]
            for row in town.rows(
                "SELECT t.rank FROM offer o JOIN voucher_ticket t ON t.id = o.object JOIN voucher_round r"
                " ON r.id = t.round_id WHERE r.name = :name AND t.band = :band ORDER BY o.id",
                name=name,
                band=band,
            )
        ]
        assert ranks == list(range(town.quotas[band] + 1, town.quotas[band] + 1 + len(ranks))), (name, band)


def nothing_failed_on_the_way(town: Town) -> None:
    assert town.rows("SELECT act, object, detail FROM audit WHERE act LIKE '%failed'") == []
    assert town.rows("SELECT kind, tries FROM timer WHERE tries > 0") == []
    assert town.rows("SELECT id FROM inbox WHERE state <> 'done'") == []
    due = town.rows(
        "SELECT kind, key FROM timer WHERE state = 'waiting' AND due <= :now", now=ms(town.clock.now())
    )
    assert due == []


def the_self_check_finds_nothing(town: Town) -> None:
    found = town.house.store.read(
        lambda db: self_check(Turn(town.house.ground, db, town.clock.now()), town.house.registry)
    )
    assert found == []


CHECKS = (
    no_ticket_is_lost_or_doubled,
    quotas_are_exact,
    the_published_draws_can_be_computed_by_anybody,
    each_ticket_has_its_result_exactly_once,
    every_message_is_sent_or_accounted_for,
    the_vouchers_end_as_their_families_left_them,
    the_reserve_list_went_in_order,
    nothing_failed_on_the_way,
    the_self_check_finds_nothing,
)
