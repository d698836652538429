// The settings: what each is, where it comes from, and a field to change those that may change while the mock runs.

import { ask, get, remove } from "./api.js";
import { at, button, calmly, empty, make, toast } from "./dom.js";
import { on, state } from "./state.js";
import { table } from "./station.js";

let settings = [], list = null, nothing = null;
const rows = new Map(); // by name: the row, and the setting that it shows

export async function refresh() {
  try { settings = await get("/settings"); } catch (problem) { toast(problem.message, "error"); return; }
  draw();
}

// A row stays as long as its setting does, so that nothing is lost of a text that somebody types meanwhile.
function draw() {
  for (const each of settings) {
    const told = JSON.stringify(each), old = rows.get(each.name);
    if (old?.told === told) continue;
    rows.set(each.name, {told, element: row(each)});
    old?.element.replaceWith(rows.get(each.name).element);
  }
  if (!list) {
    list = table(["Setting", "Value", "From", ""], settings.map((each) => rows.get(each.name).element), "wide");
    nothing = empty("No setting matches", "Words may be in its name or in its meaning.");
    at("settinglist").replaceChildren(list, nothing);
  }
  filter();
}

function filter() {
  const words = at("settingwords").value.toLowerCase().split(/\s+/).filter(Boolean), isGiven = at("settingsgiven").checked;
  const matches = (each) => (!isGiven || each.origin !== "default") && words.every((word) => `${each.name} ${each.help}`.toLowerCase().includes(word));
  for (const each of settings) rows.get(each.name).element.hidden = !matches(each);
  nothing.hidden = !(list.hidden = !settings.some(matches));
}

const written = (value) => value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

function row(setting) {
  const name = make("td", "mono", setting.name, {title: setting.help}), origin = make("td", setting.origin === "default" ? "faint" : "", setting.origin);
  if (setting.is_secret) return make("tr", "", [name, make("td", "faint", "not shown"), origin, make("td")]);
  if (setting.is_fixed) return make("tr", "", [name, make("td", "mono", written(setting.value)), origin, make("td", "faint once", "takes a restart")]);
  const input = make("input", "mono", "", {value: written(setting.value), spellcheck: false, autocomplete: "off", ariaLabel: setting.name});
  input.onchange = () => save(setting, read(input.value, setting.value));
  const back = setting.origin === "API" ? button("Back", () => save(setting, null), "small", {title: "Use what it was at the start", ariaLabel: `Back: ${setting.name}`}) : "";
  return make("tr", "", [name, make("td", "", [input]), origin, make("td", "tools", [back])]);
}

// What is written in a field: text stays text where text was, and is read as JSON elsewhere; nothing goes back to the start.
function read(text, before) {
  if (text.trim() === "") return null;
  if (typeof before === "string") return text;
  try { return JSON.parse(text); } catch { return text; }
}

async function save(setting, value) {
  at("settingwrong").textContent = "";
  try {
    const told = await ask("PATCH", "/settings", {[setting.name]: value});
    toast(told.warnings[0] ?? `${setting.name}: ${value === null ? "as it was at the start" : "applies from now on"}`, told.warnings.length ? "error" : "");
  } catch (problem) { at("settingwrong").textContent = problem.message; }
  refresh();
}

async function goBack() {
  try { await remove("/settings"); toast("All settings are as they were at the start"); } catch (problem) { toast(problem.message, "error"); }
  refresh();
}

export function begin() {
  at("settingwords").oninput = calmly(filter, 150);
  at("settingsgiven").onchange = filter;
  at("settingsback").onclick = goBack;
  on("wasreset", () => { if (state.view === "settings") refresh(); });
}
