"""`doorstep city load DIR`: places, landmarks and the other files of a pack take the place of those that stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.capability import OperatorCommand
from bot.turn import Turn
from knowledge.city import City
from knowledge.comparing import compared
from knowledge.loading import Coming, prepared, put

DRY = "--dry-run"


def commands(city: City) -> dict[str, OperatorCommand]:
    """What the command line offers."""
    return {
        "city load": OperatorCommand(
            lambda turn, values: load(turn, values, city),
            ("DIR", f"[{DRY}]"),
            "Take places (CSV or GeoJSON) and the other files of a pack from a folder, after showing what changes.",
        )
    }


def load(turn: Turn, values: Sequence[str], city: City) -> str:
    """Show what changes, and do it. Raises PackError for a folder that cannot be used, ValueError for wrong words."""
    folders = [one for one in values if one != DRY]
    if len(folders) != 1:
        raise ValueError(f"wanted: doorstep city load DIR [{DRY}]")
    content = turn.ground.settings.data_dir / "content"
    coming = prepared(Path(folders[0]), city, content)
    lines = [*compared(coming), *_standing(turn, coming)]
    if DRY in values:
        return "\n".join([*lines, "nothing was changed"])
    turn.audit(
        "city.loaded", f"city:{coming.pack}", by="operator", files=len(coming.files), gone=len(coming.gone)
    )
    lines.append(f"loaded into {put(coming, content)}")
    if coming.pack != city.pack:
        lines.append(f"{coming.pack} is not the home pack: DOORSTEP_CITY={coming.pack} makes it so")
    lines.append("a bot that runs takes it up at its next start: restart it now")
    return "\n".join(lines)


def _standing(turn: Turn, coming: Coming) -> list[str]:
    """What is still to happen at places that go: it stands, and somebody has to see to it."""
    if turn.everyone is None:
        return []
    counts = {place: turn.everyone.stands_at(turn, place) for place in coming.gone}
    return [
        f"look: {count} bookings stand at {place}; they are kept -- tell their families, or load the place again"
        for place, count in counts.items()
        if count
    ]
