"""The stories' districts are those of the voucher's tests."""

from tests.dialogs.voucher.conftest import district, make
from tests.story.web_site import site

__all__ = ["district", "make", "site"]
