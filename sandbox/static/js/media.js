/** What a message holds beside text: photos and albums, files, invoices. */
import { h } from "./dom.js";
import { show } from "./dialogs.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { poll } from "./polls.js";
import { mediaOf, preview } from "./format.js";

const FILES = ["document", "video", "animation", "audio", "voice", "video_note", "sticker"];
const UNITS = ["B", "KB", "MB"];

/** Draw what the messages of one bubble hold, or nothing when that is only text. */
export function content(messages) {
  const [message] = messages;
  if (message.photo) return photos(messages);
  if (message.poll) return poll(message);
  if (message.invoice) return invoice(message);
  const kind = FILES.find((each) => message[each]);
  return kind ? file(kind, message[kind]) : null;
}

function photos(messages) {
  const shown = messages.filter((message) => message.photo);
  return h("div", { class: shown.length > 1 ? `album is-${shown.length % 2 ? "odd" : "even"}` : "photo-alone" }, shown.map(photo));
}

function photo(message) {
  const best = message.photo.at(-1);
  const picture = (loading) => h("img", { src: address(best), alt: message.caption ?? t("media.photo"), width: best.width, height: best.height, loading });
  return h("button", { type: "button", class: "photo", "data-testid": `photo-${message.message_id}`, "aria-label": t("photo.open", { what: preview(message) }), onclick: () => show(picture("eager"), preview(message)) }, picture("lazy"));
}

/** Where the bytes of a file are. */
const address = (file) => `/control/file/${encodeURIComponent(file.file_id)}`;

function file(kind, { file_name: name, file_size: size, duration, emoji, ...rest }) {
  const says = [name ?? emoji ?? t(`media.${kind}`), duration !== undefined && t("media.seconds", { n: duration }), size && bytes(size)];
  return h("a", { class: "file", href: address(rest), download: name ?? "", "data-testid": "file" }, icon(kind === "document" ? "file" : "panel"),
    h("span", {}, h("b", { dir: "auto" }, says[0]), h("span", {}, says.slice(1).filter(Boolean).join(" · "))));
}

function bytes(count) {
  const unit = count < 1024 ? 0 : count < 1024 ** 2 ? 1 : 2;
  return `${(count / 1024 ** unit).toFixed(unit === 2 ? 1 : 0)} ${UNITS[unit]}`;
}

function invoice({ invoice: due, payment }) {
  return h("div", { class: "invoice" }, h("b", { dir: "auto" }, due.title), h("p", { dir: "auto" }, due.description),
    h("span", {}, `${due.total_amount} ⭐`), payment && h("span", { class: "tag" }, t(`payment.${payment.state}`)));
}

/** Say whether a message shows something even without words. */
export const holdsMedia = (message) => mediaOf(message) !== undefined;
