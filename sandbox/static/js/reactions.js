/** Reactions below a message: how many, which is one's own, and picking another. */
import { act } from "./actions.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { state } from "./state.js";

const QUICK = ["👍", "❤", "😁", "🎉", "🙏", "👏"];

/** Draw the reactions of a message, or nothing when it has none; a tap puts one's own or takes it back. */
export function reactions(message) {
  const all = message.reactions ?? [];
  if (!all.length) return null;
  return h("div", { class: "reactions" }, all.map(({ emoji, count, mine }) => h("button", {
    type: "button", class: "reaction", "aria-pressed": String(mine), "aria-label": `${emoji} ${count}`, "data-testid": "reaction", "data-focus": `reaction ${emoji}`,
    onclick: () => react(message, mine ? "" : emoji),
  }, h("span", { "aria-hidden": "true" }, shown(emoji)), h("span", { "aria-hidden": "true" }, String(count)))));
}

/** Draw the row of emoji to pick from, for a message's menu; `close` ends the menu. */
export function picker(message, close) {
  const mine = message.reactions?.find((each) => each.mine)?.emoji;
  return h("div", { class: "picker", role: "group", "aria-label": t("react") }, QUICK.map((emoji) => h("button", {
    type: "button", role: "menuitem", class: "pick", "aria-label": mine === emoji ? t("react.back", { emoji }) : t("react.with", { emoji }), "aria-current": mine === emoji && "true", "data-testid": "pick",
    onclick: () => {
      close();
      react(message, mine === emoji ? "" : emoji);
    },
  }, shown(emoji))));
}

const react = (message, emoji) => act("react", { chat: state.chat, message: message.message_id, emoji });

/** The Bot API's heart is the plain sign; fonts draw it in colour only when asked. */
const shown = (emoji) => (emoji === "❤" ? "❤\uFE0F" : emoji);
