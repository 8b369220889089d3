/** The left pane: whom you can be, and that person's chats. */
import { become, enter } from "./actions.js";
import { byId, h, name, reconcile } from "./dom.js";
import { avatar, chatUser, fullName, partOf, preview, senderOf, serviceOf, shortMoment, who } from "./format.js";
import { t } from "./i18n.js";
import { myself, onChange, standing, state } from "./state.js";

const FILTER_FROM = 13;

/** Wire the pane and draw it on every change. */
export function startPeople() {
  byId("people-filter").addEventListener("input", drawPeople);
  onChange((changed) => {
    if (!["view", "panels", "as", "chat", "lang"].some((each) => changed.has(each))) return;
    drawPeople();
    drawChats();
  });
}

function drawPeople() {
  const people = inOrder(state.view?.people ?? []);
  const filter = byId("people-filter");
  filter.hidden = people.length < FILTER_FROM;
  const wanted = filter.hidden ? "" : filter.value.trim().toLowerCase();
  const found = people.filter((person) => `${fullName(person)} ${person.username ?? ""} ${roleOf(person)} ${noteOf(person)}`.toLowerCase().includes(wanted));
  const nobody = state.view && !found.length ? [{ id: "nobody", says: t(people.length ? "people.none" : "people.empty") }] : [];
  reconcile(byId("people"), [...found, ...nobody], {
    key: (person) => person.id,
    sign: (person) => JSON.stringify([person, person.id === state.as, partOf(person.id), state.lang]),
    draw: drawPerson,
  });
}

function inOrder(people) {
  const order = new Map((state.panels?.people ?? []).map((part, index) => [part.id, index]));
  const rank = (person) => order.get(person.id) ?? order.size;
  return [...people].sort((a, b) => rank(a) - rank(b));
}

function roleOf(person) {
  const role = partOf(person.id)?.role;
  return role && role !== "member" ? t(`role.${role}`) : "";
}

function noteOf(person) {
  const part = partOf(person.id);
  return (state.lang === "en" ? part?.note_en : part?.note_zh) ?? "";
}

/** How the person stands now, as the program says it. */
function standingOf(person) {
  return partOf(person.id)?.now?.[state.lang] ?? (person.username ? `@${person.username}` : "");
}

function drawPerson(person) {
  if (person.says) return h("p", { class: "side-empty" }, person.says);
  const role = roleOf(person);
  const note = noteOf(person);
  const chosen = person.id === state.as;
  return item({
    testid: `person-${person.id}`, chosen, onclick: () => choose(person.id), face: avatar(person),
    title: [
      h("span", { class: "side-name", dir: "auto" }, name(fullName(person))),
      note && h("span", { class: "side-note", dir: "auto", title: note }, note),
      role && h("span", { class: `role role-${partOf(person.id).role}` }, role),
    ],
    line: standingOf(person), unread: chosen ? 0 : person.unread,
  });
}

/** Be this person; on a narrow screen the chats, which stand below, come into sight. */
async function choose(id) {
  await become(id);
  await Promise.resolve();
  byId("chats").lastElementChild?.scrollIntoView({ block: "nearest" });
}

function item({ testid, chosen, onclick, face, title, line, unread, aside }) {
  return h("div", { class: "side-item", role: "listitem" },
    h("button", { type: "button", class: `side-row ${chosen ? "is-chosen" : ""}`, "data-testid": testid, "data-focus": "row", "aria-current": chosen && "true", onclick },
      face,
      h("span", { class: "side-text" },
        h("span", { class: "side-first" }, title, aside && h("span", { class: "side-time" }, aside)),
        h("span", { class: "side-second" }, h("span", { class: "side-line", dir: "auto" }, line), badge(unread)))));
}

function badge(unread) {
  return unread > 0 && h("span", { class: "badge", "aria-label": t("unread", { n: unread }) }, unread > 99 ? "99+" : String(unread));
}

function drawChats() {
  const me = myself();
  byId("chats-title").textContent = me ? t("chats.title", { name: fullName(me) }) : "";
  const chats = [...(state.view?.chats ?? [])].sort((a, b) => lastDate(b) - lastDate(a));
  reconcile(byId("chats"), chats.length ? chats : [{ id: "none", messages: [] }], {
    key: (chat) => chat.id,
    sign: (chat) => JSON.stringify([chat.title, chat.unread, chat.member, chat.requested, lastOf(chat), standing(chat), chat.id === state.chat, state.lang, chat.messages.length > 0 && shortMoment(lastOf(chat).date)]),
    draw: drawChat,
  });
}

const lastOf = (chat) => chat.messages.at(-1);
const lastDate = (chat) => lastOf(chat)?.date ?? 0;

function drawChat(chat) {
  if (chat.id === "none") return h("p", { class: "side-empty" }, state.view ? t("chats.empty") : t("loading"));
  const last = lastOf(chat);
  return item({
    testid: `chat-${chat.id}`, chosen: chat.id === state.chat, onclick: () => enter(chat.id),
    face: avatar(chatUser(chat)),
    title: h("span", { class: "side-name", dir: "auto" }, name(chat.title)),
    line: absence(chat) ?? (last ? lastLine(chat, last) : t("chats.none")),
    unread: chat.unread, aside: last && shortMoment(last.date),
  });
}

/** Why a chat shows no last message: outside, not started, blocked; null when it does. */
function absence(chat) {
  if (chat.kind !== "private") {
    if (chat.member) return null;
    return t(chat.requested ? "chats.requested" : "chats.outside");
  }
  const { started, blocked } = standing(chat);
  if (blocked) return t("chats.blocked");
  return started ? null : t("chats.unstarted");
}

function lastLine(chat, message) {
  if (chat.kind === "private" || serviceOf(message)) return preview(message);
  return `${who(senderOf(message))}: ${preview(message)}`;
}
