// Chooses the colours: those of the system, light or dark. The browser stores the choice.

import { at } from "./dom.js";

const NEXT = {"": "light", light: "dark", dark: ""}, SIGNS = {"": "◐", light: "☀", dark: "☾"};
const NAMES = {"": "as the system", light: "light", dark: "dark"}, KEY = "mock-csms-colours";

function read() {
  try { return localStorage.getItem(KEY) ?? ""; } catch { return ""; } // without storage, use the system's
}

function use(name) {
  document.documentElement.dataset.theme = name;
  at("theme").textContent = SIGNS[name];
  at("theme").ariaLabel = at("theme").title = `Colours: ${NAMES[name]}`;
}

export function beginTheme() {
  const first = read();
  use(Object.hasOwn(NEXT, first) ? first : "");
  at("theme").onclick = () => {
    const name = NEXT[document.documentElement.dataset.theme];
    try { localStorage.setItem(KEY, name); } catch { /* as above */ }
    use(name);
  };
}
