"""The town these tests talk to."""

from tests.dialogs.account.town import any_town, town

__all__ = ["any_town", "town"]
