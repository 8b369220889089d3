/** The inline keyboard under a message: drawing, pressing, waiting for the bot's answer. */
import { act, copy, enter, openUrl } from "./actions.js";
import { alert, toast } from "./dialogs.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { fullName, nameOf } from "./format.js";
import { state } from "./state.js";

const ANSWER_TIMEOUT_MS = 12_000;
const waiting = new Map();

/** Draw the keyboard of a message, or nothing when it has none. */
export function keyboard(message, chat) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (!rows.length) return null;
  return h("div", { class: "keyboard" }, rows.map((row, y) => h("div", { class: "keyboard-row" },
    row.map((button, x) => draw(button, message, chat, `${y}:${x}`)))));
}

function draw(button, message, chat, place) {
  const kind = kindOf(button);
  const style = ["success", "danger", "primary"].includes(button.style) ? `is-${button.style}` : "";
  return h("button", {
    type: "button", class: `key ${style}`, "data-testid": "btn", "data-focus": place, "data-kind": kind.name,
    title: kind.says, onclick: (event) => kind.press(event.currentTarget, button, message, chat),
  }, h("span", { class: "key-label", dir: "auto" }, button.text),
  kind.icon && h("span", { class: "key-mark" }, icon(kind.icon)), h("span", { class: "key-wait" }));
}

function kindOf(button) {
  if (button.callback_data !== undefined) return { name: "callback", press: tap };
  if (button.url) return { name: "url", icon: "link", says: button.url, press: follow };
  if (button.pay) return { name: "pay", press: (_node, _button, message, chat) => act("pay", { chat: chat.id, message: message.message_id }) };
  if (button.copy_text) return { name: "copy", icon: "copy", says: t("button.copy"), press: () => copy(button.copy_text.text) };
  const says = t(button.web_app ? "button.app" : "button.other");
  return { name: "other", icon: button.web_app ? "panel" : null, says, press: () => toast(says) };
}

async function tap(node, button, message, chat) {
  const key = `${chat.id}:${message.message_id}`;
  if (waiting.get(key)?.node.isConnected) return;
  node.classList.add("is-waiting");
  node.setAttribute("aria-busy", "true");
  const timer = setTimeout(() => {
    settle(key);
    toast(t("button.late"));
  }, ANSWER_TIMEOUT_MS);
  waiting.set(key, { node, timer });
  const result = await act("tap", { chat: chat.id, message: message.message_id, data: button.callback_data });
  if (result === undefined) settle(key);
}

async function follow(_node, button, message, chat) {
  const address = /^https:\/\/t\.me\//i.test(button.url);
  if (!address) {
    openUrl(button.url);
    return;
  }
  const result = await act("tap", { chat: chat.id, message: message.message_id, button: button.text });
  if (result === undefined) return;
  if (result.url) openUrl(result.url);
  else enter(state.as);
}

function settle(key) {
  const entry = waiting.get(key);
  if (!entry) return;
  clearTimeout(entry.timer);
  entry.node.classList.remove("is-waiting");
  entry.node.removeAttribute("aria-busy");
  waiting.delete(key);
}

/** The message was drawn anew: nothing waits on it any more. */
export function redrawn(chat, message) {
  settle(`${chat.id}:${message.message_id}`);
}

/** The bot answered a tap: stop the waiting mark and show what it said. */
export function answered({ text, alert: modal, chat, message, url }) {
  settle(`${chat}:${message}`);
  if (url) openUrl(url);
  if (!text) return;
  if (modal) alert(state.view ? fullName(state.view.bot) : nameOf(chat), text);
  else toast(text);
}
