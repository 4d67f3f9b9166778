"""A district for the voucher's tests: the world with its own pack, families that apply, numbers that are nobody's."""

from __future__ import annotations

import hashlib
import hmac
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from stdnum.cn import ric

from bot.channels.terminal import NAME, Act, Shown
from bot.messages import Inbound, Place
from bot.turn import Turn
from dialogs.voucher.service import drawing, public
from tests.world import START, World

BORN = "2025-05-01"
"""18 completed months at START: the band m13-24, taken by three places of the sample pack."""
PHONE = "13800138000"
PROGRAMME = "programmes/voucher.yaml"


def id18(born: str = BORN, serial: int = 1, area: str = "999901") -> str:
    """A number with a correct check digit and a place that does not exist."""
    body = f"{area}{born.replace('-', '')}{serial:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def wrong_check(number: str) -> str:
    """The same with another last character."""
    return number[:17] + ("1" if number[17] != "1" else "2")


def certificate(serial: int = 1) -> str:
    """A birth certificate's number: a letter and nine digits."""
    return f"T{999000000 + serial}"


def write_pack(
    data_dir: Path, pack: str, city: dict[str, Any] | None = None, places: str = "", **programme: Any
) -> None:
    """A pack under `data_dir`: the sample's, with some of its programme (or city.yaml, or places.csv) changed."""
    sample = files("knowledge").joinpath("cities", "sample")
    folder = data_dir / "content" / "cities" / pack
    (folder / "programmes").mkdir(parents=True, exist_ok=True)
    for name, changes in (("city.yaml", city or {}), (PROGRAMME, programme)):
        tree = yaml.safe_load(sample.joinpath(name).read_text("utf-8"))
        (folder / name).write_text(yaml.safe_dump({**tree, **changes}, allow_unicode=True), "utf-8")
    (folder / "places.csv").write_text(places or sample.joinpath("places.csv").read_text("utf-8"), "utf-8")


def bands(*quotas: int) -> list[dict[str, Any]]:
    """The sample's bands with other quotas."""
    tree = yaml.safe_load(files("knowledge").joinpath("cities", "sample", PROGRAMME).read_text("utf-8"))
    return [{**band, "quota": quota} for band, quota in zip(tree["bands"], quotas, strict=True)]


class District(World):
    """A world whose people apply for vouchers."""

    @classmethod
    async def make(
        cls,
        folder: Path,
        empty: Path | None = None,
        url: str = "",
        at: str = START,
        city: dict[str, Any] | None = None,
        places: str = "",
        **programme: Any,
    ) -> District:
        """A district open at `at`. With changes to the sample's programme it has a pack of its own, named own."""
        if empty is not None and not url:
            shutil.copy(empty, folder / "world.db")
        own: dict[str, Any] = {}
        if programme or city or places:
            write_pack(folder / "data", "own", city, places, **programme)
            own["city"] = "own"
        made = cls(folder, url, at, **own)
        await made.open()
        return made

    # -- families ------------------------------------------------------------------------------------------------

    async def says(self, who: str, *texts: str) -> list[Shown]:
        """Say one thing after another; what was shown after the last."""
        shown: list[Shown] = []
        for text in texts:
            shown = await self.say(who, text)
        return shown

    async def apply(
        self,
        who: str,
        born: str = BORN,
        *,
        relation: str = "1",
        name: str = "小宇",
        document: str = "",
        phone: str = PHONE,
    ) -> dict[str, Any]:
        """The whole way of somebody's first application. Returns the ticket's row."""
        await self.says(who, "voucher", born, relation, "同意", name, document or id18(born), phone, "1")
        assert "voucher.receipt" in self.keys(who)[-4:], (self.keys(who)[-6:], self.last(who).text)
        return self.tickets()[-1]

    async def withdraw(self, who: str) -> None:
        await self.say(who, "我的券")
        await self.press(who, "撤回申请")

    async def win(self, who: str, **how: Any) -> str:
        """Apply in the sample's first round and wait for the results; the code, twelve digits."""
        await self.apply(who, **how)
        await self.to("2027-01-01T12:00")
        return self.code(who)

    def code(self, who: str) -> str:
        """The code of this person's newest voucher, as they were told it."""
        row = self.rows(
            "SELECT v.code FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id JOIN address a"
            " ON a.person_id = t.person_id WHERE a.chat = :who ORDER BY v.id DESC LIMIT 1",
            who=who,
        )[0]
        return self.house.ground.keys.unseal(bytes(row["code"]), "voucher.code").decode()

    async def arm(self, *admins: str) -> None:
        """One admin asks that the programme be armed, the next one confirms."""
        for name in admins:
            self.staff(name, "admin")
        for name in admins:
            await self.say(name, "启用 voucher")

    async def do_press(self, who: str, button: str) -> list[Shown]:
        """Press a button by its id, whoever it was shown to."""
        return await self.do(Act(who, press=button))

    async def contact_of_another(self, who: str, phone: str) -> list[Shown]:
        """Somebody shares the contact of somebody else."""
        shared = Inbound(Place(NAME, who), f"contact-{who}-{phone}", phone=phone, phone_is_own=False)
        await self.house.hear(shared)
        return await self.say(who, "重复")

    def asked(self, who: str, since: int = 0) -> list[str]:
        """The questions this person was asked, without the summary; `since` counts text keys to pass over."""
        steps = [key.split(".")[1] for key in self.keys(who)[since:] if key.endswith(".ask")]
        return [step for step in steps if step != "summary"]

    # -- what there is -------------------------------------------------------------------------------------------

    def tickets(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM voucher_ticket ORDER BY id")

    def round(self, name: str = "2026-12") -> dict[str, Any]:
        return self.rows("SELECT * FROM voucher_round WHERE name = :name", name=name)[0]

    def cases(self) -> list[str]:
        return [row["kind"] for row in self.rows("SELECT kind FROM desk_case ORDER BY id")]

    def vouchers(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM voucher ORDER BY id")

    def person(self, who: str) -> int:
        return int(self.rows("SELECT person_id FROM address WHERE chat = :who", who=who)[0]["person_id"])

    def document(self, name: str = "2026-12") -> dict[str, Any] | None:
        return self.house.store.read(lambda db: public.document(self.house.ground.keys, db, name))

    def enter_value(self, name: str, value: str) -> str:
        return self.house.store.write(
            lambda db: drawing.enter_value(Turn(self.house.ground, db, self.now), name, value)
        )

    def told(self, who: str, key: str) -> list[Shown]:
        """Every message of this person that holds this text key."""
        return [shown for shown in self.shown_to(who) if key in shown.message.keys]


def drawn_order(document: dict[str, Any]) -> dict[str, list[str]]:
    """Each band's order, computed anew from what is published; shares no line with the service."""
    public = document["public_value"] if document["public_value"] is not None else "-"
    text = "\n".join(
        [
            "doorstep-draw/1",
            document["round"],
            document["secret"],
            hashlib.sha256(document["list"].encode("utf-8")).hexdigest(),
            public,
            "",
        ]
    )
    seed = hashlib.sha256(text.encode("utf-8")).digest()
    found: dict[str, list[tuple[bytes, str]]] = {}
    for line in document["list"].split("\n")[:-1]:
        band, ticket = line.split("\t")
        key = hmac.new(seed, f"{band}\n{ticket}".encode(), hashlib.sha256).digest()
        found.setdefault(band, []).append((key, ticket))
    return {band: [ticket for _, ticket in sorted(pairs)] for band, pairs in found.items()}


__all__ = [
    "BORN",
    "PHONE",
    "District",
    "bands",
    "certificate",
    "drawn_order",
    "id18",
    "write_pack",
    "wrong_check",
]
