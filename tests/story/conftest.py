"""The stories' districts are those of the voucher's tests."""

from tests.dialogs.voucher.conftest import district, make

__all__ = ["district", "make"]
