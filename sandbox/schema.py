"""The Bot API as the sandbox offers it: methods with their parameters, objects with their fields.

One line per method or object: names with `:type`, a `!` after what is required. Types: `int`, `str`, `bool`,
`chat` (an id or @username), `file` (uploaded, or named by text), `ids` (array of integers), `words` (array of
strings), `any` (an object the sandbox does not look into), an object's name, `[X]` array, `[[X]]` array of
arrays. Limits and rights stand with the methods.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a method or one field of an object."""

    name: str
    kind: str
    required: bool


_WHERE = "business_connection_id:str chat_id:chat message_id:int inline_message_id:str"
_LINK = "name:str expire_date:int member_limit:int creates_join_request:bool"
_TOPIC = "chat_id:chat! message_thread_id:int!"
_SCOPED = "scope:BotCommandScope language_code:str"
_TO = "chat_id:chat! message_thread_id:int direct_messages_topic_id:int"
_HOW = (
    "disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str "
    "suggested_post_parameters:any reply_parameters:ReplyParameters reply_markup:ReplyMarkup"
)
_CAPTION = "caption:str parse_mode:str caption_entities:[MessageEntity]"
_SENT = f"business_connection_id:str {_TO} {_CAPTION} {_HOW}"
_MEDIA = f"type:str! media:str! {_CAPTION}"
_POLL_TEXTS = " ".join(
    f"{name}:str{required} {name}_parse_mode:str {name}_entities:[MessageEntity]"
    for name, required in (("question", "!"), ("explanation", ""), ("description", ""))
)

_METHODS = {
    "getMe": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:words",
    "setWebhook": (
        "url:str! certificate:file ip_address:str max_connections:int allowed_updates:words "
        "drop_pending_updates:bool secret_token:str"
    ),
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "logOut": "",
    "close": "",
    "sendMessage": (
        f"business_connection_id:str {_TO} text:str! parse_mode:str entities:[MessageEntity] "
        f"link_preview_options:LinkPreviewOptions {_HOW}"
    ),
    "sendPhoto": f"{_SENT} photo:file! show_caption_above_media:bool has_spoiler:bool",
    "sendDocument": f"{_SENT} document:file! thumbnail:file disable_content_type_detection:bool",
    "sendVideo": (
        f"{_SENT} video:file! duration:int width:int height:int thumbnail:file cover:file "
        "start_timestamp:int show_caption_above_media:bool has_spoiler:bool supports_streaming:bool"
    ),
    "sendVoice": f"{_SENT} voice:file! duration:int",
    "sendMediaGroup": (
        f"business_connection_id:str {_TO} media:[InputMedia]! disable_notification:bool "
        "protect_content:bool allow_paid_broadcast:bool message_effect_id:str "
        "reply_parameters:ReplyParameters"
    ),
    "editMessageCaption": (
        f"{_WHERE} {_CAPTION} show_caption_above_media:bool reply_markup:InlineKeyboardMarkup"
    ),
    "editMessageMedia": f"{_WHERE} media:InputMedia! reply_markup:InlineKeyboardMarkup",
    "getFile": "file_id:str!",
    "getUserProfilePhotos": "user_id:int! offset:int limit:int",
    "sendPoll": (
        f"business_connection_id:str chat_id:chat! message_thread_id:int {_POLL_TEXTS} "
        "options:[InputPollOption]! is_anonymous:bool type:str allows_multiple_answers:bool "
        "allows_revoting:bool shuffle_options:bool allow_adding_options:bool hide_results_until_closes:bool "
        "members_only:bool country_codes:words correct_option_ids:ids explanation_media:any open_period:int "
        "close_date:int is_closed:bool media:any disable_notification:bool protect_content:bool "
        "allow_paid_broadcast:bool message_effect_id:str reply_parameters:ReplyParameters "
        "reply_markup:ReplyMarkup"
    ),
    "stopPoll": (
        "business_connection_id:str chat_id:chat! message_id:int! reply_markup:InlineKeyboardMarkup"
    ),
    "setMessageReaction": "chat_id:chat! message_id:int! reaction:[ReactionType] is_big:bool",
    "copyMessage": (
        f"{_TO} from_chat_id:chat! message_id:int! video_start_timestamp:int {_CAPTION} "
        f"show_caption_above_media:bool {_HOW}"
    ),
    "copyMessages": (
        f"{_TO} from_chat_id:chat! message_ids:ids! disable_notification:bool protect_content:bool "
        "remove_caption:bool"
    ),
    "forwardMessage": (
        f"{_TO} from_chat_id:chat! message_id:int! video_start_timestamp:int disable_notification:bool "
        "protect_content:bool message_effect_id:str suggested_post_parameters:any"
    ),
    "forwardMessages": (
        f"{_TO} from_chat_id:chat! message_ids:ids! disable_notification:bool protect_content:bool"
    ),
    "sendInvoice": (
        f"{_TO} title:str! description:str! payload:str! provider_token:str currency:str! "
        "prices:[LabeledPrice]! max_tip_amount:int suggested_tip_amounts:ids start_parameter:str "
        "provider_data:str photo_url:str photo_size:int photo_width:int photo_height:int need_name:bool "
        "need_phone_number:bool need_email:bool need_shipping_address:bool "
        "send_phone_number_to_provider:bool send_email_to_provider:bool is_flexible:bool "
        "disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str "
        "suggested_post_parameters:any reply_parameters:ReplyParameters reply_markup:InlineKeyboardMarkup"
    ),
    "answerPreCheckoutQuery": "pre_checkout_query_id:str! ok:bool! error_message:str",
    "refundStarPayment": "user_id:int! telegram_payment_charge_id:str!",
    "editMessageText": (
        f"{_WHERE} text:str! parse_mode:str entities:[MessageEntity] "
        "link_preview_options:LinkPreviewOptions reply_markup:InlineKeyboardMarkup"
    ),
    "editMessageReplyMarkup": f"{_WHERE} reply_markup:InlineKeyboardMarkup",
    "deleteMessage": "chat_id:chat! message_id:int!",
    "deleteMessages": "chat_id:chat! message_ids:ids!",
    "pinChatMessage": "business_connection_id:str chat_id:chat! message_id:int! disable_notification:bool",
    "unpinChatMessage": "business_connection_id:str chat_id:chat! message_id:int",
    "unpinAllChatMessages": "chat_id:chat!",
    "answerCallbackQuery": "callback_query_id:str! text:str show_alert:bool url:str cache_time:int",
    "getChat": "chat_id:chat!",
    "getChatMember": "chat_id:chat! user_id:int!",
    "getChatAdministrators": "chat_id:chat! return_bots:bool",
    "getChatMemberCount": "chat_id:chat!",
    "createChatInviteLink": f"chat_id:chat! {_LINK}",
    "editChatInviteLink": f"chat_id:chat! invite_link:str! {_LINK}",
    "revokeChatInviteLink": "chat_id:chat! invite_link:str!",
    "exportChatInviteLink": "chat_id:chat!",
    "approveChatJoinRequest": "chat_id:chat! user_id:int!",
    "declineChatJoinRequest": "chat_id:chat! user_id:int!",
    "banChatMember": "chat_id:chat! user_id:int! until_date:int revoke_messages:bool",
    "unbanChatMember": "chat_id:chat! user_id:int! only_if_banned:bool",
    "restrictChatMember": (
        "chat_id:chat! user_id:int! permissions:ChatPermissions! use_independent_chat_permissions:bool "
        "until_date:int"
    ),
    "promoteChatMember": (
        "chat_id:chat! user_id:int! is_anonymous:bool can_manage_chat:bool can_delete_messages:bool "
        "can_manage_video_chats:bool can_restrict_members:bool can_promote_members:bool "
        "can_change_info:bool can_invite_users:bool can_post_stories:bool can_edit_stories:bool "
        "can_delete_stories:bool can_post_messages:bool can_edit_messages:bool can_pin_messages:bool "
        "can_manage_topics:bool can_manage_direct_messages:bool can_manage_tags:bool"
    ),
    "leaveChat": "chat_id:chat!",
    "setMyCommands": f"commands:[BotCommand]! {_SCOPED}",
    "getMyCommands": _SCOPED,
    "deleteMyCommands": _SCOPED,
    "setMyName": "name:str language_code:str",
    "setMyDescription": "description:str language_code:str",
    "setMyShortDescription": "short_description:str language_code:str",
    "setChatMenuButton": "chat_id:int menu_button:MenuButton",
    "sendChatAction": "business_connection_id:str chat_id:chat! message_thread_id:int action:str!",
    "setChatTitle": "chat_id:chat! title:str!",
    "setChatDescription": "chat_id:chat! description:str",
    "setChatPermissions": (
        "chat_id:chat! permissions:ChatPermissions! use_independent_chat_permissions:bool"
    ),
    "setChatAdministratorCustomTitle": "chat_id:chat! user_id:int! custom_title:str!",
    "banChatSenderChat": "chat_id:chat! sender_chat_id:int!",
    "unbanChatSenderChat": "chat_id:chat! sender_chat_id:int!",
    "createForumTopic": "chat_id:chat! name:str! icon_color:int icon_custom_emoji_id:str",
    "editForumTopic": f"{_TOPIC} name:str icon_custom_emoji_id:str",
    "closeForumTopic": _TOPIC,
    "reopenForumTopic": _TOPIC,
    "deleteForumTopic": _TOPIC,
    "unpinAllForumTopicMessages": _TOPIC,
    "editGeneralForumTopic": "chat_id:chat! name:str!",
    "closeGeneralForumTopic": "chat_id:chat!",
    "reopenGeneralForumTopic": "chat_id:chat!",
    "hideGeneralForumTopic": "chat_id:chat!",
    "unhideGeneralForumTopic": "chat_id:chat!",
    "unpinAllGeneralForumTopicMessages": "chat_id:chat!",
}

_OBJECTS = {
    "MessageEntity": (
        "type:str! offset:int! length:int! url:str user:any language:str custom_emoji_id:str "
        "unix_time:int date_time_format:str"
    ),
    "LinkPreviewOptions": (
        "is_disabled:bool url:str prefer_small_media:bool prefer_large_media:bool show_above_text:bool"
    ),
    "ReplyParameters": (
        "message_id:int! chat_id:chat allow_sending_without_reply:bool quote:str quote_parse_mode:str "
        "quote_entities:[MessageEntity] quote_position:int checklist_task_id:int poll_option_id:str"
    ),
    "InlineKeyboardMarkup": "inline_keyboard:[[InlineKeyboardButton]]!",
    "InlineKeyboardButton": (
        "text:str! icon_custom_emoji_id:str style:str url:str callback_data:str web_app:WebAppInfo "
        "login_url:LoginUrl switch_inline_query:str switch_inline_query_current_chat:str "
        "switch_inline_query_chosen_chat:SwitchInlineQueryChosenChat copy_text:CopyTextButton "
        "callback_game:any pay:bool"
    ),
    "WebAppInfo": "url:str!",
    "LoginUrl": "url:str! forward_text:str bot_username:str request_write_access:bool",
    "SwitchInlineQueryChosenChat": (
        "query:str allow_user_chats:bool allow_bot_chats:bool allow_group_chats:bool allow_channel_chats:bool"
    ),
    "CopyTextButton": "text:str!",
    "ReplyKeyboardMarkup": (
        "keyboard:[[KeyboardButton]]! is_persistent:bool resize_keyboard:bool one_time_keyboard:bool "
        "input_field_placeholder:str selective:bool"
    ),
    "KeyboardButton": (
        "text:str! icon_custom_emoji_id:str style:str request_users:any request_chat:any "
        "request_managed_bot:any request_contact:bool request_location:bool request_poll:any "
        "web_app:WebAppInfo"
    ),
    "ReplyKeyboardRemove": "remove_keyboard:bool! selective:bool",
    "ForceReply": "force_reply:bool! input_field_placeholder:str selective:bool",
    "ChatPermissions": (
        "can_send_messages:bool can_send_audios:bool can_send_documents:bool can_send_photos:bool "
        "can_send_videos:bool can_send_video_notes:bool can_send_voice_notes:bool can_send_polls:bool "
        "can_send_other_messages:bool can_add_web_page_previews:bool can_react_to_messages:bool "
        "can_edit_tag:bool can_change_info:bool can_invite_users:bool can_pin_messages:bool "
        "can_manage_topics:bool"
    ),
    "BotCommand": "command:str! description:str!",
    "BotCommandScopeDefault": "type:str!",
    "BotCommandScopeAllPrivateChats": "type:str!",
    "BotCommandScopeAllGroupChats": "type:str!",
    "BotCommandScopeAllChatAdministrators": "type:str!",
    "BotCommandScopeChat": "type:str! chat_id:chat!",
    "BotCommandScopeChatAdministrators": "type:str! chat_id:chat!",
    "BotCommandScopeChatMember": "type:str! chat_id:chat! user_id:int!",
    "InputMediaAnimation": (
        f"{_MEDIA} thumbnail:str show_caption_above_media:bool width:int height:int duration:int "
        "has_spoiler:bool"
    ),
    "InputMediaAudio": f"{_MEDIA} thumbnail:str duration:int performer:str title:str",
    "InputMediaDocument": f"{_MEDIA} thumbnail:str disable_content_type_detection:bool",
    "InputMediaLivePhoto": f"{_MEDIA} photo:str! show_caption_above_media:bool has_spoiler:bool",
    "InputMediaPhoto": f"{_MEDIA} show_caption_above_media:bool has_spoiler:bool",
    "InputMediaVideo": (
        f"{_MEDIA} thumbnail:str cover:str start_timestamp:int show_caption_above_media:bool width:int "
        "height:int duration:int supports_streaming:bool has_spoiler:bool"
    ),
    "InputPollOption": "text:str! text_parse_mode:str text_entities:[MessageEntity] media:any",
    "ReactionTypeEmoji": "type:str! emoji:str!",
    "ReactionTypeCustomEmoji": "type:str! custom_emoji_id:str!",
    "ReactionTypePaid": "type:str!",
    "LabeledPrice": "label:str! amount:int!",
    "MenuButtonCommands": "type:str!",
    "MenuButtonDefault": "type:str!",
    "MenuButtonWebApp": "type:str! text:str! web_app:WebAppInfo!",
}

BY_TYPE = {
    "BotCommandScope": {
        "default": "BotCommandScopeDefault",
        "all_private_chats": "BotCommandScopeAllPrivateChats",
        "all_group_chats": "BotCommandScopeAllGroupChats",
        "all_chat_administrators": "BotCommandScopeAllChatAdministrators",
        "chat": "BotCommandScopeChat",
        "chat_administrators": "BotCommandScopeChatAdministrators",
        "chat_member": "BotCommandScopeChatMember",
    },
    "InputMedia": {
        "animation": "InputMediaAnimation",
        "audio": "InputMediaAudio",
        "document": "InputMediaDocument",
        "live_photo": "InputMediaLivePhoto",
        "photo": "InputMediaPhoto",
        "video": "InputMediaVideo",
    },
    "ReactionType": {
        "emoji": "ReactionTypeEmoji",
        "custom_emoji": "ReactionTypeCustomEmoji",
        "paid": "ReactionTypePaid",
    },
    "MenuButton": {
        "commands": "MenuButtonCommands",
        "default": "MenuButtonDefault",
        "web_app": "MenuButtonWebApp",
    },
}
"""Unions told apart by their field `type`."""

BY_FIELD = {
    "ReplyMarkup": {
        "inline_keyboard": "InlineKeyboardMarkup",
        "keyboard": "ReplyKeyboardMarkup",
        "remove_keyboard": "ReplyKeyboardRemove",
        "force_reply": "ForceReply",
    }
}
"""Unions told apart by the field only one of them has."""


FROM_TEXT = {"InputPollOption": "text"}
"""Objects that may come as bare text, and the field it stands for: older clients send no object."""


def fields(line: str) -> dict[str, Field]:
    """Return the fields a line of the tables above names."""
    found = {}
    for word in line.split():
        name, _, kind = word.partition(":")
        found[name] = Field(name, kind.removesuffix("!"), kind.endswith("!"))
    return found


METHODS = {name: fields(line) for name, line in _METHODS.items()}
"""Method -> parameter name -> parameter."""

OBJECTS = {name: fields(line) for name, line in _OBJECTS.items()}
"""Object -> field name -> field."""

BY_LOWER_NAME = {name.lower(): name for name in METHODS}
"""Method names are case-insensitive."""
