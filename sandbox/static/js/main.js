/** Starts the page: chooses a person, wires the panes, keeps language, theme and place. */
import * as api from "./api.js";
import { startChat } from "./chat.js";
import { startComposer } from "./composer.js";
import { byId, h } from "./dom.js";
import { fullName } from "./format.js";
import { t, translatePage } from "./i18n.js";
import { icon } from "./icons.js";
import { startInspector, TABS } from "./inspector.js";
import { startPeople } from "./people.js";
import { asked, recall, recallNumber, remember, writeHash } from "./prefs.js";
import { answered } from "./keyboard.js";
import { follow } from "./sync.js";
import { onChange, state, update } from "./state.js";
import { beginTour, startTour } from "./tour.js";

const PANES = { people: "people", chat: "chat", inspector: "clock" };
const TOUR_BUTTONS = ["help", "welcome-begin"];
const root = document.documentElement;

async function start() {
  const wish = asked();
  const pick = (value, allowed, otherwise) => (allowed.includes(value) ? value : otherwise);
  Object.assign(state, {
    lang: root.lang === "en" ? "en" : "zh",
    theme: root.dataset.theme,
    tab: pick(wish.tab, TABS, pick(recall("tab"), TABS, "clock")),
    pane: pick(wish.pane, Object.keys(PANES), wish.chat === null ? "people" : "chat"),
  });
  for (const node of document.querySelectorAll("[data-icon]")) node.prepend(icon(node.dataset.icon));
  startPeople();
  startChat();
  startComposer();
  startInspector();
  startTour();
  startFrame();
  onChange(draw);
  follow(answered);
  draw(new Set(["lang", "theme", "pane"]));
  await choosePerson(wish);
}

/** Choose whom to be: the address, else the one remembered, else the first in the panels or the world. */
async function choosePerson({ as, chat }) {
  try {
    const [panels, world] = await Promise.all([api.getPanels(), api.getWorld()]);
    const there = world.users.map((user) => user.id);
    const chosen = [as, recallNumber("as"), panels.people[0]?.id, there[0]].find((id) => there.includes(id));
    if (chosen === undefined) throw new api.Offline("nobody in the world yet");
    const view = await api.getView(chosen, state.depth);
    update({ panels, as: chosen, view, chat: chooseChat(view, [chat, state.chat, recallNumber("chat")]), online: true });
  } catch (error) {
    if (!(error instanceof api.Offline || error instanceof api.Refused)) throw error;
    update({ online: false });
    setTimeout(() => choosePerson({ as, chat }), 1500);
  }
}

/** Return the first wished chat that exists, else the one with the newest message. */
function chooseChat(view, wishes) {
  const there = wishes.find((id) => view.chats.some((chat) => chat.id === id));
  if (there !== undefined) return there;
  const newest = (chat) => chat.messages.at(-1)?.date ?? 0;
  return [...view.chats].sort((a, b) => newest(b) - newest(a))[0]?.id ?? null;
}

function startFrame() {
  byId("language").addEventListener("click", () => update({ lang: state.lang === "zh" ? "en" : "zh" }));
  byId("theme").addEventListener("click", () => update({ theme: state.theme === "dark" ? "light" : "dark" }));
  for (const id of TOUR_BUTTONS) byId(id).addEventListener("click", beginTour);
  byId("welcome-close").addEventListener("click", () => {
    byId("welcome").hidden = true;
    remember("tour", "closed");
  });
  byId("welcome").hidden = recall("tour") !== null;
  byId("bottom-nav").append(...Object.entries(PANES).map(([pane, symbol]) => h("button", {
    type: "button", class: "nav-button", id: `nav-${pane}`, "data-testid": `nav-${pane}`, onclick: () => update({ pane }),
  }, icon(symbol), h("span", { "data-i18n": `nav.${pane}` }))));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.pane === "inspector" && !event.defaultPrevented) update({ pane: "chat" });
  });
  window.addEventListener("hashchange", () => {
    const wish = asked();
    if (wish.as !== null && wish.as !== state.as) choosePerson(wish);
    else if (wish.chat !== null) update({ chat: wish.chat });
  });
}

function draw(changed) {
  if (changed.has("lang")) drawLanguage();
  if (changed.has("theme")) drawTheme();
  if (changed.has("pane")) drawPane();
  // The tour goes by who the people are: pressed before that is known it would do nothing, or lead another.
  if (changed.has("panels") || changed.has("as")) for (const id of TOUR_BUTTONS) byId(id).disabled = !state.panels || state.as === null;
  if (changed.has("online")) byId("offline").hidden = state.online;
  if (changed.has("as") && state.as === null) choosePerson({ as: null, chat: null });
  if (changed.has("view") && state.view) drawView();
  if ((changed.has("as") || changed.has("chat")) && state.as !== null) keepPlace();
}

function drawLanguage() {
  translatePage();
  drawTitle();
  byId("language").textContent = state.lang === "zh" ? "EN" : "中";
  if (root.dataset.ready) remember("lang", state.lang);
}

function drawTitle() {
  document.title = [state.view && fullName(state.view.bot), t("demo")].filter(Boolean).join(" · ");
}

function drawTheme() {
  root.dataset.theme = state.theme;
  byId("theme").replaceChildren(icon(state.theme === "dark" ? "sun" : "moon"));
  if (root.dataset.ready) remember("theme", state.theme);
}

function drawPane() {
  document.body.dataset.pane = state.pane;
  for (const pane of Object.keys(PANES)) {
    const here = pane === state.pane;
    byId(`nav-${pane}`).toggleAttribute("aria-current", here);
    if (here) byId(`nav-${pane}`).setAttribute("aria-current", "page");
  }
}

function drawView() {
  const bot = fullName(state.view.bot);
  byId("brand").textContent = bot;
  drawTitle();
  if (state.chat !== null && !state.view.chats.some((chat) => chat.id === state.chat)) update({ chat: chooseChat(state.view, []) });
  if (!root.dataset.ready) requestAnimationFrame(() => { root.dataset.ready = "1"; });
}

function keepPlace() {
  remember("as", state.as);
  if (state.chat !== null) remember("chat", state.chat);
  writeHash(state.as, state.chat);
}

start();
