/** The six steps of the tour: where each happens, what to press, and how one sees that it was done. */
import { byId } from "./dom.js";
import { partOf, senderOf } from "./format.js";
import { personOf, state } from "./state.js";

const group = (run) => run.group;
const home = (run) => run.who;
const chatOf = (id) => state.view?.chats.find((chat) => chat.id === id);
const pick = (selector) => [...document.querySelectorAll(selector)].filter((node) => node.offsetParent).at(-1) ?? null;

/** The first button of the message that was pressed before, or of the newest one that has buttons. */
function firstKey(run) {
  const keyboards = [...document.querySelectorAll("#thread .keyboard")];
  const before = run.message && keyboards.find((keyboard) => keyboard.closest(`[data-testid="${run.message}"]`));
  return (before ?? keyboards.at(-1))?.querySelector('[data-kind="callback"]') ?? null;
}

/** The button that leads to the points, wherever it stands; else the first one. */
function pointsKey(run) {
  const first = firstKey(run);
  const keys = [...(first?.closest(".keyboard")?.querySelectorAll('[data-kind="callback"]') ?? [])];
  return keys.find((key) => /成长|growth/i.test(key.textContent)) ?? first;
}

/** The button under the bot's welcome: the first one that leads to it after the newcomer came in. */
function welcomeKey(run) {
  const messages = chatOf(run.group)?.messages ?? [];
  const came = messages.findLastIndex((message) => message.new_chat_members?.some((user) => user.id === run.who));
  const welcome = messages.slice(came + 1).find((message) => message.reply_markup?.inline_keyboard?.flat().some((button) => button.url));
  return welcome ? pick(`#thread [data-testid="msg-${welcome.message_id}"] [data-kind="url"]`) : null;
}

/** What the bot said last in somebody's private chat, with every change of it. */
function lastSaid(who) {
  const said = chatOf(who)?.messages.findLast((message) => senderOf(message)?.id !== who);
  return JSON.stringify([said?.message_id, said?.edit_date, said?.text, said?.reply_markup]);
}

/** Whether the visitor asked in words since the step began. */
const wrote = (run) => (chatOf(run.who)?.messages.at(-1)?.message_id ?? 0) > run.entry.newest;

/**
 * `stay`: the visitor reads what came of it before going on. `begin` notes what stood there when the step began;
 * a step without it may be done already when the tour is taken again.
 */
export const STEPS = [
  {
    name: "join", pane: "chat", chat: group,
    target: () => pick('[data-testid="join"]'),
    done: (run) => chatOf(run.group)?.member ?? false,
  },
  {
    name: "start", pane: "chat", chat: group,
    target: welcomeKey,
    done: (run) => personOf(run.who)?.started ?? false,
  },
  {
    name: "agree", pane: "chat", chat: home,
    target: firstKey,
    done: (run) => ["points", "no_points"].includes(partOf(run.who)?.standing),
  },
  {
    name: "points", pane: "chat", chat: home, stay: true,
    target: pointsKey,
    begin: (run) => ({ newest: chatOf(run.who)?.messages.at(-1)?.message_id ?? 0 }),
    done(run) {
      // What stood there may still change by itself until something is pressed.
      if (!run.entry.pressed && !wrote(run)) run.entry.said = lastSaid(run.who);
      return run.entry.said !== lastSaid(run.who);
    },
  },
  {
    name: "clock", pane: "inspector", tab: "clock", stay: true,
    target: () => pick('[data-testid="jump-days:15"]'),
    begin: () => ({ arrived: state.arrived }),
    done: (run) => state.arrived !== null && state.arrived !== run.entry.arrived && state.jumping === null,
  },
  {
    name: "inspector", pane: "inspector",
    target: () => byId("tab-outbox"),
    begin: () => ({}),
    done: () => state.tab === "outbox",
  },
];
