// Starts the page, and connects its parts: panes, keys, address, colours.

import { get } from "./api.js";
import { at, calmly, copy, dress, make, number, say, toast } from "./dom.js";
import * as compose from "./compose.js";
import * as findings from "./findings.js";
import * as inspector from "./inspector.js";
import { addKey, beginKeys } from "./keys.js";
import { follow, rateNow, touch } from "./live.js";
import { reload } from "./messages.js";
import { goTo, note } from "./place.js";
import * as register from "./register.js";
import * as rules from "./rules.js";
import * as sequence from "./sequence.js";
import * as settings from "./settings.js";
import { on, state, tell } from "./state.js";
import * as station from "./station.js";
import * as stations from "./stations.js";
import { beginTheme } from "./theme.js";
import * as tokens from "./tokens.js";
import * as verdict from "./verdict.js";

const TICK = 2000; // milliseconds: how often the open pane is read again, and only if something came
const VIEWS = {messages: () => {}, transactions: findings.refreshSessions, findings: findings.refresh, rules: rules.refresh, tokens: tokens.refresh, settings: settings.refresh, verdict: verdict.refresh};
const SIDES = {message: "message", station: "station", send: "sender"};

function showView(name) {
  state.view = Object.hasOwn(VIEWS, name) ? name : "messages";
  for (const tab of document.querySelectorAll("[data-view]")) tab.ariaSelected = tab.dataset.view === state.view;
  for (const each of Object.keys(VIEWS)) at(`view-${each}`).hidden = each !== state.view;
  VIEWS[state.view]();
  note();
  touch();
}

function showSide(name) {
  state.side = name;
  for (const tab of document.querySelectorAll("[data-side]")) tab.ariaSelected = tab.dataset.side === name;
  for (const [each, id] of Object.entries(SIDES)) at(id).hidden = each !== name;
  document.body.classList.add("detailed");
  note();
}

export function closeSide() {
  state.picked = null;
  inspector.show(null);
  document.body.classList.remove("detailed");
  note();
  touch();
}

function openSide(name) {
  if (name === "station" && !station.stationOf() && state.chosen.size === 1) station.show([...state.chosen][0]);
  if (name === "send" && !compose.chosenAction()) compose.open();
  showSide(name);
}

// The bar at the top.

const LINKS = {waiting: ["connecting", "warning"], live: ["live", "passed"], lost: ["reconnecting", "error"]};

function showLink() {
  const [word, mark] = state.isPaused ? ["paused", "warning"] : LINKS[state.link];
  say(at("link"), word);
  dress(at("link"), `tag ${mark}`);
  say(at("pause"), state.isPaused ? "Resume" : "Pause");
  at("pause").ariaPressed = state.isPaused;
}

let wasLost = false;

// Reloads the page if the stream is now that of a new mock, whose event numbers start at 1.
async function checkMock() {
  if (state.link === "lost") { wasLost = true; return; }
  if (!wasLost || state.link !== "live") return;
  wasLost = false;
  const about = await get("").catch(() => undefined);
  if (about && about.since !== state.about.since) location.reload();
  stations.refresh();
}

let hasNews = false; // whether events have come since the last tick

async function tick() {
  if (!hasNews || document.hidden) return;
  hasNews = false;
  tell("tick");
  try {
    const {counts} = await get("");
    say(at("findingcount"), counts.findings ? number(counts.findings) : "");
  } catch { /* the stream shows that the mock has stopped */ }
}

async function begin() {
  beginTheme();
  for (const each of [stations, sequence, inspector, station, compose, register, rules, tokens, settings, findings, verdict]) each.begin();
  for (const tab of document.querySelectorAll("[data-view]")) tab.onclick = () => showView(tab.dataset.view);
  for (const tab of document.querySelectorAll("[data-side]")) tab.onclick = () => openSide(tab.dataset.side);
  at("closeright").onclick = closeSide;
  at("pause").onclick = sequence.togglePause;
  at("opensend").onclick = () => compose.open();
  at("openhelp").onclick = () => at("help").showModal();
  at("url").onclick = (event) => copy(state.about.url, event.currentTarget);
  beginKeys(closeSide);
  on("view", showView);
  on("side", showSide);
  on("link", () => { showLink(); checkMock(); });
  on("paused", showLink);
  on("picked", note);
  on("place", note);
  on("problem", (problem) => toast(problem.message, "error"));
  on("events", () => { hasNews = true; });
  on("draw", () => say(at("rate"), `${number(Math.round(rateNow()))} events/s`));
  on("wasreset", (what) => { if (what.includes("events")) reload(); tick(); });
  let before = "";
  on("chosen", () => {
    const now = state.chosen.size ? [...state.chosen].join("\n") : `\n${state.glob}`;
    if (now === before) return;
    before = now;
    reload();
    note();
  });
  showView("messages");
  for (const tab of document.querySelectorAll("[data-side]")) tab.ariaSelected = tab.dataset.side === "message";
  await start();
  setInterval(tick, TICK);
}

// Loads the panes that other parts of the mock add. Each has a name, a title, a key, and functions to begin and to refresh.
async function addPanes() {
  for (const file of state.about.panes) {
    const pane = await import(`./${file}`);
    if (Object.hasOwn(VIEWS, pane.name)) continue;
    at("tabs").append(make("button", "", pane.title, {type: "button", role: "tab", "aria-selected": "false", "data-view": pane.name, onclick: () => showView(pane.name)}));
    const panel = make("div", "pane", [], {id: `view-${pane.name}`, role: "tabpanel", hidden: true});
    at("middle").append(panel);
    at("help").querySelector("dl").lastElementChild.previousElementSibling.before(make("dt", "", [make("kbd", "", pane.key)]), make("dd", "", pane.title));
    VIEWS[pane.name] = pane.refresh;
    addKey(pane.key, pane.name);
    pane.begin(panel);
  }
}

async function start() {
  try { state.about = await get(""); } catch (problem) {
    toast(problem.message, "error");
    setTimeout(start, 2000);
    return;
  }
  await addPanes().catch((problem) => toast(problem.message, "error"));
  say(at("url"), state.about.url);
  document.title = `mock-csms · ${state.about.url.replace("ws://", "")}`;
  say(at("findingcount"), state.about.counts.findings ? number(state.about.counts.findings) : "");
  follow(state.about.cursor);
  await stations.refresh();
  await goTo(location.hash);
  window.onhashchange = calmly(() => goTo(location.hash), 20);
  await Promise.all([reload(), rules.refresh(), tokens.refresh()]);
}

begin();
