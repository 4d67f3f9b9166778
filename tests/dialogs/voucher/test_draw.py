"""The draw: against an independent re-implementation, known answers, its properties, and tampered documents."""

import copy
import hashlib
import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.voucher import draw

SECRET = bytes(range(32))
ROUND = "sample-2026-12"
ENTRIES = [
    ("0-12", "300000001"),
    ("13-24", "200000002"),
    ("13-24", "200000010"),
    ("13-24", "900000003"),
    ("25-", "100000004"),
]
QUOTAS = {"0-12": 1, "13-24": 2, "25-": 5}

words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
lists = st.lists(
    st.tuples(st.sampled_from(["0-12", "13-24", "25-", "二十五"]), words),
    max_size=30,
    unique_by=lambda pair: pair[1],
)


def by_hand(document: dict[str, Any]) -> dict[str, list[str]]:
    """The order of every band, written from the published rule: HMAC from RFC 2104's blocks, a loop of minima."""
    text = document["round"].join(["doorstep-draw/1\n", "\n"]) + document["secret"] + "\n"
    text += hashlib.new("sha256", bytes(document["list"], "utf-8")).hexdigest() + "\n"
    text += (document["public_value"] or "-") + "\n"
    block = hashlib.new("sha256", bytes(text, "utf-8")).digest() + bytes(32)
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
    places: dict[str, dict[int, str]] = {}
    for row in document["list"].splitlines():
        band, ticket = row.split("\t")
        first, second = inner.copy(), outer.copy()
        first.update(bytes(band + "\n" + ticket, "utf-8"))
        second.update(first.digest())
        places.setdefault(band, {})[int.from_bytes(second.digest(), "big")] = ticket
    drawn: dict[str, list[str]] = {}
    for band, numbers in places.items():
        drawn[band] = []
        while numbers:
            drawn[band].append(numbers.pop(min(numbers)))
    return drawn


def published(
    entries: list[tuple[str, str]], value: str | None = None, secret: bytes = SECRET
) -> dict[str, Any]:
    listed = draw.list_lines(entries)
    quotas = QUOTAS | {"二十五": 3}
    return {
        "round": ROUND,
        "programme_hash": "0" * 64,
        "commitment": draw.commitment(secret),
        "list_hash": draw.list_hash(listed),
        "list": listed.decode(),
        "secret": secret.hex(),
        "public_value": value,
        "bands": draw.run(ROUND, secret, entries, quotas, value),
    }


def test_known_answer() -> None:
    # Computed once with openssl and sort; a change of any byte of the format shows here.
    document = published(ENTRIES)
    assert document["list"] == (
        "0-12\t300000001\n13-24\t200000002\n13-24\t200000010\n13-24\t900000003\n25-\t100000004\n"
    )
    assert document["commitment"] == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
    assert document["list_hash"] == "2f7c296474e63562a0d6c3d07ab8146a3312bd7513d981abe1686086095495ba"
    assert (
        draw.seed(ROUND, SECRET, document["list_hash"], None).hex()
        == "0f7b4640ee5db3be4221304b287611f60cd4a499b893a0515929ed62f5ef6ca1"
    )
    assert (
        draw.seed(ROUND, SECRET, document["list_hash"], "3391.88").hex()
        == "374e3764ce46fa278bb1b0fd10197ce7155b0139b3771258acadbed5eefc06be"
    )
    assert document["bands"]["13-24"] == {"quota": 2, "order": ["200000010", "900000003", "200000002"]}


@given(lists, st.none() | words.filter(lambda value: value != "-"), st.binary(min_size=32, max_size=32))
def test_independent_implementation_agrees(
    entries: list[tuple[str, str]], value: str | None, secret: bytes
) -> None:
    document = published(entries, value, secret)
    orders = {band: result["order"] for band, result in document["bands"].items() if result["order"]}
    assert by_hand(document) == orders
    assert draw.verify(json.loads(json.dumps(document))) == []


@given(lists, st.randoms(use_true_random=False))
def test_the_order_of_applying_does_not_matter(entries: list[tuple[str, str]], rng: random.Random) -> None:
    shuffled = rng.sample(entries, len(entries))
    assert published(shuffled) == published(entries)


@given(lists.filter(bool), st.data())
def test_one_ticket_more_or_less_changes_the_hash(
    entries: list[tuple[str, str]], data: st.DataObject
) -> None:
    gone = data.draw(st.integers(0, len(entries) - 1))
    fewer = entries[:gone] + entries[gone + 1 :]
    assert draw.list_hash(draw.list_lines(fewer)) != draw.list_hash(draw.list_lines(entries))


def test_every_ingredient_moves_the_seed() -> None:
    seeds = [
        draw.seed(ROUND, SECRET, "ab", None),
        draw.seed(ROUND + "b", SECRET, "ab", None),
        draw.seed(ROUND, SECRET[::-1], "ab", None),
        draw.seed(ROUND, SECRET, "ac", None),
        draw.seed(ROUND, SECRET, "ab", "7"),
    ]
    assert len(set(seeds)) == len(seeds)


def test_bytewise_not_by_code_unit_or_locale() -> None:
    listed = draw.list_lines([("b", "é"), ("b", "z"), ("B", "a"), ("b", "\U0001f600"), ("b", "\uffee")])
    assert listed.decode().split("\n")[:-1] == ["B\ta", "b\tz", "b\té", "b\t\uffee", "b\t\U0001f600"]


def test_chances_are_even() -> None:
    entries = [("25-", f"{number}") for number in range(10)]
    first = [0] * 10
    for number in range(500):
        bands = draw.run(f"round-{number}", SECRET, entries, {"25-": 1})
        first[int(bands["25-"]["order"][0])] += 1
    assert all(20 <= count <= 85 for count in first), first


@pytest.mark.parametrize(
    "entries",
    [
        [("a", "1"), ("b", "1")],
        [("a\t", "1")],
        [("a", "1\n2")],
        [("", "1")],
        [("a", "")],
        [("a", "\ud800")],
        [("a", "1\u2028")],
    ],
)
def test_a_list_that_could_be_read_two_ways_is_refused(entries: list[tuple[str, str]]) -> None:
    with pytest.raises(draw.DrawError):
        draw.list_lines(entries)


def test_wrong_ingredients_are_refused() -> None:
    with pytest.raises(draw.DrawError):
        draw.commitment(b"short")
    for value in ("-", "", "1\n2"):
        with pytest.raises(draw.DrawError):
            draw.seed(ROUND, SECRET, "ab", value)
    with pytest.raises(draw.DrawError):
        draw.run(ROUND, SECRET, [("unknown", "1")], QUOTAS)


def broken(**changes: object) -> dict[str, Any]:
    return copy.deepcopy(published(ENTRIES)) | changes


@pytest.mark.parametrize(
    ("document", "word"),
    [
        (broken(secret=SECRET[::-1].hex()), "commitment"),
        (broken(secret="zz"), "hex"),
        (broken(secret=SECRET.hex().upper()), "lower-case"),
        (broken(secret="00"), "bytes"),
        (broken(commitment=None), "commitment"),
        (broken(list_hash="0" * 64), "list_hash"),
        (broken(list_hash=None), "list_hash"),
        (broken(list="25-\t100000004\n0-12\t300000001\n"), "sorted"),
        (broken(list="25-\t1\n25-\t1\n"), "twice"),
        (broken(list="nonsense"), "line feed"),
        (broken(list="nonsense\n"), "line 1"),
        (broken(list="\ud800"), "valid text"),
        (broken(public_value="7"), "place"),
        (broken(public_value=7), "public_value"),
        (broken(bands={}), "no result"),
        (broken(bands=None), "bands"),
        (broken(bands={"a": {"quota": True, "order": None}}), "quota"),
        (broken(bands={"a": {"quota": 1, "order": "x"}}), "order"),
        (broken(secret=None), "not drawn yet"),
        (broken(list=None, list_hash=None, secret=None), "not drawn yet"),
        (broken(round="another"), "place"),
        ({}, "missing"),
        ([], "object"),
        (None, "object"),
    ],
)
def test_tampering_is_named(document: Any, word: str) -> None:
    problems = draw.verify(document)
    assert any(word in problem for problem in problems), problems


def test_two_places_exchanged_and_a_ticket_left_out_are_named() -> None:
    document = broken()
    drawn = document["bands"]["13-24"]["order"]
    drawn[0], drawn[1] = drawn[1], drawn[0]
    assert draw.verify(document) == [f"band 13-24: place 1 is published as {drawn[0]}, drawn is {drawn[1]}"]
    document = broken()
    document["bands"]["13-24"]["order"].pop()
    assert draw.verify(document) == ["band 13-24: 2 tickets are published, 3 are on the list"]
    document["bands"]["13-24"]["order"] = None
    assert draw.verify(document) == ["band 13-24: the order is not published"]


def test_the_file_runs_alone_as_verifier(tmp_path: Path) -> None:
    script, good, bad = tmp_path / "verifier.py", tmp_path / "good.json", tmp_path / "bad.json"
    script.write_text(Path(draw.__file__).read_text("utf-8"), "utf-8")
    good.write_text(json.dumps(broken()), "utf-8")
    bad.write_text(json.dumps(broken(public_value="9")), "utf-8")
    run = [sys.executable, "-I", "-S", str(script)]
    assert subprocess.run([*run, str(good)], capture_output=True).returncode == 0
    assert subprocess.run([*run, str(bad)], capture_output=True).returncode == 1
    assert subprocess.run([*run, str(tmp_path / "none")], capture_output=True).returncode == 2
    assert subprocess.run(run, capture_output=True).returncode == 2


def test_a_whole_city_is_drawn_in_two_seconds() -> None:
    entries = [("13-24", f"{number:09}") for number in range(130_000)]
    began = time.process_time()
    bands = draw.run(ROUND, SECRET, entries, {"13-24": 800})
    assert time.process_time() - began < 2
    assert len(set(bands["13-24"]["order"])) == 130_000
