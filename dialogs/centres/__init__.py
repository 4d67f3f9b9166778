"""Finding a place near home: childcare, a canteen, a station for elders; the nearest ones, and a card of each."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bot.capability import Capability, Claim, Command
from bot.turn import Turn
from dialogs.centres import flow
from dialogs.centres.service import answering, asked, loading, reported, spot
from knowledge.city import City

__all__ = ["capability"]


def capability(city: City) -> Capability:
    """Finding a place of one home pack."""
    ground = spot.Ground(city)

    def claims(text: str, turn: Turn) -> Claim | None:
        return (
            asked.claims(text, turn, ground) or reported.claims(text, turn) or spot.claims(text, turn, ground)
        )

    def locates(point: tuple[float, float], _turn: Turn) -> Claim:
        return Claim(flow="centres", known={"spot": list(point)})

    return Capability(
        name="centres",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        does={
            "centres.look": partial(spot.look, ground=ground),
            "centres.where": partial(spot.where, ground=ground),
            "centres.chosen": partial(spot.chosen, ground=ground),
            "centres.answer": partial(answering.answer, ground=ground),
        },
        actions={
            spot.LOOK_UPS.kind: partial(answering.narrow, ground=ground),
            spot.CARDS.kind: partial(asked.around, ground=ground),
        },
        claims=claims,
        locates=locates,
        commands=(Command("centres"),),
        operator=loading.commands(city),
        telephones=partial(asked.telephones, ground=ground),
        revoked=spot.revoked,
        looked=partial(spot.looked, ground=ground),
        timers={one.over: one.ended for one in (spot.LOOK_UPS, spot.CARDS)},
    )
