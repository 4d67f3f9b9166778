"""The privacy note is data: shown in the chat and as a page, and asked about anew when it changes something."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from bot.store.session import Db
from knowledge.check import check
from knowledge.privacy import lacking, load_privacy
from knowledge.problems import PackError
from tests.world import World, invented

SAMPLE = Path(str(files("knowledge").joinpath("cities", "sample")))


def own(folder: Path, text: str) -> Path:
    """A pack's folder with this privacy.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "privacy.yaml").write_text(text, "utf-8")
    return folder


async def test_it_says_who_is_responsible_what_is_kept_and_until_when(world: World) -> None:
    note = load_privacy(SAMPLE)
    await world.say("mama", "隐私")
    said = world.shown_to("mama")[0].text
    assert note.responsible in said
    assert note.telephone in said
    assert note.version in said
    for kept in note.kept:
        assert kept.what in said
        assert kept.purpose in said
        assert kept.until in said
    assert note.seen_by in said
    assert "示例" in note.responsible, "the sample says that it is one"


async def test_a_consent_keeps_the_version_of_the_note_it_was_given_to(world: World) -> None:
    await world.say("mama", "voucher")
    for text in ("2025-05-01", "1", "同意", "小宇", invented(date(2025, 5, 1)), "13800138000", "1"):
        await world.say("mama", text)
    given = {row["wording"] for row in world.rows("SELECT wording FROM consent")}
    assert given == {load_privacy(SAMPLE).version}


@pytest.mark.parametrize("lang", ["zh", "zh-Hant", "en"])
async def test_the_page_says_the_same_in_every_language(world: World, lang: str) -> None:
    title, words = world.house.registry.sheets["privacy"](world.house.ground, lang)
    note = load_privacy(SAMPLE)
    said = {"zh": note.responsible, "zh-Hant": "示例區民生服務科", "en": note.responsible_en}[lang]
    assert said in words
    assert title not in words
    assert note.version in words


def test_a_district_without_a_responsible_office_is_warned(tmp_path: Path) -> None:
    pack = own(tmp_path / "cities" / "own", 'telephone: "000-1"\n')
    assert "responsible is empty" in str(lacking(pack)[0])
    shutil.copytree(SAMPLE, pack, dirs_exist_ok=True)
    (pack / "privacy.yaml").unlink()
    assert ["responsible is empty" in str(problem) for problem in check(tmp_path)] == [True]
    own(pack, "responsible: 某某区民政局\nresponsible_en: Office\n")
    assert check(tmp_path) == []
    assert lacking(SAMPLE) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('change: material\nchanged: ""\n', "a material change wants changed"),
        ("responsibel: x\n", "responsibel"),
        ("version: soon\n", "version"),
        ("kept: []\n", "kept"),
        ("- a\n", "not a mapping"),
    ],
)
def test_a_note_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(PackError) as why:
        load_privacy(own(tmp_path / "own", text))
    (problem,) = why.value.problems
    assert reason in str(problem)
    assert "privacy.yaml:1" in str(problem)


NEW = 'version: "2027-01"\nsince: "2027-01-05"\nchange: {change}\nchanged: 新增了照片\nchanged_en: pictures are new\n'


async def changed(world: World, folder: Path, change: str) -> World:
    """The same district after a new note; somebody in it has agreed to the first."""
    await world.say("mama", "你好")

    def agreed(db: Db) -> None:
        for wording in ("2026-11", "2026-11"):
            db.run(
                "INSERT INTO consent (person_id, purpose, wording, given) VALUES (1, 'basic', :wording, 5)",
                wording=wording,
            )

    world.house.store.write(agreed)
    world.close()
    own(folder / "data" / "content" / "cities" / "sample", NEW.format(change=change))
    from dialogs import _home  # noqa: PLC0415  what a new process would read anew

    _home.cache_clear()
    after = await World(folder, at="2027-01-06T09:00:00+08:00").open()
    _home.cache_clear()
    return after


async def test_a_material_change_is_told_and_asked_at_the_next_visit(world: World, tmp_path: Path) -> None:
    later = await changed(world, tmp_path, "material")
    await later.say("mama", "你好")
    assert later.keys("mama")[-1] == "account.note_changed"
    assert "新增了照片" in later.last("mama").text
    await later.say("mama", "菜单")
    assert later.keys("mama")[-1] == "common.menu", "once a visit is enough"
    await later.press("mama", "同意新的说明")
    assert later.keys("mama")[-1] == "account.renewed"
    assert [r["wording"] for r in later.rows("SELECT wording FROM consent ORDER BY id")][-1] == "2027-01"
    await later.forward(hours=3)
    await later.say("mama", "你好")
    assert later.keys("mama")[-1] == "common.menu"
    await later.say("mama", "隐私")
    assert later.keys("mama").count("account.consent") == 1, (
        "one line for one purpose, however often it was given"
    )
    await later.press("mama", "撤回：基本信息")
    await later.press("mama", "确定撤回")
    assert later.rows("SELECT id FROM consent WHERE revoked IS NULL") == []
    later.close()


async def test_a_change_of_words_is_told_to_nobody(world: World, tmp_path: Path) -> None:
    later = await changed(world, tmp_path, "wording")
    await later.say("mama", "你好")
    assert "account.note_changed" not in later.keys("mama")
    later.close()
