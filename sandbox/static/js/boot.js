// Runs before the first paint, so that the page never flashes in the wrong theme or language.
(() => {
  const query = new URLSearchParams(location.search);
  const stored = (name) => {
    try { return localStorage.getItem(`demo.${name}`); } catch { return null; }
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = query.get("theme") ?? stored("theme") ?? (dark ? "dark" : "light");
  const lang = query.get("lang") ?? stored("lang") ?? (/^zh\b/i.test(navigator.language) ? "zh" : "en");
  document.documentElement.dataset.theme = theme === "dark" ? "dark" : "light";
  document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
  document.title = lang === "en" ? "Demo" : "演示";
})();
