"""What people agreed to: one row for each purpose, given once, taken back at any time, never deleted."""

from __future__ import annotations

from bot.clock import ms
from bot.turn import Turn


def stands(turn: Turn, person: int, subject: int | None, purpose: str) -> bool:
    """A person's last word on a purpose: about this subject, or where there is none, about any."""
    rows = turn.db.all(
        "SELECT subject_id, revoked, given FROM consent WHERE person_id = :person AND purpose = :purpose",
        person=person,
        purpose=purpose,
    )
    own = [row for row in rows if subject is not None and row["subject_id"] == subject]
    given = max((int(row["given"]) for row in own or rows if row["revoked"] is None), default=None)
    taken = max((int(row["revoked"]) for row in own or rows if row["revoked"] is not None), default=-1)
    return given is not None and given > taken


def give(turn: Turn, subject: int, purpose: str, paper: str = "") -> None:
    """The person agrees now, to the words that stand now; what was given and stands is left. `paper`: a form's number."""
    if turn.db.value(
        "SELECT 1 FROM consent WHERE person_id = :person AND subject_id = :subject AND purpose = :purpose"
        " AND revoked IS NULL",
        person=turn.who.id,
        subject=subject,
        purpose=purpose,
    ):
        return
    turn.db.run(
        "INSERT INTO consent (person_id, subject_id, purpose, wording, paper, given) VALUES (:person, :subject, :purpose,"
        " :wording, :paper, :now)",
        person=turn.who.id,
        subject=subject,
        purpose=purpose,
        wording=turn.ground.wording,
        paper=paper,
        now=ms(turn.now),
    )
