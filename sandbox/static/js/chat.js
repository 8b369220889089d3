/** The chat pane around the messages: head, pinned bar, join requests, and the bar that stands in for the composer. */
import { act } from "./actions.js";
import { confirm, menu } from "./dialogs.js";
import { byId, fill, h, iconButton, name, reconcile } from "./dom.js";
import { avatar, chatUser, fullName, preview } from "./format.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { drawThread, jumpTo, startThread } from "./thread.js";
import { drawTopics, topicIsShut, topicMenu } from "./topics.js";
import { myself, onChange, openChat, standing, state, update } from "./state.js";

/** Wire the pane and draw it on every change. */
export function startChat() {
  startThread();
  byId("chat-back").addEventListener("click", () => update({ pane: "people" }));
  byId("chat-menu").addEventListener("click", (event) => menu(chatMenu(), event.currentTarget));
  byId("inspector-toggle").addEventListener("click", () => update({ pane: state.pane === "inspector" ? "chat" : "inspector" }));
  onChange((changed) => {
    if (["view", "chat", "topic", "as", "lang", "panels", "pane"].some((name) => changed.has(name))) draw();
  });
}

function draw() {
  const chat = openChat();
  byId("chat-head").classList.toggle("is-empty", !chat);
  drawHead(chat);
  drawTopics(chat);
  drawPinned(chat);
  drawRequests(chat);
  drawBar(chat);
  drawReplyKeyboard(chat);
  drawThread();
  drawEmpty(chat);
}

function drawHead(chat) {
  byId("chat-menu").hidden = !chat || !chatMenu().length;
  if (!chat) {
    fill(byId("chat-avatar"));
    byId("chat-title").textContent = t("chat.choose");
    byId("chat-sub").textContent = "";
    return;
  }
  const shown = `${chat.id} ${chat.title}`;
  if (byId("chat-avatar").dataset.shown !== shown) {
    byId("chat-avatar").dataset.shown = shown;
    fill(byId("chat-avatar"), avatar(chatUser(chat)));
  }
  byId("chat-title").textContent = chat.title;
  const kind = chat.kind === "private" ? t("kind.bot") : t("members", { n: chat.members });
  byId("chat-sub").textContent = `${t("as", { name: fullName(myself()) })} · ${kind}`;
}

function drawPinned(chat) {
  const bar = byId("pinned");
  bar.hidden = !chat?.pinned;
  if (bar.hidden) return;
  // A pinned message older than what the view holds shows without its text.
  const message = chat.messages.find((each) => each.message_id === chat.pinned) ?? { message_id: chat.pinned, text: "…" };
  reconcile(bar, [message], {
    key: () => "pinned",
    sign: (each) => `${each.message_id} ${state.lang} ${preview(each)}`,
    draw: (each) => h("button", { type: "button", class: "pinned-button", "data-testid": "pinned", onclick: () => jumpTo(each.message_id) },
      h("span", { class: "pinned-text" }, h("b", {}, t("pinned")), h("span", { class: "pinned-line", dir: "auto" }, preview(each))),
      icon("pin")),
  });
}

function drawRequests(chat) {
  const bar = byId("requests");
  const users = chat?.requests ?? [];
  bar.hidden = !users.length;
  const title = { id: "title", count: users.length };
  reconcile(bar, users.length ? [title, ...users] : [], {
    key: (each) => each.id,
    sign: (each) => `${state.lang} ${chat.id} ${JSON.stringify(each)}`,
    draw: (each) => (each === title ? h("div", { class: "requests-title" }, t("requests.title", { n: each.count })) : request(each, chat)),
  });
}

function request(user, chat) {
  const decide = (verb) => () => act(verb, { chat: chat.id, user: user.id });
  const who = { name: fullName(user) };
  return h("div", { class: "request", "data-testid": `request-${user.id}` }, avatar(user, "is-small"), name(fullName(user)),
    h("button", { type: "button", class: "button", "data-testid": "decline", "aria-label": t("decline.who", who), onclick: decide("decline") }, t("decline")),
    h("button", { type: "button", class: "button primary", "data-testid": "approve", "aria-label": t("approve.who", who), onclick: decide("approve") }, t("approve")));
}

/** Say what stands where the composer would: null when the visitor may write. */
function barOf(chat) {
  if (!chat) return { text: t("chat.choose") };
  if (chat.kind === "private") {
    const fields = botOf(chat);
    const { started, blocked } = standing(chat);
    if (blocked) return { text: t("bar.blocked"), label: t("bar.unblock"), verb: "unblock", testid: "unblock", fields };
    if (!started) return { label: t("bar.start"), verb: "start", testid: "start", fields };
    return null;
  }
  if (!chat.member) {
    if (chat.requested) return { text: t("bar.requested") };
    if (chat.can_join && chat.joins_by_request) return { label: t("bar.request"), verb: "request", testid: "join", fields: { chat: chat.id } };
    if (chat.can_join) return { label: t("bar.join"), verb: "join", testid: "join", fields: { chat: chat.id } };
    return { text: t("bar.invited") };
  }
  if (topicIsShut(chat)) return { text: t("bar.topic.closed") };
  return chat.can_write ? null : { text: t("bar.muted") };
}

function drawBar(chat) {
  const bar = barOf(chat);
  byId("composer-form").hidden = bar !== null;
  byId("bar").hidden = bar === null;
  reconcile(byId("bar"), bar ? [bar] : [], {
    key: () => "bar",
    sign: JSON.stringify,
    draw: ({ text, label, verb, fields, testid }) => h("div", { class: "bar-inner" },
      text && h("p", { class: "bar-text" }, text),
      label && h("button", { type: "button", class: "button primary bar-button", "data-testid": testid, "data-focus": "bar", onclick: () => act(verb, fields) }, label)),
  });
}

/** The keyboard a bot put under the input: each button sends its text. */
function drawReplyKeyboard(chat) {
  const box = byId("reply-keyboard");
  const rows = chat?.keyboard?.keyboard ?? [];
  box.hidden = !rows.length;
  reconcile(box, rows, {
    key: (row) => rows.indexOf(row),
    sign: (row) => `${chat.id} ${JSON.stringify(row)}`,
    draw: (row) => h("div", { class: "keyboard-row" }, row.map((button) => h("button", {
      type: "button", class: "key", "data-testid": "reply-btn", onclick: () => act("send", { chat: chat.id, text: button.text ?? button }),
    }, button.text ?? button))),
  });
}

function drawEmpty(chat) {
  const thread = byId("thread");
  thread.querySelector(".empty")?.remove();
  if (!chat || chat.messages.length) return;
  const key = chat.kind === "private" && !standing(chat).started ? "chat.hello" : chat.member || chat.kind === "private" ? "chat.empty" : "chat.outside";
  thread.append(h("div", { class: "empty" }, avatar(chatUser(chat), "is-large"),
    h("p", { class: "empty-title" }, t(key, { name: chat.title })), h("p", {}, t(`${key}.more`))));
}

/** A private chat with another bot than the first carries that bot's id. */
const botOf = (chat) => (chat.id === state.as ? {} : { bot: chat.id });

function chatMenu() {
  const chat = openChat();
  const me = myself();
  if (!chat || !me) return [];
  if (chat.kind === "private") {
    const { started, blocked } = standing(chat);
    if (blocked) return [{ label: t("chat.unblock"), icon: "check", act: () => act("unblock", botOf(chat)) }];
    if (!started) return [];
    const ask = t("block.ask", { who: fullName(me) });
    return [{ label: t("chat.block"), icon: "block", danger: true, testid: "menu-block", act: () => confirm(ask, t("chat.block"), () => act("block", botOf(chat))) }];
  }
  if (!chat.member) return [];
  const ask = t("leave.ask", { who: fullName(me), chat: chat.title });
  return [...topicMenu(chat), { label: t("chat.leave"), icon: "leave", danger: true, testid: "menu-leave", act: () => confirm(ask, t("chat.leave"), () => act("leave", { chat: chat.id })) }];
}
