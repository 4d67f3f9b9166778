"""The pictures in the READMEs show the flows as they are.

    python -m tests.flow.test_diagrams      draws them anew

A picture stands between <!-- diagram FLOW --> and <!-- end -->, or as the Mermaid block under a heading ## `FLOW`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.capability import Capability
from bot.flow.diagram import mermaid
from bot.flow.model import Flow
from tests.flow.samples import CAPABILITIES, FLOWS

MARKED = re.compile(
    r"(?P<head><!-- diagram (?P<flow>\w+) -->\n)(?P<picture>.*?)(?P<tail><!-- end -->)", re.DOTALL
)
HEADED = re.compile(
    r"(?P<head>^#+ `(?P<flow>\w+)`\n\n)(?P<picture>```mermaid\n.*?\n```\n)(?P<tail>)",
    re.DOTALL | re.MULTILINE,
)
WITH_FLOWS = [capability for capability in CAPABILITIES if capability.flows]


def readme(capability: Capability) -> Path:
    return capability.folder / "README.md"


def picture(flow: Flow) -> str:
    return f"```mermaid\n{mermaid(flow)}\n```\n"


def drawn(page: str) -> dict[str, str]:
    """The pictures of a page by flow."""
    return {found["flow"]: found["picture"] for form in (MARKED, HEADED) for found in form.finditer(page)}


def redrawn(page: str) -> str:
    """The page with every picture as it should be. Raises KeyError for a flow that does not exist."""

    def anew(found: re.Match[str]) -> str:
        return found["head"] + picture(FLOWS[found["flow"]]) + found["tail"]

    return HEADED.sub(anew, MARKED.sub(anew, page))


@pytest.mark.parametrize("capability", WITH_FLOWS, ids=lambda capability: capability.name)
def test_the_pictures_are_current(capability: Capability) -> None:
    page = readme(capability).read_text(encoding="utf-8")
    assert redrawn(page) == page, "python -m tests.flow.test_diagrams draws them anew"


@pytest.mark.parametrize("capability", WITH_FLOWS, ids=lambda capability: capability.name)
def test_every_flow_is_drawn_beside_its_code(capability: Capability) -> None:
    shown = drawn(readme(capability).read_text(encoding="utf-8"))
    assert set(shown) == {flow.name for flow in capability.flows}
    assert all(shown.values())


def test_an_old_picture_is_noticed_in_both_forms() -> None:
    name, flow = next(iter(FLOWS.items()))
    now = picture(flow)
    old = now.replace("-->", "==>")
    for page in (
        f"# X\n\n<!-- diagram {name} -->\nPICTURE<!-- end -->\nrest\n",
        f"# X\n\n## `{name}`\n\nPICTURE\nrest\n",
    ):
        assert redrawn(page.replace("PICTURE", old)) == page.replace("PICTURE", now)
    assert redrawn(f"<!-- diagram {name} -->\n<!-- end -->") == f"<!-- diagram {name} -->\n{now}<!-- end -->"


def write() -> None:
    """Draw every picture anew."""
    for capability in WITH_FLOWS:
        path = readme(capability)
        path.write_text(redrawn(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
