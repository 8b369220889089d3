/** The input: sending, answering, editing, drafts per chat, and the list of commands after "/". */
import { act } from "./actions.js";
import { startAttach } from "./attach.js";
import { commandList } from "./commands.js";
import { byId, fill, h, iconButton } from "./dom.js";
import { fullName, preview, senderOf } from "./format.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { edit } from "./message.js";
import { onChange, openChat, state, update } from "./state.js";
import { topicField } from "./topics.js";

const input = byId("composer");
const drafts = new Map();
let place = null;    // "person chat" whose draft stands in the input

/** Wire the input. */
export function startComposer() {
  const commands = commandList({ take: complete, run });
  byId("composer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  input.addEventListener("input", () => {
    grow();
    commands.show(input.value);
  });
  input.addEventListener("keydown", (event) => {
    // While an input method composes (pinyin), Enter and arrows belong to it.
    if (event.isComposing || event.keyCode === 229) return;
    if (commands.key(event) || keys(event)) event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(commands.hide, 150));
  startAttach(() => {
    const text = input.value.trim();
    put("");
    return text;
  });
  byId("commands-button").addEventListener("click", () => {
    input.focus();
    commands.toggle();
  });
  onChange((changed) => {
    if (changed.has("as") || changed.has("chat")) switchDraft();
    if (changed.has("target") || changed.has("lang")) drawTarget(changed.has("target"));
    if (changed.has("view") || changed.has("chat")) byId("commands-button").hidden = !openChat()?.commands?.length;
  });
}

function keys(event) {
  if (event.key === "Enter" && !event.shiftKey) {
    send();
    return true;
  }
  if (event.key === "Escape" && state.target) {
    leaveTarget();
    return true;
  }
  if (event.key === "ArrowUp" && !input.value && !state.target) return editLast();
  return false;
}

function editLast() {
  const last = openChat()?.messages.findLast((message) => senderOf(message)?.id === state.as && message.text);
  if (last) edit(last);
  return Boolean(last);
}

async function send() {
  const text = input.value.trim();
  const { chat, target } = state;
  if (!text || chat === null) return;
  put("");
  update({ target: null });
  const done = target?.kind === "edit"
    ? await act("edit", { chat, message: target.message.message_id, text })
    : await act(...verbFor(text, chat, target));
  // Nothing that was typed is lost when the server refuses it.
  if (done === undefined && !input.value && chat === state.chat) put(text);
}

function verbFor(text, chat, target) {
  const answers = target ? { reply_to: target.message.message_id } : {};
  return ["send", { chat, text, ...topicField(openChat(), target), ...answers }];
}

function run(command) {
  const answered = state.target?.kind === "reply" ? state.target : null;
  put("");
  update({ target: null });
  act(...verbFor(command, state.chat, answered));
}

function complete(command) {
  put(`${command} `);
  input.focus();
}

function put(text) {
  input.value = text;
  grow();
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 180)}px`;
  byId("send").classList.toggle("is-ready", input.value.trim() !== "");
}

function switchDraft() {
  if (place !== null && state.target?.kind !== "edit") drafts.set(place, input.value);
  place = `${state.as} ${state.chat}`;
  put(drafts.get(place) ?? "");
}

function drawTarget(moved) {
  const bar = byId("composing");
  const { target } = state;
  bar.hidden = target === null;
  byId("send").replaceChildren(icon(target?.kind === "edit" ? "check" : "send"));
  if (target === null) return;
  const { kind, message } = target;
  const title = kind === "edit" ? t("editing") : t("reply.to", { name: fullName(senderOf(message)) });
  fill(bar, icon(kind), h("div", { class: "composing-text" }, h("b", { dir: "auto" }, title), h("span", { dir: "auto" }, preview(message))),
    iconButton("close", t("cancel"), { "data-testid": "composing-cancel", onclick: leaveTarget }));
  if (!moved) return;
  if (kind === "edit") put(message.text);
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
}

function leaveTarget() {
  if (state.target?.kind === "edit") put("");
  update({ target: null });
  input.focus();
}
