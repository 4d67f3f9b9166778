"""Keys are exchanged while the bot serves, taken out when nothing needs them, and missed before anything is served."""

from __future__ import annotations

import json
import shutil
from itertools import islice
from pathlib import Path

import pytest

from bot.assembly import open_house
from bot.cli import keeping
from bot.cli.errors import Unusable
from bot.clock import SystemClock
from bot.store import keyring
from bot.store.sealed import RING, KeyRing, KeysUnusable, add_key
from tests.dialogs.voucher.district import District
from tests.world import World


def ring_of(world: World) -> list[str]:
    return [one["id"] for one in json.loads((world.settings.keys / RING).read_text())["keys"]]


async def test_a_rotation_while_people_talk(tmp_path: Path, migrated_url: str) -> None:
    """A new key at once for what is new, the old ones exchanged in chunks, cut short and gone on with, then taken out."""
    town = await District.make(tmp_path, url=migrated_url)
    await town.apply("mama")
    await town.say("mama", "我的券")
    mine, (old,) = town.last("mama").text, ring_of(town)
    with pytest.raises(Unusable, match=f"{old} still closes"):
        keeping.retire(town.settings, old)
    first = next(iter(keeping.rotate(town.settings)))  # and no further: the process ended here
    old_again, new = ring_of(town)
    assert (old_again, first.split()[0]) == (old, new)
    await town.says("papa", "voucher", "2025-05-01")
    blob = town.rows("SELECT state FROM conversation ORDER BY updated DESC, address_id DESC")[0]["state"]
    assert bytes(blob)[:4].hex() == new, "a running bot seals with it at once"
    columns = keyring.sealed_columns(town.house.store)
    assert {("desk_case", "case.words"), ("subject", "subject.name")} < {
        (one.table, one.about) for one in columns
    }
    some = list(islice(keyring.reseal(town.house.store, town.house.ground.keys, chunk=2), 2))
    assert all(done for _, done, _ in some)
    lines = list(keeping.reseal(town.settings))
    assert lines[-1].startswith("nothing needs an older key")
    assert not any("do not open" in line for line in lines), (
        "a column is sealed about something it does not say"
    )
    assert f"{old}\t" in "\n".join(
        line for line in keeping.keys_status(town.settings) if "can be retired" in line
    )
    keeping.retire(town.settings, old)
    assert ring_of(town) == [new]
    with pytest.raises(Unusable, match=f"{new} still closes"):
        keeping.retire(town.settings, new)
    with pytest.raises(KeysUnusable, match="is not an older key"):
        keeping.retire(town.settings, old)
    await town.restart()
    await town.say("mama", "我的券")
    assert town.last("mama").text == mine
    assert [row["act"] for row in town.rows("SELECT act FROM audit WHERE act LIKE 'keys%' ORDER BY id")] == [
        "keys.rotated",
        "keys.retired",
    ]
    town.close()


async def test_a_ring_that_vanishes_or_is_another_s_is_named(world: World, tmp_path: Path) -> None:
    """The running bot goes on with the keys in its memory; /readyz names them."""
    await world.say("mama", "你好")
    ring = world.settings.keys / RING
    ring.rename(tmp_path / "away")
    await world.say("mama", "你好")
    assert "ring.json" in world.house.keys_trouble
    KeyRing.open(tmp_path / "strange")
    shutil.copy(tmp_path / "strange" / RING, ring)
    await world.say("mama", "你好")
    assert "other keys than at the start" in world.house.keys_trouble
    (tmp_path / "away").rename(ring)
    await world.say("mama", "你好")
    assert world.house.keys_trouble == ""
    assert "common.failed" not in world.keys("mama")


@pytest.mark.parametrize("file", ["identity.key", "signing.key", RING])
async def test_a_changed_key_is_said_before_anything_is_served(
    world: World, tmp_path: Path, file: str
) -> None:
    KeyRing.open(tmp_path / "strange")
    before = ring_of(world)[0]
    shutil.copy(tmp_path / "strange" / file, world.settings.keys / file)
    with pytest.raises(
        KeysUnusable, match=f"lacks the key {before}" if file == RING else file.replace(".", r"\.")
    ):
        open_house(world.settings, SystemClock())
    said = keeping.adopt(world.settings, lost=False)
    assert "nothing was changed" in said[-1]
    with pytest.raises(KeysUnusable):
        open_house(world.settings, SystemClock())
    keeping.adopt(world.settings, lost=True)
    open_house(world.settings, SystemClock()).store.close()


async def test_a_database_of_the_first_version_learns_its_keys(world: World, tmp_path: Path) -> None:
    """It knew no fingerprints: what is sealed in it says which key it needs."""
    await world.say("mama", "你好")
    world.house.store.write(lambda db: db.run("DELETE FROM setting WHERE key = 'keys'"))
    right = World(tmp_path / "x", world.settings.url).settings.model_copy(
        update={"keys": tmp_path / "strange"}
    )
    with pytest.raises(KeysUnusable, match="not the keys of this database"):
        open_house(right, SystemClock())
    open_house(world.settings, SystemClock()).store.close()
    assert keyring.known(world.house.store) == world.house.ground.keys.fingerprints()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(KeysUnusable, match="no keys can be made here"):
        KeyRing.open(tmp_path / "keys" / "deeper")
    with pytest.raises(KeysUnusable):
        add_key(tmp_path / "nowhere")
