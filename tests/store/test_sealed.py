"""Keys are created once and kept; seals open where they belong and nowhere else; signatures hold."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.sealed import IDENTITY, RING, SIGNING, KeyLost, KeyRing, KeysUnusable, SealBroken

RING_OF_TWO = KeyRing({"00000001": b"1" * 32, "00000002": b"2" * 32}, b"i" * 32, b"s" * 32)


def test_keys_are_created_once_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "keys"
    first = KeyRing.open(folder)
    sealed = first.seal("你好".encode(), "inbox.payload")
    for name in (RING, IDENTITY, SIGNING):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    second = KeyRing.open(folder)
    assert second.unseal(sealed, "inbox.payload").decode() == "你好"
    assert (second.identity_key, second.signing_key) == (first.identity_key, first.signing_key)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert (
        len(
            {first.identity_key, first.signing_key, bytes.fromhex(json.loads(before[RING])["keys"][0]["key"])}
        )
        == 3
    )


def test_an_empty_folder_made_beforehand_is_filled(tmp_path: Path) -> None:
    assert KeyRing.open(tmp_path).seal(b"", "a")


@pytest.mark.parametrize("lost", [RING, IDENTITY, SIGNING])
def test_a_lost_file_is_never_replaced(tmp_path: Path, lost: str) -> None:
    KeyRing.open(tmp_path)
    (tmp_path / lost).unlink()
    with pytest.raises(KeysUnusable, match=lost):
        KeyRing.open(tmp_path)
    assert not (tmp_path / lost).exists()


@pytest.mark.parametrize("written", [0, 1, 2, 3])
def test_a_creation_cut_short_is_done_again(tmp_path: Path, written: int) -> None:
    KeyRing.open(tmp_path)
    for name in (RING, IDENTITY, SIGNING)[written:]:
        (tmp_path / name).unlink()
    (tmp_path / "keys.creating").touch()
    (tmp_path / "ring.part").write_text("half")
    ring = KeyRing.open(tmp_path)
    assert KeyRing.open(tmp_path).unseal(ring.seal(b"x", "a"), "a") == b"x"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (RING, "{"),
        (RING, "[]"),
        (RING, '{"keys": []}'),
        (RING, '{"keys": [{"id": "01", "key": "00"}]}'),
        (RING, json.dumps({"keys": [{"id": "xx000000", "key": "00" * 32}]})),
        (RING, '{"keys": 3}'),
        (RING, json.dumps({"keys": [{"id": "00000000", "key": "00" * 32}] * 2})),
        (IDENTITY, ""),
        (IDENTITY, "zz"),
        (SIGNING, "00" * 31),
        (SIGNING, "钥"),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, name: str, text: str) -> None:
    KeyRing.open(tmp_path)
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(KeysUnusable, match=re.escape(name)):
        KeyRing.open(tmp_path)


def test_a_folder_that_can_only_be_read_is_enough(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path)
    (tmp_path / "keys.lock").unlink()
    assert KeyRing.open(tmp_path).identity_key == ring.identity_key
    assert not (tmp_path / "keys.lock").exists()


def test_several_first_starts_make_one_set(tmp_path: Path) -> None:
    code = """import sys; from pathlib import Path; from bot.store.sealed import KeyRing
print(KeyRing.open(Path(sys.argv[1])).identity_key.hex())"""
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "keys")],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        for _ in range(3)
    ]
    assert len({start.communicate()[0] for start in starts}) == 1
    assert all(start.returncode == 0 for start in starts)


@given(st.binary(max_size=400), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_there_and_back(plain: bytes, about: str) -> None:
    sealed = RING_OF_TWO.seal(plain, about)
    assert RING_OF_TWO.unseal(sealed, about) == plain
    assert len(sealed) == len(plain) + 32
    assert RING_OF_TWO.seal(plain, about) != sealed
    assert len(plain) < 8 or plain not in sealed


@given(st.binary(max_size=40), st.data())
def test_one_bit_changed_never_opens(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(RING_OF_TWO.seal(plain, "a"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((SealBroken, KeyLost)):
        RING_OF_TWO.unseal(bytes(sealed), "a")


def test_a_value_moved_elsewhere_or_cut_does_not_open() -> None:
    sealed = RING_OF_TWO.seal(b"13800138000", "people.phone")
    for cut in range(len(sealed)):
        with pytest.raises(SealBroken):
            RING_OF_TWO.unseal(sealed[:cut], "people.phone")
    with pytest.raises(SealBroken, match=r"inbox\.payload"):
        RING_OF_TWO.unseal(sealed, "inbox.payload")


def test_the_newest_key_seals_and_all_open() -> None:
    old = KeyRing({"00000001": b"1" * 32}, b"i" * 32, b"s" * 32)
    new = KeyRing({"00000002": b"2" * 32}, b"i" * 32, b"s" * 32)
    assert RING_OF_TWO.unseal(old.seal(b"x", "a"), "a") == b"x"
    assert new.unseal(RING_OF_TWO.seal(b"x", "a"), "a") == b"x"
    with pytest.raises(KeyLost, match="00000001") as lost:
        new.unseal(old.seal(b"x", "a"), "a")
    assert lost.value.key_id == "00000001"
    with pytest.raises(KeysUnusable):
        KeyRing({}, b"i" * 32, b"s" * 32)


def test_an_error_tells_nothing_of_the_value() -> None:
    sealed = RING_OF_TWO.seal(b"secret words", "a")
    with pytest.raises(SealBroken) as broken:
        RING_OF_TWO.unseal(sealed[:-1] + b"?", "b")
    assert "secret" not in str(broken.value)
    assert sealed.hex() not in str(broken.value)


def test_programme_keys_are_fixed_apart_and_outlive_rotation() -> None:
    rotated = KeyRing({"00000009": b"9" * 32}, b"i" * 32, b"t" * 32)
    assert RING_OF_TWO.programme_key("sample") == rotated.programme_key("sample")
    keys = {RING_OF_TWO.programme_key(name) for name in ("", "sample", "sample2", "托育")}
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)
    # A known answer: another derivation would make every registered child a stranger.
    assert (
        RING_OF_TWO.programme_key("sample").hex()
        == "8903877c9e175ab84112c89bc139f4ae8503eb85cc5b9dca4f147a929bb0d03f"
    )


def test_signatures() -> None:
    sign, check = RING_OF_TWO.sign, RING_OF_TWO.check_sign
    signature = sign("award", 17, "accept")
    assert re.fullmatch(r"[A-Za-z0-9_-]{11}", signature)
    assert check(signature, "award", "17", "accept")
    others = [
        ("award", 17),
        ("award", 1, "7accept"),
        ("award17", "accept"),
        ("accept", 17, "award"),
        (),
        ("",),
        ("", ""),
    ]
    assert len({signature, *(sign(*parts) for parts in others)}) == len(others) + 1
    for wrong in ("", "钥匙", signature[:-1], signature + "A", signature.swapcase(), "\ud800"):
        assert not check(wrong, "award", 17, "accept")
    assert sign("award", 17, "accept") != KeyRing({"00000001": b"1" * 32}, b"i" * 32, b"t" * 32).sign(
        "award", 17, "accept"
    )
