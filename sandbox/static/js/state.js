/** What the page knows, in one object; `update` changes it and tells the parts that draw. */
export const state = {
  as: null,           // user id the visitor is
  chat: null,         // open chat's id
  topic: null,        // {chat, id} of the chosen topic of a forum, null while all are shown
  view: null,         // the server's view for `as`
  depth: 120,         // how many messages of a chat the view holds
  panels: null,       // the inspector's JSON
  calls: [],          // Bot API calls, oldest first
  faults: [],         // the faults that stand in the sandbox
  tour: null,         // number of the tour's step, null while none is taken
  lang: "zh",
  theme: "light",
  pane: "people",     // what a narrow screen shows: people, chat, inspector
  tab: "clock",       // the inspector's tab
  online: true,
  jumping: null,      // the jump that runs, e.g. "days:7"
  arrived: null,      // what the last jump brought: rows of outbox and journal, newest first
  target: null,       // {kind: "reply" | "edit", message}: what the composer refers to
};

const listeners = [];
let changed = null;

/** Call `draw(changed)` after every change, with the set of changed names. */
export function onChange(draw) {
  listeners.push(draw);
}

/** Change the state; drawing follows once, after the current task. */
export function update(patch) {
  const names = Object.keys(patch).filter((name) => state[name] !== patch[name]);
  Object.assign(state, patch);
  if (!names.length) return;
  if (changed === null) {
    changed = new Set();
    queueMicrotask(draw);
  }
  names.forEach((name) => changed.add(name));
}

function draw() {
  const names = changed;
  changed = null;
  for (const listener of listeners) listener(names);
}

/** Return the open chat as the view shows it, or null. */
export function openChat() {
  return state.view?.chats.find((chat) => chat.id === state.chat) ?? null;
}

/** Return the person the visitor is, with name, unread, started, blocked. */
export function myself() {
  return personOf(state.as) ?? state.view?.me ?? null;
}

/** Return the person with this id, or null. */
export function personOf(id) {
  return state.view?.people.find((person) => person.id === id) ?? null;
}

/** Say how the visitor stands with the bot of a private chat: started, blocked. */
export function standing(chat) {
  const me = myself();
  return { started: chat.started ?? me?.started ?? false, blocked: chat.blocked ?? me?.blocked ?? false };
}

/** Say whether the inspector can be seen now. */
export function inspectorVisible() {
  return state.pane === "inspector" || wide.matches;
}

/** From here on all three panes stand side by side (see layout.css). */
export const wide = matchMedia("(min-width: 1100px)");
