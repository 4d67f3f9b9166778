"""Urgent words: a fixed card with the number to call, in every state, before everything else."""

from __future__ import annotations

from pathlib import Path

from bot.capability import Capability
from dialogs.urgent import flow, service


def capability() -> Capability:
    """The urgent cards as the registry sees them."""
    return Capability(
        name="urgent", folder=Path(__file__).parent, flows=flow.FLOWS, interrupts=service.interrupts
    )
