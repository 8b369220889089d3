/** Turning a message's text and entities into DOM nodes. Offsets are UTF-16 units, as in JavaScript strings. */
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { openMention, openUrl, sendCommand } from "./actions.js";

const tags = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", blockquote: "blockquote",
};

const blocks = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** Return the nodes that show `text` with its entities; entities may nest and touch. */
export function formatted(text, entities = []) {
  const sorted = entities
    .map((entity) => ({ ...entity, end: Math.min(entity.offset + entity.length, text.length) }))
    .filter((entity) => entity.offset < entity.end)
    .sort((a, b) => a.offset - b.offset || b.end - a.end);
  return slice(text, 0, text.length, sorted);
}

function slice(text, from, to, entities) {
  const nodes = [];
  let at = from;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    if (entity.offset < at || entity.offset >= to) continue;
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const end = Math.min(entity.end, to);
    const inner = entities.slice(index + 1).filter((other) => other.offset < end);
    nodes.push(element(entity, text.slice(entity.offset, end), slice(text, entity.offset, end, inner)));
    // A block ends its line by itself; the newline after it would show as an empty one.
    at = blocks.has(entity.type) && text[end] === "\n" ? end + 1 : end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function element(entity, text, children) {
  const { type } = entity;
  if (type in tags) return h(tags[type], {}, children);
  if (type === "pre") return h("pre", { dir: "ltr" }, entity.language && h("span", { class: "pre-language" }, entity.language), h("code", {}, children));
  if (type === "spoiler") return spoiler(children);
  if (type === "expandable_blockquote") return longQuote(children);
  if (type === "bot_command") return acting(children, () => sendCommand(text));
  if (type === "mention") return acting(children, () => openMention(text));
  if (type === "text_link") return link(entity.url, children);
  if (type === "url") return link(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`, children);
  if (type === "email") return link(`mailto:${text}`, children);
  if (type === "phone_number") return link(`tel:${text}`, children);
  if (type === "text_mention" || type === "hashtag" || type === "cashtag") return h("span", { class: "tagged" }, children);
  return h("span", {}, children);
}

function acting(children, onclick) {
  return h("button", { type: "button", class: "text-button", onclick }, children);
}

function link(url, children) {
  if (!/^(https?|tg|mailto|tel):/i.test(url)) return h("span", {}, children);
  const onclick = (event) => {
    if (openUrl(url, { byBrowser: true })) event.preventDefault();
  };
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url, onclick }, children);
}

function spoiler(children) {
  const hidden = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": t("spoiler"), title: t("spoiler") },
    h("span", { class: "spoiler-text" }, children));
  const show = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    hidden.classList.add("is-shown");
    for (const attribute of ["role", "tabindex", "aria-label", "title"]) hidden.removeAttribute(attribute);
    hidden.removeEventListener("click", show);
    hidden.removeEventListener("keydown", show);
  };
  hidden.addEventListener("click", show);
  hidden.addEventListener("keydown", show);
  return hidden;
}

function longQuote(children) {
  const text = h("div", { class: "quote-text" }, children);
  const more = h("button", { type: "button", class: "text-button", onclick: () => {
    quote.classList.add("is-open");
    more.remove();
  } }, t("quote.more"));
  const quote = h("blockquote", { class: "is-long" }, text, more);
  return quote;
}
