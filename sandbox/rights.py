"""Names of rights: administrator rights of supergroups, permissions of plain members, kinds of updates."""

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_change_info",
    "can_delete_messages",
    "can_invite_users",
    "can_restrict_members",
    "can_pin_messages",
    "can_manage_topics",
    "can_promote_members",
    "can_manage_video_chats",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_manage_tags",
    "can_send_welcome_messages",
    "is_anonymous",
)
"""Every right an administrator of a supergroup can hold; welcome messages are newer than Bot API 10.0, but
clients of today refuse an administrator without the word."""

CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
"""Rights that exist in channels only; accepted by promoteChatMember and without effect in groups."""

_GROUPS_ONLY = ("can_pin_messages", "can_manage_topics", "can_manage_tags")


def rights_of(kind: str) -> tuple[str, ...]:
    """Return every right an administrator of such a chat can hold."""
    if kind != "channel":
        return ADMIN_RIGHTS
    return (*CHANNEL_RIGHTS, *(right for right in ADMIN_RIGHTS if right not in _GROUPS_ONLY))


SEND_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
)

PERMISSIONS = (
    *SEND_PERMISSIONS,
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
"""Every permission of a member."""

DEFAULT_PERMISSIONS = frozenset((*SEND_PERMISSIONS, "can_react_to_messages", "can_invite_users"))
"""What members of a new group may do."""

UPDATE_KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
)
"""All an update can be, by Bot API name."""

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Updates a bot gets only when it names them in allowed_updates."""
