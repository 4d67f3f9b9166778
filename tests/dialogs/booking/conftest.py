"""Families with vouchers are those of the voucher's tests."""

from tests.dialogs.voucher.conftest import any_district

__all__ = ["any_district"]
