"""A pack's own entries: they are checked, they tell what the pack's programme says, and at home they are what is meant."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from knowledge.answering import Answers
from knowledge.check import check
from knowledge.city import load_city
from knowledge.entries import Entry, Spot, load_corpus
from knowledge.problems import PackError
from knowledge.shelves import Shelves

HOUSE = files("knowledge")
PACK = HOUSE.joinpath("cities", "sample")
HERE = Spot("999901", "示例区（示例）")
DAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def own() -> dict[str, Entry]:
    return {entry.id: entry for entry in load_corpus(PACK.joinpath("corpus"), here=HERE)}


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Shelves((HOUSE.joinpath("corpus"), PACK.joinpath("corpus")), (), HERE).answers()


def test_what_they_tell_is_what_the_programme_says(own: dict[str, Entry]) -> None:
    """A change of the programme that the answers do not follow is found here."""
    city = load_city(PACK)
    programme = city.programmes["voucher"]
    for band in programme.bands:
        assert f"{band.amount_yuan}元，每轮{band.quota}张" in own["sample-voucher-amount"].answer
    days, most, kept = programme.valid_days, programme.extend_days, programme.reserve_until
    assert f"{days}天内用完" in own["sample-voucher-thirty-days"].answer
    assert f"前{programme.reminder_days[0]}天" in own["sample-voucher-thirty-days"].answer
    assert f"最多{most}天" in own["sample-voucher-extend"].answer
    assert f"公布后{kept}天" in own["sample-voucher-reserve"].answer
    taking = [place for place in city.places if "voucher" in place.accepting]
    assert f"收券的有{len(taking)}家" in own["sample-voucher-where"].answer
    for place in taking:
        name = place.name.removesuffix("（示例）")
        assert f"{name}，{place.months_from}到{place.months_to}个月" in own["sample-voucher-where"].answer
    hours = city.settings.service_hours
    assert f"{hours.opens.hour}点到{hours.closes.hour}点" in own["sample-voucher-help"].answer
    assert city.settings.staff_telephones[0].number in own["sample-voucher-help"].answer


def test_every_one_says_that_it_is_a_sample(own: dict[str, Entry]) -> None:
    assert len(own) >= 18
    assert [
        e.id for e in own.values() if not all("示例" in s.publisher + s.title for s in e.head.sources)
    ] == []


def test_at_home_every_one_is_what_its_question_means(own: dict[str, Entry], answers: Answers) -> None:
    for name, entry in own.items():
        reply = answers.answer(entry.head.question, HERE.code, DAY)
        assert (reply.kind, reply.entries[0].id) == ("answer", name), entry.head.question


def test_elsewhere_they_are_not_said_as_if_they_held_there(answers: Answers) -> None:
    reply = answers.answer("托育消费券一张多少钱", "610100", DAY)
    assert reply.entries[0].id == "xian-voucher-amount"


def test_here_is_nowhere_outside_a_pack(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    source = PACK.joinpath("corpus", "sample-voucher-what.md").read_text(encoding="utf-8")
    (tmp_path / "corpus" / "what.md").write_text(source, encoding="utf-8")
    with pytest.raises(PackError, match="本地 outside a city's pack"):
        load_corpus(tmp_path / "corpus")


def test_check_finds_what_is_wrong_in_a_pack(tmp_path: Path) -> None:
    shutil.copytree(str(PACK), tmp_path / "cities" / "sample")
    wrong = {
        "where": ("topic: voucher", "topic: nothing", "no nothing in wording.toml"),
        "what": ("- 券\n", "- 介绍下本区普惠托育消费券\n", "nearly the same twice"),
        "who": ("- 消费券资格\n", "- 西安券面值\n", "asks what"),
        "help": ("- 电话\n", "- 没抽到\n", "asks what"),
    }
    for name, (old, new, _) in wrong.items():
        path = tmp_path / "cities" / "sample" / "corpus" / f"sample-voucher-{name}.md"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    told = [str(problem) for problem in check(tmp_path)]
    for name, (_, _, says) in wrong.items():
        assert any(f"{name}.md" in line and says in line for line in told), (name, told)
