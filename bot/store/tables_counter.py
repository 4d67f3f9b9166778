"""The table of who is at the counter's page (what is done with it: `bot.store.counter`)."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from bot.store.columns import big, key, refers


class CounterLogin(SQLModel, table=True):
    """Somebody of the staff at the counter's page: asked for in their chat, opened once, locked when idle, ended.

    Only keyed hashes of its code, PIN and cookie are kept. `visit` is the chat of the one person they see to now;
    what was said up to the outbox row `after` is out of sight.
    """

    __tablename__ = "counter_login"
    id: int | None = key()
    person_id: int = refers("person.id")
    staff_id: int = big()
    code_hash: str = Field(unique=True)
    pin_hash: str
    cookie_hash: str = ""
    created: int = big()
    opened: int | None = big(default=None)
    seen: int = big(default=0)
    locked: int = 0
    wrong: int = 0
    visit: str = ""
    after: int = big(default=0)
    ended: int | None = big(default=None)
