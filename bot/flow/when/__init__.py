"""Dates and times as people say them, in Mandarin, some dialects and English: `read` (see README.md)."""

from bot.flow.when.lengths import HALF_DAY
from bot.flow.when.reading import PROBLEMS, When, WhenProblem, read

__all__ = ["HALF_DAY", "PROBLEMS", "When", "WhenProblem", "read"]
