"""No conversation: in an emergency nothing is asked, and the form that is open stays as it is."""

from __future__ import annotations

from bot.flow.model import Flow

FLOWS: tuple[Flow, ...] = ()
