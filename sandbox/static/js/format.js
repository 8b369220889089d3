/** Names, colours, times and one-line previews, as the page shows them. */
import { t, known } from "./i18n.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { personOf, state } from "./state.js";
import { topicName } from "./topics.js";

const COLOURS = 9;    // .peer-0 … in base.css
const TWO_HAN = /^\p{Script=Han}{2}$/u;    // 小林 and 小周 would look alike by their first letter
const formats = new Map();
const graphemes = new Intl.Segmenter("zh", { granularity: "grapheme" });

/** Return the demo's time zone, e.g. "Asia/Shanghai"; before the panels came, the offset of the view's clock. */
export function zone() {
  return state.panels?.clock.zone ?? state.view?.now.match(/[+-]\d\d:\d\d$/)?.[0] ?? "UTC";
}

/** Format an instant (Date, ISO text or Unix seconds) in the demo's zone. */
export function time(instant, options) {
  const locale = state.lang === "en" ? "en-US" : "zh-CN";
  const key = `${locale} ${zone()} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone(), ...options }));
  return formats.get(key).format(instantOf(instant));
}

/** Return a Date for a Date, an ISO text or Unix seconds. */
export function instantOf(instant) {
  if (instant instanceof Date) return instant;
  return new Date(typeof instant === "number" ? instant * 1000 : instant);
}

/** "09:05". */
export const clock = (instant) => time(instant, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** "11月23日 周一 09:05", with the year when it is not this one. */
export const moment = (instant) => `${time(instant, { ...yearOf(instant), month: "short", day: "numeric", weekday: "short" })} ${clock(instant)}`;

/** "12月1日 10:00", with the year when it is not this one. */
export const stamp = (instant) => `${time(instant, { ...yearOf(instant), month: "short", day: "numeric" })} ${clock(instant)}`;

function yearOf(instant) {
  return dayKey(instant).slice(0, 4) === dayKey(state.view.now).slice(0, 4) ? {} : { year: "numeric" };
}

/** The local day as a sortable key, "2026-11-23". */
export function dayKey(instant) {
  const key = `day ${zone()}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-CA", { timeZone: zone(), dateStyle: "short" }));
  return formats.get(key).format(instantOf(instant));
}

/** The day's name in the chat: today, yesterday or the date with its weekday. */
export function dayName(instant) {
  const now = instantOf(state.view.now);
  const day = dayKey(instant);
  const date = time(instant, { ...yearOf(instant), month: "short", day: "numeric", weekday: "long" });
  if (day === dayKey(now)) return `${t("today")} · ${date}`;
  if (day === dayKey(new Date(now.getTime() - 86_400_000))) return `${t("yesterday")} · ${date}`;
  return date;
}

/** How long until an instant, by the demo's clock: "3 小时后". */
export function until(instant) {
  const minutes = Math.ceil((instantOf(instant) - instantOf(state.view.now)) / 60_000);
  if (minutes <= 0) return t("unit.now");
  if (minutes < 60) return t("unit.minute", { n: minutes });
  if (minutes < 48 * 60) return t("unit.hour", { n: Math.round(minutes / 60) });
  return t("unit.day", { n: Math.round(minutes / 1440) });
}

/** Time of a chat's last message: the clock today, else the date. */
export function shortMoment(instant) {
  if (dayKey(instant) === dayKey(state.view.now)) return clock(instant);
  return time(instant, { ...yearOf(instant), month: "short", day: "numeric" });
}

/** The full name of a user or the title of a chat. */
export function fullName(user) {
  return user.title ?? [user.first_name, user.last_name].filter(Boolean).join(" ");
}

/** Whose picture a chat carries: the bot's in a private chat, else its own. */
export const chatUser = (chat) => (chat.kind === "private" ? { ...state.view.bot, first_name: chat.title } : chat);

/** The name behind a chat or user id; the id itself when the view does not know it. */
export function nameOf(id) {
  if (id === null || id === undefined) return "";
  const person = personOf(id);
  if (person) return fullName(person);
  const group = state.view?.chats.find((chat) => chat.id === id);
  return group ? group.title : String(id);
}

/** The person's role and note from the panels, or undefined. */
export function partOf(id) {
  return state.panels?.people.find((person) => person.id === id);
}

/** The class that carries the colour of a user, group or the bot. */
export function peerClass(user) {
  return user?.is_bot || user?.id === state.view?.bot.id ? "peer-bot" : `peer-${Math.abs(user?.id ?? 0) % COLOURS}`;
}

/** Draw a coloured round picture with the first letters of a name; the bot gets a leaf. */
export function avatar(user, size = "") {
  const colour = peerClass(user);
  return h("span", { class: `avatar ${colour} ${size}`, "aria-hidden": "true" },
    colour === "peer-bot" ? icon("leaf") : initials(fullName(user)));
}

function initials(text) {
  const words = text.replace(/[\p{C}\p{P}]/gu, " ").trim().split(/\s+/u);
  const first = (word) => (word ? [...graphemes.segment(word)][0]?.segment ?? "" : "");
  if (words.length === 1 && TWO_HAN.test(words[0])) return h("span", { class: "two" }, words[0]);
  const letters = first(words[0]);
  if (/\p{Script=Latin}/u.test(letters) && words.length > 1) return (letters + first(words.at(-1))).toUpperCase();
  return letters.toUpperCase() || "?";
}

/** The message in one line of plain text, for lists, quotes and the pinned bar. */
export function preview(message) {
  if (serviceOf(message)) return serviceText(message);
  const kind = mediaOf(message);
  const words = textOf(message) ?? message.poll?.question ?? message.invoice?.title ?? message.document?.file_name;
  const known = [kind && `[${t(`media.${kind}`)}]`, words].filter(Boolean).join(" ");
  return (known || t("message.media")).replace(/\s+/gu, " ").slice(0, 160);
}

const media = ["photo", "video", "animation", "document", "voice", "audio", "video_note", "sticker", "poll", "invoice"];

/** Return what a message holds beside text, by its Bot API name, or undefined. */
export const mediaOf = (message) => media.find((kind) => message[kind] !== undefined);

/** A message's text as clients show it: the payload of a Start button is for the bot alone. */
export function textOf(message) {
  const text = message.text ?? message.caption;
  return message.chat?.type === "private" && /^\/start [\w-]+$/.test(text) ? "/start" : text;
}

/** Who a message is from: a user, or a chat that speaks for itself. */
export const senderOf = (message) => message.sender_chat ?? message.from ?? message.chat;

/** The name of a message's sender, "you" for the visitor. */
export function who(user) {
  return user?.id === state.as ? t("you") : fullName(user ?? {});
}

const services = ["new_chat_members", "left_chat_member", "pinned_message", "new_chat_title", "group_chat_created",
  "supergroup_chat_created", "migrate_from_chat_id", "migrate_to_chat_id", "new_chat_photo", "delete_chat_photo",
  "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden",
  "channel_chat_created", "successful_payment"];

/** Return the service field of a message (joined, left, pinned, …), or undefined. */
export const serviceOf = (message) => services.find((field) => message[field] !== undefined);

/** Say in words what a service message tells. */
export function serviceText(message) {
  const by = who(senderOf(message));
  const field = serviceOf(message);
  if (field === "new_chat_members") {
    const users = message.new_chat_members;
    const alone = users.length === 1 && users[0].id === message.from?.id;
    return t(alone ? "service.joined" : "service.added", { by, who: users.map(who).join("、") });
  }
  if (field === "left_chat_member") {
    const gone = message.left_chat_member;
    return t(gone.id === message.from?.id ? "service.left" : "service.removed", { by, who: who(gone) });
  }
  if (field === "pinned_message") {
    const text = message.pinned_message.text?.replace(/\s+/gu, " ").replace(/^(.{24}).+$/u, "$1…");
    return t(text ? "service.pinned" : "service.pinned.plain", { who: by, text });
  }
  if (field === "new_chat_title") return t("service.title", { who: by, title: message.new_chat_title });
  if (field === "forum_topic_created") return t("service.topic.created", { who: by, topic: message.forum_topic_created.name });
  if (field.startsWith("forum_topic") || field.startsWith("general_forum")) return t(`service.${field.replace(/^general_forum_|^forum_/, "").replace("_", ".")}`, { who: by, topic: topicName(message) });
  if (field === "successful_payment") return t("service.paid", { who: by, n: message.successful_payment.total_amount });
  if (field.endsWith("_created")) return t("service.created", { who: by });
  return t(field.startsWith("migrate") ? "service.migrated" : "service.other", { who: by });
}

/** A class of the outbox, in words where the page has them. */
export const className = (value) => known(`class.${value}`, value);
