"""The childcare voucher: rounds, applications, the draw, redemption."""
