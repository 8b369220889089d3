"""Settlement: what a deal comes to, after-sales windows, the leader's commission."""
