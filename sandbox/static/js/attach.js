/** The button beside the input that sends pictures and files: own ones, or small ones that come with the page. */
import { act } from "./actions.js";
import { menu, toast } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { t } from "./i18n.js";
import { openChat } from "./state.js";
import { topicField } from "./topics.js";

const SEEDED = ["tomatoes", "greens", "pumpkin", "boxes"];
const LARGEST_SIDE = 1280;
const MOST = 10;
const LONGEST_SHAPE = 20;    // Telegram takes no photo that is longer than so many times its width
const MOST_BYTES = 7_000_000;    // in base64 still under the ten megabytes of a request

/** Wire the button; `caption` takes what is written in the input and empties it. */
export function startAttach(caption) {
  const chosen = h("input", { type: "file", hidden: true, "data-testid": "attach-input" });
  document.body.append(chosen);
  const choose = (accept) => {
    chosen.accept = accept;
    chosen.multiple = accept !== "";
    chosen.value = "";
    chosen.click();
  };
  chosen.addEventListener("change", () => {
    const files = [...chosen.files];
    if (files.length) (chosen.accept ? sendPhotos(files, caption) : sendFile(files[0], caption));
  });
  byId("attach").addEventListener("click", (event) => menu([
    { label: t("attach.photo"), icon: "photo", testid: "attach-photo", act: () => choose("image/*") },
    { label: t("attach.file"), icon: "file", testid: "attach-file", act: () => choose("") },
    { label: t("attach.album"), icon: "album", testid: "attach-album", act: () => sendSeeded(SEEDED.slice(0, 3), caption) },
  ], event.currentTarget, { head: (close) => thumbnails(close, caption) }));
}

function thumbnails(close, caption) {
  return h("div", { class: "thumbnails", role: "group", "aria-label": t("attach.seeded") }, SEEDED.map((name) => h("button", {
    type: "button", role: "menuitem", class: "thumbnail", "data-testid": `attach-${name}`, "aria-label": t("attach.one", { what: t(`picture.${name}`) }),
    onclick: () => {
      close();
      sendSeeded([name], caption);
    },
  }, h("img", { src: address(name), alt: "", width: 480, height: 360 }))));
}

const address = (name) => `/demo/static/pictures/${name}.jpg`;

async function sendSeeded(names, caption) {
  const blobs = await Promise.all(names.map(async (name) => (await fetch(address(name))).blob()));
  await send(await Promise.all(blobs.map(base64)), caption);
}

async function sendPhotos(files, caption) {
  if (files.length > MOST) toast(t("attach.most", { n: MOST }));
  try {
    await send(await Promise.all(files.slice(0, MOST).map(smaller)), caption);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    toast(t(error.name === "ConstraintError" ? "attach.shape" : "attach.broken"), "error");
  }
}

function send(pictures, caption) {
  const words = caption();
  const given = { chat: openChat().id, ...topicField(openChat()), ...(words ? { caption: words } : {}) };
  return pictures.length > 1 ? act("album", { ...given, files: pictures }) : act("photo", { ...given, file: pictures[0] });
}

async function sendFile(file, caption) {
  if (file.size === 0 || file.size > MOST_BYTES) {
    toast(t(file.size ? "attach.large" : "attach.hollow"), "error");
    return;
  }
  const words = caption();
  await act("document", { chat: openChat().id, ...topicField(openChat()), name: file.name, file: await base64(file), ...(words ? { caption: words } : {}) });
}

/** Return a picture as JPEG in base64, no side longer than Telegram keeps. */
async function smaller(file) {
  const picture = await createImageBitmap(file);
  const long = Math.max(picture.width, picture.height);
  if (long > LONGEST_SHAPE * Math.min(picture.width, picture.height)) throw new DOMException("too narrow", "ConstraintError");
  const scale = Math.min(1, LARGEST_SIDE / long);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.85).split(",")[1];
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
