"""What words that no service took are about: a service that does not stand yet, a question, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge import intents

NOT_YET = ("booking", "centres", "meals", "homecare", "events")
"""Services that are declared and do not stand yet; a name leaves this list with its service's first day."""
OFFERS = {"voucher": ("voucher", "mine")}
"""What of the menu is offered beside a question that has no answer yet, by the service it is about."""


@dataclass(frozen=True)
class Meant:
    """`service` is one of intents.NAMES, "" where the words name none."""

    kind: Literal["not_yet", "unknown"]
    service: str = ""


def meant(text: str) -> Meant:
    """What the words are about. A question about a service is no wish for it: nothing is started."""
    hits = intents.match(text)
    for hit in hits:
        if hit.kind == "start" and hit.intent in NOT_YET:
            return Meant("not_yet", hit.intent)
    return Meant("unknown", hits[0].intent if hits else "")
