"""Coupons: what comes off an order, for whom, until when, and out of which budget."""
