"""Group buys: deals, their goods, their stock, the standing message."""
