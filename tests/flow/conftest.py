"""What the words' tests borrow: a district whose people talk."""

from __future__ import annotations

from tests.dialogs.voucher.conftest import district, make

__all__ = ["district", "make"]
