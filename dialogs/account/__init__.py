"""The account: one's things, on any device; what is kept, what was agreed to, what one is reminded of."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bot import homes as kept_homes
from bot.capability import Capability, Command, Job
from dialogs.account import flow, service, tables
from dialogs.account.service import consents, erasing, export, homes, note, switching
from knowledge.privacy import PrivacyNote

__all__ = ["capability", "tables"]


def capability(privacy: PrivacyNote) -> Capability:
    """The account as the registry sees it, with the district's privacy note."""
    return Capability(
        name="account",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        claims=partial(service.claims, note=privacy),
        does={
            "recover.place": service.recover_place,
            "recover.look": service.recover_look,
            "recover.open": service.recover_open,
            "join.place": service.recover_place,
            "join.look": service.join_look,
            "join.join": service.join_join,
        },
        actions={
            "consent.revoke": consents.revoke,
            "consent.revoke_now": consents.revoke_now,
            "consent.renew": partial(note.renew, note=privacy),
            "account.close_address": service.close_address,
            "account.export": export.give,
            "account.erase": erasing.sure,
            "account.erase_undo": erasing.stop,
            "account.erase_no": erasing.refused,
            "switch.now": switching.now,
            kept_homes.ASK.kind: homes.ask,
            kept_homes.KEEP.kind: homes.keep,
            kept_homes.NO: homes.refuse,
            homes.ANEW: homes.anew,
            kept_homes.FORGET: homes.forget,
        },
        timers={
            erasing.TIMER: erasing.happen,
            "account.forget": erasing.forget,
            switching.TIMER: switching.happen,
            **{kind.over: kind.ended for kind in (kept_homes.ASK, kept_homes.KEEP)},
        },
        jobs=(Job("account.forget", "50 3 * * *", erasing.tidy),),
        sheets={"privacy": partial(note.sheet, note=privacy)},
        arrives=partial(note.arrives, note=privacy),
        commands=(Command("status"), Command("settings"), Command("privacy")),
        my_things=service.my_things,
        join=service.join_rows,
        export=export.own,
        erase=erasing.own,
        revoked=homes.revoked,
        describes={"consent": consents.describe},
    )
