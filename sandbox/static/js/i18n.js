/** Every word of the page, in Chinese and English. What the server sends (names, texts, refusals) is shown as it is. */
import { state } from "./state.js";

const zh = {
  demo: "演示", banner: "人和时间是假的，机器人是真的；什么也不会发到外面。", language: "Switch to English", theme: "换成浅色或深色",
  offline: "连不上演示程序，正在重连…", nav: "页面", "nav.people": "人物", "nav.chat": "聊天", "nav.inspector": "时间和后台",
  close: "关闭", back: "返回", ok: "好的", cancel: "取消", copied: "已复制：{text}", "copy.failed": "没能复制，请手动选中复制",
  "hint.show": "怎么玩", "hint.1": "选一个人", "hint.1.more": "您就替这个人拿着手机", "hint.2": "发消息、按按钮", "hint.2.more": "机器人会真的回答",
  "hint.3": "让时间往前走", "hint.3.more": "看机器人明早、过几天做什么",
  "people.title": "您现在是谁", "people.filter": "找人", "people.none": "没有叫这个名字的人", "people.empty": "这里还没有人",
  "people.you": "您现在是 {name}", "role.member": "成员", "role.newcomer": "新邻居", "role.leader": "团长", "role.service": "客服", "role.owner": "店主",
  "chats.title": "{name} 的聊天", "chats.empty": "还没有聊天", "chats.none": "还没有消息", "chats.outside": "还没进群", "chats.requested": "等管理员同意", "chats.unstarted": "还没开始", "chats.blocked": "已屏蔽",
  unread: "{n} 条未读", you: "您", bot: "机器人", "members": "{n} 位成员", "kind.bot": "机器人 · 私聊",
  "chat.menu": "更多", "chat.log": "消息", "chat.choose": "选一个聊天", "chat.empty": "这里还没有消息", "chat.empty.more": "在下面写第一句话吧。",
  "chat.outside": "您还没进这个群", "chat.outside.more": "进群以后才能看到消息。", "chat.hello": "和 {name} 私聊", "chat.hello.more": "按下面的「开始」，机器人才能给您发消息。", "chat.leave": "退出这个群", "chat.block": "屏蔽机器人", "chat.unblock": "解除屏蔽",
  "leave.ask": "{who} 要退出「{chat}」吗？", "block.ask": "屏蔽以后，机器人不能再给 {who} 发消息。", "delete.ask": "删除这条消息？大家都看不到了，机器人也不会知道。",
  "bar.start": "开始", "bar.join": "加入这个群", "bar.request": "申请加入", "bar.requested": "已申请，等管理员同意", "bar.unblock": "解除屏蔽", "bar.blocked": "您屏蔽了机器人，它发不了消息给您", "bar.invited": "这个群要有邀请链接才能进", "bar.muted": "您不能在这里发言",
  "requests.title": "{n} 人申请进群", approve: "同意", decline: "拒绝", "approve.who": "同意 {name} 进群", "decline.who": "拒绝 {name} 进群",
  pinned: "置顶消息", edited: "已编辑", "message": "消息", "message.menu": "这条消息可以做什么", "message.gone": "那条消息已经不在了", "message.media": "[这里显示不了的内容]",
  "unread.mark": "以下是未读消息", "to.bottom": "到最新消息", "to.bottom.new": "{n} 条新消息", earlier: "更早的消息", today: "今天", yesterday: "昨天",
  reply: "回复", edit: "编辑", "delete": "删除", copy: "复制文字", "reply.to": "回复 {name}", "editing": "编辑消息",
  composer: "写消息…", send: "发送", commands: "命令", "commands.short": "菜单", "commands.none": "没有这个命令", spoiler: "点一下显示", "quote.more": "展开引用",
  "button.url": "打开链接", "button.copy": "复制", "button.app": "小程序在演示里打不开", "button.other": "这种按钮在演示里不能用", "button.late": "机器人还没有回答这次点击",
  "service.joined": "{who} 进群了", "service.added": "{by} 把 {who} 拉进了群", "service.left": "{who} 退群了", "service.removed": "{by} 把 {who} 移出了群", "service.pinned": "{who} 置顶了「{text}」", "service.pinned.plain": "{who} 置顶了一条消息",
  "service.title": "{who} 把群名改为「{title}」", "service.created": "{who} 建了这个群", "service.migrated": "群升级成了超级群", "service.other": "{who} 改了群的设置",
  "clock.open": "演示里的时间", "tab.clock": "时钟", "tab.outbox": "消息队列", "tab.calls": "接口调用", "tab.journal": "流水", "tab.jobs": "定时任务",
  "clock.now": "演示里现在是", "clock.zone": "{zone} 时间", "clock.only": "只有这个时钟会动，您电脑的时间不变。时间只能往前走。", "clock.hour": "往前 1 小时", "clock.morning": "明早 6:00", "clock.day": "后天数：D{n} 就是往前 {n} 天",
  "clock.short": "走一小会儿", "clock.days": "一下子过几天", "clock.days.say": "D 后面的数字是天数：D7 就是 7 天以后。路上到期的事，机器人会按先后一件件做完。", "days": "+{n} 天",
  "clock.running": "时间正在走…", "clock.running.more": "机器人正按先后做到期的事，请稍等。", "clock.done": "到了。路上发生的事：", "clock.sent": "{n} 条待办消息", "clock.journal": "{n} 笔流水", "clock.quiet": "路上没有发生什么。", "clock.busy": "时间还在走，等它到了再按。",
  "outbox.say": "机器人要发的每条消息都先排在这里，再一条条发出去。", "outbox.empty": "队列是空的。发条消息或让时间走一走，这里就会有。", "calls.say": "机器人向 Telegram 发出的每个请求，这里都由演示程序回答。", "calls.empty": "还没有请求。", "journal.say": "每件算数的事都记一笔：谁、什么时候、做了什么。", "journal.empty": "还没有流水。", "jobs.say": "到了点自己会做的事。", "jobs.empty": "没有定时任务。", loading: "正在读取…",
  "state.pending": "待发", "state.sending": "发送中", "state.sent": "已发出", "state.failed": "失败", "state.skipped": "跳过", "state.expired": "过期", "state.unknown": "不确定", "state.ok": "成功", "state.refused": "被拒", "state.waiting": "等着", "state.due": "该做了",
  "kind.send": "发消息", "kind.edit": "改消息", "kind.delete": "删消息", "kind.pin": "置顶", "kind.call": "请求", "class.answer": "回答", "class.notice": "通知", "class.service": "服务", "class.marketing": "推广", "class.lifecycle": "关怀",
  "field.id": "编号", "field.at": "时间", "field.chat": "聊天", "field.class": "类别", "field.kind": "动作", "field.text_key": "文案", "field.not_before": "不早于", "field.error": "错误", "field.message_id": "消息号", "field.member": "成员", "field.group": "群", "field.params": "内容", "field.action": "事情", "field.state": "状态", "field.next_due": "下次", "field.last_run": "上次", "field.done": "做成", "field.failed": "失败", "field.method": "方法", "field.description": "回答", "field.error_code": "错误码", "field.name": "名字",
  "jobs.next": "下次 {when}", "jobs.never": "还没定下次", "jobs.last": "上次 {when}", "jobs.notyet": "还没做过", "jobs.counts": "做成 {done} 次", "jobs.failures": "失败 {failed} 次", more: "再看 {n} 条",
  "unit.minute": "{n} 分钟后", "unit.hour": "{n} 小时后", "unit.day": "{n} 天后", "unit.now": "马上",
};

const en = {
  demo: "Demo", banner: "The people and the clock are made up, the bot is real; nothing leaves this computer.", language: "换成中文", theme: "Light or dark",
  offline: "Lost the demo server, trying again…", nav: "Panes", "nav.people": "People", "nav.chat": "Chat", "nav.inspector": "Clock & insides",
  close: "Close", back: "Back", ok: "OK", cancel: "Cancel", copied: "Copied: {text}", "copy.failed": "Could not copy, please select and copy by hand",
  "hint.show": "How it works", "hint.1": "Pick a person", "hint.1.more": "you now hold their phone", "hint.2": "Write, press buttons", "hint.2.more": "the bot really answers",
  "hint.3": "Move the clock", "hint.3.more": "see what the bot does tomorrow or next week",
  "people.title": "Who you are", "people.filter": "Find a person", "people.none": "Nobody has that name", "people.empty": "Nobody here yet",
  "people.you": "You are now {name}", "role.member": "Member", "role.newcomer": "New", "role.leader": "Leader", "role.service": "Service", "role.owner": "Owner",
  "chats.title": "{name}’s chats", "chats.empty": "No chats yet", "chats.none": "No messages yet", "chats.outside": "Not a member", "chats.requested": "Waiting for an admin", "chats.unstarted": "Not started", "chats.blocked": "Blocked",
  unread: "Unread: {n}", you: "You", bot: "bot", "members": "Members: {n}", "kind.bot": "Bot · private chat",
  "chat.menu": "More", "chat.log": "Messages", "chat.choose": "Pick a chat", "chat.empty": "No messages here yet", "chat.empty.more": "Write the first one below.",
  "chat.outside": "You are not in this group", "chat.outside.more": "Join it to see its messages.", "chat.hello": "Private chat with {name}", "chat.hello.more": "Press Start below, then the bot can write to you.", "chat.leave": "Leave the group", "chat.block": "Block the bot", "chat.unblock": "Unblock the bot",
  "leave.ask": "Should {who} leave “{chat}”?", "block.ask": "Once blocked, the bot can no longer write to {who}.", "delete.ask": "Delete this message? Nobody sees it any more, and the bot is not told.",
  "bar.start": "Start", "bar.join": "Join the group", "bar.request": "Ask to join", "bar.requested": "Asked; waiting for an admin", "bar.unblock": "Unblock", "bar.blocked": "You blocked the bot; it cannot write to you", "bar.invited": "This group needs an invite link", "bar.muted": "You cannot write here",
  "requests.title": "Asking to join: {n}", approve: "Let in", decline: "Decline", "approve.who": "Let {name} in", "decline.who": "Decline {name}",
  pinned: "Pinned message", edited: "edited", "message": "Message", "message.menu": "What you can do with this message", "message.gone": "That message is gone", "message.media": "[cannot be shown here]",
  "unread.mark": "Unread messages", "to.bottom": "To the newest message", "to.bottom.new": "{n} new", earlier: "Earlier messages", today: "Today", yesterday: "Yesterday",
  reply: "Reply", edit: "Edit", "delete": "Delete", copy: "Copy text", "reply.to": "Reply to {name}", "editing": "Edit message",
  composer: "Write a message…", send: "Send", commands: "Commands", "commands.short": "Menu", "commands.none": "No such command", spoiler: "Click to show", "quote.more": "Show the whole quote",
  "button.url": "Opens a link", "button.copy": "Copies", "button.app": "Mini Apps do not open in the demo", "button.other": "This kind of button does nothing in the demo", "button.late": "The bot has not answered this tap yet",
  "service.joined": "{who} joined", "service.added": "{by} added {who}", "service.left": "{who} left", "service.removed": "{by} removed {who}", "service.pinned": "{who} pinned “{text}”", "service.pinned.plain": "{who} pinned a message",
  "service.title": "{who} renamed the group “{title}”", "service.created": "{who} created the group", "service.migrated": "The group became a supergroup", "service.other": "{who} changed the group",
  "clock.open": "The demo’s clock", "tab.clock": "Clock", "tab.outbox": "Outbox", "tab.calls": "API calls", "tab.journal": "Journal", "tab.jobs": "Timed jobs",
  "clock.now": "In the demo it is", "clock.zone": "{zone} time", "clock.only": "Only this clock moves; your computer’s time stays. It never goes back.", "clock.hour": "1 hour on", "clock.morning": "Tomorrow 06:00", "clock.day": "D{n} means {n} days on",
  "clock.short": "A little while", "clock.days": "Several days at once", "clock.days.say": "The number after D is days: D7 is 7 days on. Whatever falls due on the way, the bot does in order.", "days": "+{n} d",
  "clock.running": "Time is passing…", "clock.running.more": "The bot is doing what falls due, in order. One moment.", "clock.done": "Arrived. On the way:", "clock.sent": "Outbox rows: {n}", "clock.journal": "Journal rows: {n}", "clock.quiet": "Nothing happened on the way.", "clock.busy": "Time is still passing; press again when it has arrived.",
  "outbox.say": "Everything the bot wants to say waits here first and is sent one by one.", "outbox.empty": "The outbox is empty. Write a message or move the clock.", "calls.say": "Every request the bot makes to Telegram; here the demo answers them.", "calls.empty": "No requests yet.", "journal.say": "Every act that counts is written down: who, when, what.", "journal.empty": "The journal is empty.", "jobs.say": "What the bot does by itself when the time comes.", "jobs.empty": "No timed jobs.", loading: "Loading…",
  "state.pending": "waiting", "state.sending": "sending", "state.sent": "sent", "state.failed": "failed", "state.skipped": "skipped", "state.expired": "expired", "state.unknown": "unknown", "state.ok": "ok", "state.refused": "refused", "state.waiting": "waiting", "state.due": "due",
  "kind.send": "Send", "kind.edit": "Edit", "kind.delete": "Delete", "kind.pin": "Pin", "kind.call": "Call", "class.answer": "answer", "class.notice": "notice", "class.service": "service", "class.marketing": "marketing", "class.lifecycle": "lifecycle",
  "field.id": "No.", "field.at": "Time", "field.chat": "Chat", "field.class": "Class", "field.kind": "Kind", "field.text_key": "Text", "field.not_before": "Not before", "field.error": "Error", "field.message_id": "Message", "field.member": "Member", "field.group": "Group", "field.params": "Content", "field.action": "Act", "field.state": "State", "field.next_due": "Next", "field.last_run": "Last", "field.done": "Done", "field.failed": "Failed", "field.method": "Method", "field.description": "Answer", "field.error_code": "Error code", "field.name": "Name",
  "jobs.next": "next {when}", "jobs.never": "nothing due", "jobs.last": "last {when}", "jobs.notyet": "not run yet", "jobs.counts": "done: {done}", "jobs.failures": "failed: {failed}", more: "{n} more",
  "unit.minute": "in {n} min", "unit.hour": "in {n} h", "unit.day": "in {n} d", "unit.now": "now",
};

const words = { zh, en };

/** Return the words for `key` in the chosen language, with `{name}` filled in; an unknown key comes back as it is. */
export function t(key, params = {}) {
  const text = words[state.lang][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/** Return the words for `key`, or `otherwise` when the page has none. */
export function known(key, otherwise) {
  return words[state.lang][key] ?? otherwise;
}

/** Put the words into every element of the static page that names a key. */
export function translatePage() {
  const put = (attribute, apply) => {
    for (const node of document.querySelectorAll(`[${attribute}]`)) apply(node, t(node.getAttribute(attribute)));
  };
  put("data-i18n", (node, text) => { node.textContent = text; });
  put("data-i18n-label", (node, text) => {
    node.setAttribute("aria-label", text);
    if (node.matches("button")) node.title = text;
  });
  put("data-i18n-title", (node, text) => { node.title = text; });
  put("data-i18n-placeholder", (node, text) => { node.placeholder = text; });
  document.documentElement.lang = state.lang === "en" ? "en" : "zh-CN";
}
