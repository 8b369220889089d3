/** What is remembered between visits (localStorage) and what an address can ask for (query and hash). */

/** Return the remembered value, or null. */
export function recall(name) {
  try {
    return localStorage.getItem(`demo.${name}`);
  } catch {
    return null;
  }
}

/** Remember a value; does without where the browser forbids it. */
export function remember(name, value) {
  try {
    localStorage.setItem(`demo.${name}`, String(value));
  } catch {
    // A private window without storage: the page works, it only forgets.
  }
}

/** Return what the address asks for: query (`lang`, `theme`) and hash (`as`, `chat`, `pane`, `tab`) together. */
export function asked() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const query = new URLSearchParams(location.search);
  return {
    as: number(hash.get("as")),
    chat: number(hash.get("chat")),
    pane: hash.get("pane"),
    tab: hash.get("tab"),
    lang: query.get("lang"),
    theme: query.get("theme"),
  };
}

/** Write person and chat into the address, so that it can be shared. */
export function writeHash(as, chat) {
  const wanted = `#as=${as}${chat === null ? "" : `&chat=${chat}`}`;
  if (location.hash !== wanted) history.replaceState(null, "", wanted);
}

function number(text) {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : null;
}

/** Return a remembered number, or null. */
export function recallNumber(name) {
  return number(recall(name));
}
