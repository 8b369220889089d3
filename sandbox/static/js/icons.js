/** Line icons of 24 × 24 units, drawn for this page. */
const paths = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  panel: "M4 5h16v14H4zM14 5v14",
  menu: "M4 7h16M4 12h16M4 17h10",
  send: "M4 12l16-8-5 16-4-7-7-1zM11 13l4-4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  help: "M9.5 9.5a2.6 2.6 0 1 1 3.7 2.400c-.8.4-1.2 1-1.2 1.900M12 17v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M5.3 18.700l1.4-1.400M17.3 6.700l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  people: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5M16 5a3.2 3.2 0 0 1 0 6.200M17.5 14.300c2.3.7 3.7 2.5 4 5.2",
  chat: "M4 5.5h16v11h-8.5L7 20v-3.5H4z",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  outbox: "M4 13.5h4l1.5 2.5h5l1.5-2.5h4M4 13.5V19h16v-5.5M12 11V3.5M8.5 7L12 3.5 15.5 7",
  calls: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
  journal: "M6 3.5h12v17H6zM9.5 8h5M9.5 12h5M9.5 16h3",
  jobs: "M12 6.5a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM12 10v3.5l2 1.5M5 3L2.5 5.5M19 3l2.5 2.5",
  down: "M6 10l6 6 6-6",
  right: "M10 6l6 6-6 6",
  pin: "M9 3.5h6l-.7 6 3.2 3.5h-11l3.2-3.5zM12 13v7.5",
  reply: "M10 6L4 12l6 6M4.5 12H14c3.5 0 6 2 6 6",
  edit: "M4 20l1-4.5L16 4.5l3.5 3.5-11 11zM13.5 7l3.5 3.5",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  link: "M8 16L16 8M9.5 7.5H16.5V14.5",
  leave: "M14 4H5v16h9M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5",
  block: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12",
  alert: "M12 4L2.8 19.5h18.400zM12 10v4.5M12 17v.01",
  wait: "M7 3.5h10M7 20.5h10M8 3.5c0 4 3 5.5 4 8.5 1-3 4-4.5 4-8.5M8 20.5c0-4 3-5.5 4-8.5 1 3 4 4.5 4 8.5",
  skip: "M5 6l7 6-7 6zM13 6l7 6-7 6z",
  faults: "M13 3L5 13.5h6L10 21l8-10.500h-6z",
  attach: "M19 11.5l-7.300 7.300a4.600 4.600 0 0 1-6.500-6.500l7.800-7.800a3 3 0 0 1 4.300 4.300l-7.600 7.600a1.500 1.500 0 0 1-2.100-2.100l6.900-6.900",
  photo: "M4 6h16v13H4zM4 16l4.500-4.500L13 16l3-3 4 4M15.500 9.500v.01",
  album: "M7 4.500h13v11H7zM4 8v11.500h13M7 13l3.500-3 3 3 2.500-2 4 3.500",
  file: "M6 3.500h8l4.500 4.500v12.500H6zM14 3.500V8h4.500",
  plus: "M12 5v14M5 12h14",
  lock: "M6.500 11h11v9h-11zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  leaf: "M20 4C10 3.5 4 8 4.5 15.5c.1 1.5.5 2.5 1 3.5M20 4c.5 9-3.5 15.5-10.5 15.5-1.5 0-3-.4-4-.5M5.5 19c1-4.5 4-8 8.5-10",
};

/** Return the icon as an SVG element that screen readers skip. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", paths[name] ?? paths.help);
  svg.append(path);
  return svg;
}
