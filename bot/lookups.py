"""What somebody looked for, kept for a while in the rows of the buttons that change it, and nowhere else.

Sealed, for it may say where they are. The next look-up empties it, and so does the end of its time.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.clock import ms
from bot.messages import Button
from bot.store.sealed import Unreadable
from bot.timers import Due
from bot.turn import Turn

_ABOUT = "action.payload"


@dataclass(frozen=True)
class LookUps:
    """The look-ups of a service: `kind` of their buttons, and how long they can be changed by these."""

    kind: str
    life: timedelta

    @property
    def over(self) -> str:
        """The kind of the timer that empties them."""
        return f"{self.kind}.over"

    def button(
        self,
        turn: Turn,
        label_key: str,
        kept: dict[str, Any],
        says: Mapping[str, Any] | None = None,
        **change: Any,
    ) -> Button:
        """A button with the look-up `kept` (as JSON) in its row; `change` stands plainly beside it. `says`: its label's values."""
        deadline = turn.now + self.life
        turn.timer(self.over, str(turn.who.id), deadline)
        sealed = base64.b64encode(turn.seal(json.dumps(kept), _ABOUT)).decode()
        return turn.action(
            self.kind, label_key, {"find": sealed, **change}, deadline=deadline, **(says or {})
        )

    def opened(self, turn: Turn, payload: dict[str, Any]) -> dict[str, Any] | None:
        """The look-up that a button changes; None where the key is gone."""
        try:
            kept: dict[str, Any] = json.loads(turn.unseal(base64.b64decode(payload["find"]), _ABOUT))
        except Unreadable:
            return None
        return kept

    def last(self, turn: Turn, within: timedelta) -> dict[str, Any] | None:
        """What the person looked for last, if it was not longer ago than that."""
        row = turn.db.one(
            "SELECT payload FROM action WHERE kind = :kind AND person_id = :person AND created >= :since"
            " ORDER BY id DESC LIMIT 1",
            kind=self.kind,
            person=turn.who.id,
            since=ms(turn.now - within),
        )
        return None if row is None else self.opened(turn, json.loads(row["payload"]))

    def newest(self, turn: Turn, within: timedelta) -> int:
        """A number that tells which of two look-ups came later; 0 where there was none in that time."""
        found = turn.db.value(
            "SELECT max(id) FROM action WHERE kind = :kind AND person_id = :person AND created >= :since",
            kind=self.kind,
            person=turn.who.id,
            since=ms(turn.now - within),
        )
        return int(found or 0)

    def forget(self, turn: Turn) -> None:
        """Empty the person's earlier look-up: only the last one can be changed."""
        turn.db.run(
            "DELETE FROM action WHERE kind = :kind AND person_id = :person",
            kind=self.kind,
            person=turn.who.id,
        )

    def ended(self, turn: Turn, _due: Due) -> None:
        """Empty all that nobody can change any more."""
        turn.db.run(
            "DELETE FROM action WHERE kind = :kind AND deadline <= :now", kind=self.kind, now=ms(turn.now)
        )
