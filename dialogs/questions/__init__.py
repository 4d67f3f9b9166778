"""Questions: for now the honest "I don't know", with a person; and one line for a service that does not stand yet."""

from __future__ import annotations

from pathlib import Path

from bot.capability import Capability
from dialogs.questions import flow, service


def capability() -> Capability:
    """Questions as the registry sees them; they belong at the end of the routing order."""
    return Capability(name="questions", folder=Path(__file__).parent, flows=flow.FLOWS, claims=service.claims)
