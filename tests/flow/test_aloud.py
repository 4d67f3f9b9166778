"""What is read out on the telephone, or printed as a letter, asks nobody to tap, to send a word or to open a link."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from bot.texts import plain
from tests.flow.samples import CAPABILITIES, TEXTS
from tests.flow.values import BARE, OF_ONE_KEY, VALUES

PUSHES = {"push": 1, "letter": 1}
"""Calls that write to somebody who may have no chat, and where the key stands in them."""
BY_VARIABLE = (
    "voucher.result.unheard",
    "voucher.result.unseen",
    "voucher.withdrawn_by_other",
    "voucher.first.withdrawn_by_other",
    "voucher.restored_by_other",
    "voucher.left_to_you",
    "voucher.extended",
    "voucher.restored_now",
    "voucher.show_reminder",
    "voucher.show_wanted",
    "voucher.show_locked",
    "voucher.paper_locked",
    "voucher.paper_seen",
)
"""Keys that such calls get from elsewhere."""
STAFF = re.compile(r"voucher\.(?:staff|two)\.|desk\.|staff\.refused|voucher\.link_left")
"""Written to staff in their own chat, or at once to whoever is chatting."""
ONLY_IN_CHAT = {
    "zh": re.compile(r"发「|点「|点一下|点下面|点不|点同意|按钮|二维码|链接|下面"),
    "en": re.compile(r"\bsend “|\btap\b|\bbutton|QR code|\blink\b|\bbelow\b", re.IGNORECASE),
}


def pushed() -> Iterator[str]:
    for folder in (capability.folder for capability in CAPABILITIES):
        for path in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    at = PUSHES.get(node.func.attr, 99)
                    key = node.args[at] if len(node.args) > at else None
                    for one in ast.walk(key) if key is not None else ():
                        if (
                            isinstance(one, ast.Constant)
                            and isinstance(one.value, str)
                            and TEXTS.has(one.value)
                        ):
                            yield one.value


KEYS = sorted({key for key in (*pushed(), *BY_VARIABLE) if not STAFF.match(key)})


def test_the_search_finds_what_is_pushed() -> None:
    assert len(KEYS) > 35
    assert {"voucher.result.won", "staff.answer_for_you"} <= set(KEYS)


@pytest.mark.parametrize("lang", ONLY_IN_CHAT)
def test_what_is_read_out_needs_no_chat(lang: str) -> None:
    found = []
    for key in KEYS:
        said = f"{key}_aloud" if TEXTS.has(f"{key}_aloud") else key
        for values in (VALUES, {**VALUES, **BARE}):
            words = plain(TEXTS.render(lang, said, {**values, **OF_ONE_KEY.get(key, {})}))
            if (one := ONLY_IN_CHAT[lang].search(words)) is not None:
                found.append((said, one[0]))
    assert found == []
