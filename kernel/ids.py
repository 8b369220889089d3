"""Identifiers, told apart by type.

Telegram's own numbers (`UserId`, `ChatId`, `MessageId`) are addresses; ours (`MemberId`, `GroupId`) are
the keys of every row. So erasing a person or moving a group to a new chat id changes one row, not every
ledger.
"""

from typing import NewType

UserId = NewType("UserId", int)  # a person, as Telegram numbers people
ChatId = NewType("ChatId", int)  # a chat, as Telegram numbers chats; a private chat has its user's number
MessageId = NewType("MessageId", int)  # a message inside its chat
MemberId = NewType("MemberId", int)  # a person we know
GroupId = NewType("GroupId", int)  # a group we know
PickupPointId = NewType("PickupPointId", int)  # a place where a group's goods are picked up
ProductId = NewType("ProductId", int)  # a product of the catalogue
SupplierId = NewType("SupplierId", int)  # who delivers products
DealId = NewType("DealId", int)  # a group buy
ItemId = NewType("ItemId", int)  # one of the goods of a deal
OrderId = NewType("OrderId", int)  # what one home orders in a deal
CouponId = NewType("CouponId", int)  # a coupon in a wallet
OutboxId = NewType("OutboxId", int)
InboxId = NewType("InboxId", int)


def private_chat(user: UserId) -> ChatId:
    """Return the private chat of `user` with the bot: Telegram gives both the same number."""
    return ChatId(user)
