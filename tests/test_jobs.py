"""A job that raises is undone, staff are told, and everything else goes on."""

from __future__ import annotations

from pathlib import Path

from bot.capability import Capability, Job
from bot.clock import ms
from bot.turn import Turn
from tests.world import Given, World


def broken(turn: Turn) -> None:
    """Writes, then raises."""
    turn.audit("half.done", "job")
    raise ValueError("the job's own bug")


async def test_a_job_that_raises_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    done: list[int] = []
    jobs = (
        Job("broken", "0 4 * * *", broken),
        Job("sound", "0 5 * * *", lambda turn: done.append(ms(turn.now))),
    )
    capability = Capability("jobs", tmp_path / "texts", jobs=jobs)
    world = World(tmp_path, dialogs=Given((capability,)))
    await world.open()
    world.staff("boss", "admin")
    await world.forward(days=2)
    assert len(done) == 2
    assert [row["act"] for row in world.rows("SELECT act FROM audit WHERE act = 'half.done'")] == []
    assert "desk.failed_timer" in [key for message in world.shown_to("boss") for key in message.message.keys]
    world.close()
