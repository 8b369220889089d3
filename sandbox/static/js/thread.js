/** The list of messages: days, unread mark, keeping the place while it grows, jumping to a message. */
import { markRead } from "./actions.js";
import { byId, h, nodesOf, reconcile } from "./dom.js";
import { dayKey, dayName, senderOf, serviceOf } from "./format.js";
import { toast } from "./dialogs.js";
import { t } from "./i18n.js";
import { redrawn } from "./keyboard.js";
import { drawRow } from "./message.js";
import { openChat, state, update } from "./state.js";
import { shownMessages, topicOf } from "./topics.js";
import { refresh } from "./sync.js";

const GROUP_SECONDS = 600;
const DEPTH = state.depth;
const DEEPEST = 5000;
const NEAR_BOTTOM_PX = 60;
const IDLE_MS = 1200;
const DAY_MARGIN_PX = 12;    // above .day-mark in chat.css

const scroller = byId("scroller");
const thread = byId("thread");
const toBottom = byId("to-bottom");

let opened = null;       // "person chat" of what is drawn
let unreadFrom = null;   // message_id above which the unread mark stands
let lastSeen = 0;        // newest message_id drawn
let newFrom = 0;         // messages above this id came while the chat was open
let fresh = 0;           // new messages below the fold
let deepening = false;   // earlier messages are on their way
let sticking = true;     // the visitor is at the bottom and wants to stay there
let idle = null;         // timer until the day's pill fades from over the messages
let reading = null;      // "person chat unread" that was reported as read

/** Wire scrolling. */
export function startThread() {
  scroller.addEventListener("scroll", onScroll, { passive: true });
  toBottom.addEventListener("click", () => {
    fresh = 0;
    stick();
  });
  document.addEventListener("visibilitychange", report);
  const follow = new ResizeObserver(() => {
    if (sticking) scroller.scrollTop = scroller.scrollHeight;
  });
  follow.observe(scroller);
  follow.observe(thread);
  scroller.addEventListener("keydown", walk);
}

/** Draw the open chat's messages; called after every change of view, chat, person or language. */
export function drawThread() {
  const chat = openChat();
  const key = `${state.as} ${state.chat} ${state.topic?.chat === state.chat ? state.topic.id : ""}`;
  if (!chat) {
    thread.replaceChildren();
    reconcile(thread, [], {});
    opened = null;
    toBottom.hidden = true;
    return;
  }
  const entering = opened !== key;
  if (entering) enter(chat, key);
  const messages = shownMessages(chat);
  const newest = messages.at(-1)?.message_id ?? 0;
  const arrived = entering ? [] : messages.filter((message) => message.message_id > lastSeen);
  newFrom = entering ? Infinity : lastSeen;
  lastSeen = Math.max(lastSeen, newest);
  render(chat);
  if (entering) settle();
  else if (arrived.some(isOwn)) stick();
  else if (sticking) scroller.scrollTop = scroller.scrollHeight;
  else fresh += arrived.length;
  drawButton();
  report();
}

function enter(chat, key) {
  reconcile(thread, [], {});
  opened = key;
  lastSeen = 0;
  fresh = 0;
  update({ depth: DEPTH });
  const others = chat.messages.filter((message) => !isOwn(message));
  unreadFrom = chat.unread > 0 && chat.unread < others.length ? others.at(-chat.unread).message_id : null;
}

function settle() {
  const mark = thread.querySelector(".unread");
  if (mark) {
    scroller.scrollTop = mark.offsetTop - 60;
    sticking = atBottom();
  } else {
    sticking = true;
    scroller.scrollTop = scroller.scrollHeight;
  }
}

function render(chat) {
  const items = rows(chat);
  const days = groupByDay(items);
  reconcile(thread, [...days.keys()], {
    key: (day) => day,
    sign: (day) => dayName(days.get(day)[0].message.date),
    draw: (day) => h("section", { class: "day" }, h("div", { class: "day-mark" }, h("span", {}, dayName(days.get(day)[0].message.date))), h("div", { class: "day-rows" })),
  });
  for (const [day, { node }] of nodesOf(thread)) {
    reconcile(node.lastChild, days.get(day), { key: (item) => item.key, sign: signature, draw: (item) => draw(item, chat) });
  }
}

function draw(item, chat) {
  if (item.unread) return h("div", { class: "unread" }, h("span", {}, t("unread.mark")));
  redrawn(chat, item.message);
  const row = drawRow(item, jumpTo);
  row.classList.toggle("is-new", item.message.message_id > newFrom);
  return row;
}

function signature({ message, album, first, last, unread }) {
  return unread ? state.lang : JSON.stringify([album ?? message, first, last, state.lang, state.panels?.clock.zone]);
}

function rows(chat) {
  const messages = shownMessages(chat);
  const items = [];
  messages.forEach((message, index) => {
    const day = dayKey(message.date);
    if (ofOneAlbum(messages[index - 1], message)) {
      const item = items.at(-1);
      item.album = [...(item.album ?? [item.message]), message];
      item.last = !together(message, messages[index + 1]);
      return;
    }
    if (message.message_id === unreadFrom) items.push({ key: "unread", unread: true, message, day });
    items.push({
      key: message.message_id, message, chat, day, own: isOwn(message),
      first: !together(messages[index - 1], message), last: !together(message, messages[index + 1]),
    });
  });
  return items;
}

const ofOneAlbum = (one, next) => Boolean(one?.media_group_id) && one.media_group_id === next.media_group_id;

function together(one, next) {
  return Boolean(one && next) && topicOf(one) === topicOf(next) && !serviceOf(one) && !serviceOf(next) && senderOf(one)?.id === senderOf(next)?.id
    && next.date - one.date < GROUP_SECONDS && dayKey(one.date) === dayKey(next.date)
    && next.message_id !== unreadFrom;
}

function groupByDay(items) {
  const days = new Map();
  for (const item of items) days.set(item.day, [...(days.get(item.day) ?? []), item]);
  return days;
}

const isOwn = (message) => senderOf(message)?.id === state.as;

const atBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PX;

/** The pill of the day shows over the messages while they move, then fades. */
function showDay() {
  scroller.classList.add("is-moving");
  clearTimeout(idle);
  idle = setTimeout(() => scroller.classList.remove("is-moving"), IDLE_MS);
  for (const { node } of nodesOf(thread).values()) {
    const mark = node.firstChild;
    mark.classList.toggle("is-stuck", mark.offsetTop - node.offsetTop > DAY_MARGIN_PX + 1);
  }
}

function onScroll() {
  showDay();
  sticking = atBottom();
  if (sticking) fresh = 0;
  if (scroller.scrollTop < 300) deepen(state.depth + DEPTH);
  drawButton();
  report();
}

/** Fetch earlier messages and keep what is seen where it is; false when the chat has none. */
async function deepen(depth) {
  const chat = openChat();
  if (deepening || !chat || chat.messages.length < state.depth) return false;
  deepening = true;
  const below = scroller.scrollHeight - scroller.scrollTop;
  update({ depth });
  await refresh();
  await Promise.resolve();
  deepening = false;
  scroller.scrollTop = scroller.scrollHeight - below;
  return true;
}

function stick() {
  sticking = true;
  scroller.scrollTo({ top: scroller.scrollHeight, behavior: smooth() });
  drawButton();
}

function drawButton() {
  toBottom.hidden = sticking;
  const label = fresh ? t("to.bottom.new", { n: fresh }) : t("to.bottom");
  toBottom.textContent = fresh ? `↓ ${label}` : "↓";
  toBottom.setAttribute("aria-label", label);
  toBottom.classList.toggle("has-new", fresh > 0);
}

/** Tell the server that the visitor has seen the chat: it is visible and scrolled to its end. */
function report() {
  const chat = openChat();
  const key = `${state.as} ${chat?.id} ${chat?.unread} ${lastSeen}`;
  const visible = !document.hidden && scroller.offsetParent !== null;
  if (!chat?.unread || !sticking || !visible || reading === key) return;
  reading = key;
  markRead(chat.id);
}

/** Scroll to a message and let it flash; says so when it is gone. */
export async function jumpTo(id) {
  const find = () => thread.querySelector(`[data-testid="msg-${id}"]`) ?? thread.querySelector(`[data-testid="photo-${id}"]`)?.closest(".row");
  const hidden = openChat()?.messages.find((message) => message.message_id === id);
  if (!find() && hidden) update({ topic: null });
  await Promise.resolve();
  const row = find() ?? (await deepen(DEEPEST) && find());
  if (!row) {
    toast(t("message.gone"));
    return;
  }
  sticking = false;
  row.scrollIntoView({ block: "center", behavior: smooth() });
  row.classList.remove("is-flashing");
  requestAnimationFrame(() => row.classList.add("is-flashing"));
  row.addEventListener("animationend", () => row.classList.remove("is-flashing"), { once: true });
}

function smooth() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

/** Arrow keys walk over the messages once the list has the focus. */
function walk(event) {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  if (event.target !== scroller && !event.target.classList.contains("row")) return;
  const all = [...thread.querySelectorAll(".row")];
  const at = all.indexOf(event.target);
  const next = event.key === "ArrowUp" ? all.at(at < 0 ? -1 : Math.max(0, at - 1)) : all[at + 1];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
