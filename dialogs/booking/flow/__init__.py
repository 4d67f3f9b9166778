"""The conversations of temporary care: the booking (book.py), another time for it (change.py), and what is told about a child
(child.py)."""

from bot.flow.model import Flow
from dialogs.booking.flow.book import BOOK
from dialogs.booking.flow.change import CHANGE
from dialogs.booking.flow.child import CARD, NOTE

FLOWS: tuple[Flow, ...] = (BOOK, CHANGE, CARD, NOTE)
__all__ = ["BOOK", "CARD", "CHANGE", "FLOWS", "NOTE"]
