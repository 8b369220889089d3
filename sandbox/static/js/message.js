/** Drawing one row of the chat: a bubble with its keyboard, or a service line. */
import { act, become, copy } from "./actions.js";
import { confirm, menu } from "./dialogs.js";
import { h, iconButton, name } from "./dom.js";
import { formatted } from "./entities.js";
import { avatar, clock, fullName, moment, peerClass, preview, senderOf, serviceOf, serviceText, textOf } from "./format.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { keyboard } from "./keyboard.js";
import { content, holdsMedia } from "./media.js";
import { picker, reactions } from "./reactions.js";
import { personOf, state, update } from "./state.js";
import { openTopic, topicName } from "./topics.js";

const ONLY_EMOJI = /^(?:\p{Emoji_Presentation}\p{Emoji_Modifier}?|\p{Emoji}\uFE0F(?:\u20E3)?|[\u200D\s]){1,9}$/u;
const LONG_PRESS_MS = 480;

/** Draw a row; `jump(message_id)` scrolls to another message. */
export function drawRow({ message, album = [message], chat, own, first, last }, jump) {
  if (serviceOf(message)) return service(message, jump);
  const sender = senderOf(message);
  const grouped = chat.kind !== "private";
  const row = h("div", {
    class: `row ${own ? "is-own" : "is-other"} ${first ? "is-first" : ""} ${last ? "is-last" : ""}`,
    "data-testid": `msg-${message.message_id}`, "data-focus": "row", role: "article", tabindex: "-1",
    "aria-label": `${own ? t("you") : fullName(sender)}, ${clock(message.date)}: ${preview(message)}`,
  },
  grouped && !own && h("div", { class: "row-avatar" }, last && face(sender)),
  h("div", { class: "stack" },
    h("div", { class: "bubble-line" }, bubble(message, { album, sender, own, first, grouped, tagged: first && chat.is_forum && !openTopic(chat) }, jump), tools(message, own)),
    keyboard(message, chat)));
  row.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a")) return;
    event.preventDefault();
    openMenu(message, own, { x: event.clientX, y: event.clientY }, row);
  });
  row.addEventListener("keydown", (event) => {
    if (event.target === row && (event.key === "Enter" || event.key === "ContextMenu")) {
      event.preventDefault();
      openMenu(message, own, row.querySelector(".tools"), row);
    }
  });
  onLongPress(row, (point) => openMenu(message, own, point, row));
  return row;
}

function face(sender) {
  if (!personOf(sender.id) || sender.id === state.as) return avatar(sender);
  return h("button", { type: "button", class: "face", tabindex: "-1", title: fullName(sender), onclick: () => become(sender.id) }, avatar(sender));
}

function bubble(message, { album, sender, own, first, grouped, tagged }, jump) {
  const text = textOf(message);
  const answered = message.reply_to_message;
  const big = text && !message.entities?.length && ONLY_EMOJI.test(text) && !message.reply_to_message;
  return h("div", { class: `bubble ${big ? "is-big" : ""}` },
    grouped && !own && first && h("div", { class: `sender ${peerClass(sender)}` }, name(fullName(sender)),
      sender.is_bot && h("span", { class: "sender-tag" }, t("bot"))),
    tagged && h("span", { class: "topic-tag", dir: "auto" }, `# ${topicName(message)}`),
    message.forward_origin && h("span", { class: "origin" }, t("forwarded", { who: originOf(message.forward_origin) })),
    // Every message of a topic answers the one that opened it; only a real answer is worth a quote.
    answered && !answered.forum_topic_created && quote(answered, message.quote?.text, jump),
    content(album),
    h("div", { class: "text", dir: "auto" },
      text === undefined ? !holdsMedia(message) && h("em", {}, t("message.media")) : formatted(text, message.entities ?? message.caption_entities),
      h("span", { class: "meta", dir: "ltr" }, message.edit_date && h("span", {}, t("edited")),
        h("time", { datetime: new Date(message.date * 1000).toISOString(), title: moment(message.date) }, clock(message.date)))),
    reactions(message));
}

function originOf(origin) {
  const from = origin.sender_user ?? origin.sender_chat ?? origin.chat;
  return from ? fullName(from) : origin.sender_user_name ?? "";
}

function quote(message, chosen, jump) {
  const sender = senderOf(message);
  return h("button", { type: "button", class: `quote ${peerClass(sender)}`, onclick: () => jump(message.message_id) },
    h("span", { class: "quote-name" }, name(sender ? fullName(sender) : "")),
    h("span", { class: "quote-line", dir: "auto" }, chosen ?? preview(message)));
}

function tools(message, own) {
  return h("div", { class: "tools" },
    iconButton("reply", t("reply"), { tabindex: "-1", class: "icon-button tool", onclick: () => reply(message) }),
    iconButton("more", t("message.menu"), {
      tabindex: "-1", class: "icon-button tool", "aria-haspopup": "menu",
      onclick: (event) => openMenu(message, own, event.currentTarget),
    }));
}

function service(message, jump) {
  const pinned = message.pinned_message;
  const text = serviceText(message);
  return h("div", { class: "service", "data-testid": `msg-${message.message_id}` },
    pinned
      ? h("button", { type: "button", class: "service-text", dir: "auto", onclick: () => jump(pinned.message_id) }, text)
      : h("span", { class: "service-text", dir: "auto" }, text));
}

function openMenu(message, own, where, back) {
  const text = textOf(message);
  menu([
    { label: t("reply"), icon: "reply", act: () => reply(message), testid: "menu-reply" },
    text && { label: t("copy"), icon: "copy", act: () => copy(text), testid: "menu-copy" },
    own && message.text && { label: t("edit"), icon: "edit", act: () => edit(message), testid: "menu-edit" },
    own && { label: t("delete"), icon: "trash", danger: true, act: () => remove(message), testid: "menu-delete" },
  ].filter(Boolean), where, { back, head: (close) => picker(message, close) });
}

/** Let the composer answer a message. */
export function reply(message) {
  update({ target: { kind: "reply", message } });
}

/** Let the composer change an own message. */
export function edit(message) {
  update({ target: { kind: "edit", message } });
}

function remove(message) {
  const { chat } = state;
  confirm(t("delete.ask"), t("delete"), () => act("delete", { chat, message: message.message_id }));
}

function onLongPress(node, pressed) {
  let timer = null;
  const stop = () => clearTimeout(timer);
  node.addEventListener("touchstart", (event) => {
    const { clientX: x, clientY: y } = event.touches[0];
    stop();
    timer = setTimeout(() => pressed({ x, y }), LONG_PRESS_MS);
  }, { passive: true });
  for (const end of ["touchend", "touchmove", "touchcancel", "contextmenu"]) node.addEventListener(end, stop, { passive: true });
}
