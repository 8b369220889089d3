"""Money of orders: claims, confirmations, refunds due; the bot itself never holds any."""
