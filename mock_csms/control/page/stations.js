// The list of stations, in one Map for the whole page. It is read from the API, again after certain events.

import { get, query } from "./api.js";
import { at, button, calmly, command, dress, empty, globbed, make, number, say } from "./dom.js";
import { touch } from "./live.js";
import { globOf } from "./messages.js";
import { on, state, tell } from "./state.js";

const ROW = 46, SPARE = 4, PAGE = 250; // pixels, rows, and stations in one request: more would be a long task
const LEAST_PAUSE = 1000, MOST_PAUSE = 5000, PAUSE_EACH = 3; // milliseconds between two requests: at least, at most, and for each station
const MOST_CHIPS = 6; // the most connectors that are shown for a station
const CHANGING = new Set(["Connected", "Disconnected", "Finding"]); // kinds of events after which the list is read again
const ACTIONS = new Set(["BootNotification", "StatusNotification", "TransactionEvent", "StartTransaction", "StopTransaction"]);
const SYMBOLS = {Available: "free", Occupied: "busy", Reserved: "held", Unavailable: "off", Faulted: "bad", Preparing: "busy",
  Charging: "busy", SuspendedEV: "busy", SuspendedEVSE: "busy", Finishing: "busy"};

export const stations = new Map(); // the rows of the API, by identity

let order = []; // identities, sorted
let shown = []; // the identities that match the filter
let rows = [];
let height = 0;
let areCounted = false;
let isOld = false, isAsking = false, cursor = -1;

// Returns a text that differs if anything in a row differs. It is made only for the few rows that are drawn.
export const turnOf = (row) => row ? row.turn ??= JSON.stringify(row) : "";

export const matching = () => shown;
export const identities = () => order;

// Reading the list.

export async function refresh() {
  if (isAsking) { isOld = true; return; }
  isAsking = true;
  isOld = false;
  try { await readAll(); } catch { isOld = true; }
  const pause = Math.min(MOST_PAUSE, Math.max(LEAST_PAUSE, stations.size * PAUSE_EACH));
  setTimeout(() => { isAsking = false; if (isOld) refresh(); }, pause);
}

async function readAll() {
  const found = new Map();
  for (let after = ""; ;) {
    const page = await get(`/stations${query({limit: PAGE, after})}`);
    for (const row of page) found.set(row.station, row);
    if (page.length < PAGE) break;
    after = page.at(-1).station;
  }
  const isNew = found.size !== stations.size || [...found.keys()].some((station) => !stations.has(station));
  stations.clear();
  for (const [station, row] of found) stations.set(station, row);
  areCounted = false;
  if (isNew) sort();
  tell("stations");
  touch();
}

function sort() {
  order = [...stations.keys()].sort(new Intl.Collator("en", {numeric: true}).compare);
  narrow();
}

function narrow() {
  const pattern = globbed(globOf(state.glob));
  shown = state.glob ? order.filter((station) => pattern.test(station)) : order;
  cursor = Math.min(cursor, shown.length - 1);
  at("stationrows").style.height = `${shown.length * ROW}px`;
  tell("lanes");
}

function hear(events) {
  for (const event of events) {
    if (!CHANGING.has(event.event) && !(event.event === "Received" && ACTIONS.has(event.action))) continue;
    isOld = true;
    const row = stations.get(event.station);
    const isConnected = event.event === "Connected" ? true : event.event === "Disconnected" ? false : row?.connected;
    if (!row || row.connected === isConnected) continue;
    areCounted = false;
    stations.set(event.station, {...row, connected: isConnected, turn: undefined});
  }
  if (isOld && !isAsking) refresh();
}

// Choosing stations.

export function choose(station, isMore = false) {
  if (!isMore) state.chosen = state.chosen.size === 1 && state.chosen.has(station) ? new Set() : new Set([station]);
  else if (state.chosen.has(station)) state.chosen.delete(station);
  else state.chosen.add(station);
  cursor = shown.indexOf(station);
  tell("chosen");
  touch();
}

export function chooseAll() {
  state.chosen = new Set();
  tell("chosen");
  touch();
}

export function setGlob(text) {
  state.glob = text;
  at("glob").value = text;
  narrow();
  tell("chosen");
  touch();
}

// Moves to another row, for the keyboard.
export function step(by) {
  if (!shown.length) return;
  cursor = Math.max(0, Math.min(shown.length - 1, cursor + by));
  state.chosen = new Set([shown[cursor]]);
  reveal();
  tell("chosen");
  touch();
}

// Scrolls to the first chosen station.
export function reveal() {
  const [first] = state.chosen;
  cursor = first === undefined ? -1 : shown.indexOf(first);
  if (cursor < 0) return;
  const list = at("stations"), top = cursor * ROW;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW > list.scrollTop + height) list.scrollTop = top + ROW - height;
}

// Drawing.

function row() {
  const parts = {};
  for (const name of ["dot", "id", "what", "chips", "charging", "found"]) parts[name] = make("span", name);
  const element = make("div", "station", [parts.dot, parts.id, parts.found, parts.what, parts.chips, parts.charging], {role: "option"});
  element.parts = parts;
  element.onclick = (event) => choose(element.station, event.ctrlKey || event.metaKey || event.shiftKey);
  element.ondblclick = () => tell("station", element.station);
  at("stationrows").append(element);
  return element;
}

function draw() {
  const list = at("stations"), wanted = Math.ceil(height / ROW) + 2 * SPARE;
  while (rows.length < wanted) rows.push(row());
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - SPARE);
  for (let index = first; index < first + rows.length; index++) show(rows[index % rows.length], shown[index], index);
  drawCounts();
}

function show(element, station, index) {
  const row = stations.get(station);
  if (element.hidden !== !row) element.hidden = !row;
  if (!row) return;
  const isChosen = state.chosen.has(station), key = `${index} ${isChosen} ${turnOf(row)}`;
  if (element.key === key) return;
  Object.assign(element, {key, station});
  element.style.transform = `translateY(${index * ROW}px)`;
  element.ariaSelected = isChosen;
  fill(element, row, isChosen);
}

function fill(element, row, isChosen) {
  const {parts} = element, {findings} = row, worst = findings.error ? "error" : findings.warning ? "warning" : "";
  const count = Object.values(findings).reduce((sum, n) => sum + n, 0), running = row.transactions.length;
  dress(element, `station ${row.connected ? "on" : "off"}${isChosen ? " picked" : ""}`);
  say(parts.id, row.station);
  say(parts.what, [row.version && `OCPP ${row.version}`, row.model ?? (row.registered ? "registered" : ""),
    row.boot_status && row.boot_status !== "Accepted" ? row.boot_status : ""].filter(Boolean).join(" · ") || "nothing known yet");
  dress(parts.found, `found ${worst}`);
  say(parts.found, count ? number(count) : "");
  say(parts.charging, running ? `ϟ ${running}` : "");
  parts.chips.replaceChildren(...row.connectors.slice(0, MOST_CHIPS).map((each) => make("i", SYMBOLS[each.status] ?? "unknown")),
    row.connectors.length > MOST_CHIPS ? make("b", "", `+${row.connectors.length - MOST_CHIPS}`) : "");
  element.title = describe(row, count, running);
}

function count() {
  let connected = 0, running = 0;
  for (const each of stations.values()) { connected += each.connected; running += each.transactions.length; }
  areCounted = true;
  say(at("connected"), `${number(connected)} of ${number(stations.size)} connected`);
  say(at("running"), running ? `ϟ ${number(running)} charging` : "none charging");
}

const describe = (row, count, running) => [`${row.station}: ${row.connected ? "connected" : "not connected"}`,
  ...row.connectors.slice(0, 20).map((each) => `EVSE ${each.evse}, connector ${each.connector}: ${each.status}`),
  running ? `${running} running ${running === 1 ? "transaction" : "transactions"}` : "",
  count ? `${count} ${count === 1 ? "finding" : "findings"}` : "", "Double-click: everything known about it"].filter(Boolean).join("\n");

function drawCounts() {
  if (!areCounted) count();
  const isNarrowed = shown.length !== order.length;
  say(at("all"), state.chosen.size ? `${number(state.chosen.size)} chosen: show all` : isNarrowed ? `${number(shown.length)} match` : "all stations");
  at("all").disabled = state.chosen.size === 0;
  at("nostation").hidden = shown.length > 0;
  if (shown.length === 0) tellNothing();
}

let why = "";

function tellNothing() {
  const url = state.about?.url ?? "", now = order.length ? "filter" : `alone ${url}`;
  if (why === now) return;
  why = now;
  at("nostation").replaceChildren(order.length
    ? empty("No station matches", "* stands for any characters, ? for one.", button("Clear the filter", () => setGlob("")))
    : empty("No station yet", "Stations connect to", command(`${url}/IDENTITY`)));
}

export function begin() {
  const list = at("stations");
  list.onscroll = touch;
  at("all").onclick = chooseAll;
  const narrowSoon = calmly(() => setGlob(at("glob").value.trim()), 150);
  at("glob").oninput = narrowSoon;
  new ResizeObserver(() => { height = list.clientHeight; touch(); }).observe(list);
  on("draw", draw);
  on("events", hear);
  on("missed", refresh);
}
