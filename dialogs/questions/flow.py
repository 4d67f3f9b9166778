"""No conversation: a question gets its answer in one message, and the form that is open stays as it is."""

from __future__ import annotations

from bot.flow.model import Flow

FLOWS: tuple[Flow, ...] = ()
