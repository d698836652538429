// Draws the messages as a sequence diagram: a lane for each station, or one lane and a column of names if there are
// many. Only the visible rows are in the document, and a row is changed only if it shows another record.

import { at, button, command, dress, empty, make, number, say } from "./dom.js";
import { touch } from "./live.js";
import { filter, log, older, pause, reload, resume } from "./messages.js";
import { on, state, tell } from "./state.js";
import { stations, matching } from "./stations.js";
import { GLYPHS, clock, gistOf, isCall, isMessage } from "./telling.js";

const ROW = 28, SPARE = 3, MOST_LANES = 6, NARROWEST = 180, MARGIN = 100; // pixels, rows and lanes
const LONG = 24; // events with more characters are written beside their line, not on it
const LEFT = 108, WHO = 150; // pixels: the columns of times and of stations

let rows = []; // the elements of rows; record n is in element n modulo their number
let isFollowing = true;
let lanes = new Map(); // by station with a lane: its position, from 1
let height = 0, width = 0;
let position = 0; // the position of the first row in the document
let drawn = 0; // how many records there were at the last drawing

const view = () => at("sequence");

function row() {
  const parts = {};
  for (const name of ["time", "who", "arrow", "mark", "name", "gist"]) parts[name] = make("span", name);
  parts.label = make("span", "label", [parts.mark, parts.name, parts.gist]);
  const element = make("div", "row", [parts.time, parts.who, parts.arrow, parts.label], {role: "option"});
  element.parts = parts;
  element.onclick = () => { if (element.record) pick(element.record); };
  at("rows").append(element);
  return element;
}

// Laying out: when the size or the choice changes.

function layOut() {
  const shownStations = state.chosen.size ? [...state.chosen] : matching();
  lanes = new Map();
  if (shownStations.length <= MOST_LANES) shownStations.sort().forEach((station, index) => lanes.set(station, index + 1));
  const isMany = lanes.size === 0, left = LEFT + (isMany ? WHO : 0);
  const count = Math.max(1, lanes.size), lane = Math.floor(Math.max(NARROWEST, (width - left - MARGIN) / count));
  const style = view().style;
  style.setProperty("--left", `${left}px`);
  style.setProperty("--lane", `${isMany ? Math.max(NARROWEST, width - left - 40) : lane}px`);
  style.setProperty("--lanes", count);
  view().classList.toggle("many", isMany);
  view().classList.toggle("one", lanes.size === 1);
  const names = [...lanes].map(([station, n]) => {
    const name = button(station, () => tell("station", station), "lane", {title: `${station}: show everything known about it`});
    name.style.setProperty("--n", n);
    return name;
  });
  at("lanes").replaceChildren(make("div", "corner", [make("span", "", "Time"), make("span", "csms", "CSMS")]),
    ...(isMany ? [make("span", "who", "Station")] : names));
  const wanted = Math.ceil(height / ROW) + 2 * SPARE;
  while (rows.length < wanted) rows.push(row());
  for (const each of rows) each.turn = undefined; // fill each again
  touch();
}

// Drawing.

function draw() {
  if (state.view !== "messages") return;
  const count = log.shown.length;
  at("rows").style.height = `${count * ROW}px`;
  drawn = count;
  if (isFollowing) view().scrollTop = count * ROW;
  const top = isFollowing ? Math.max(0, (count + 1) * ROW - height + 34) : view().scrollTop;
  position = Math.max(0, Math.min(Math.floor(top / ROW) - SPARE, count - rows.length));
  for (let n = 0; n < rows.length; n++) {
    const index = position + n, slot = mod(log.base + index, rows.length);
    show(rows[slot], log.shown[index], index);
  }
  drawState();
}

const mod = (n, size) => ((n % size) + size) % size;

function show(element, record, index) {
  if (!record) {
    if (element.record !== null) { element.record = null; element.hidden = true; }
    return;
  }
  const place = index * ROW;
  if (element.place !== place) { element.place = place; element.style.transform = `translateY(${place}px)`; }
  const kin = kinship(record);
  if (element.record === record && element.turn === record.turn && element.kin === kin && !element.hidden) return;
  if (element.hidden) element.hidden = false;
  Object.assign(element, {record, turn: record.turn, kin});
  fill(element, record, kin);
}

function kinship(record) {
  const {picked} = state;
  if (!picked) return "";
  if (picked.seq === record.seq) return " picked";
  return picked.partner === record || picked.found.includes(record) ? " partner" : "";
}

function fill(element, record, kin) {
  const {parts} = element, n = lanes.get(record.station) ?? (lanes.size ? 0 : 1), isOurs = n === 0 || record.station === "";
  const way = record.kind[0] === ">" ? "in" : "out";
  const form = isMessage(record) ? (isCall(record) ? way : `${way} answer`) : `pill${isOurs ? " ours" : ""}${record.name.length > LONG ? " long" : ""}`;
  const mark = record.mark || (record.found.length && isMessage(record) ? record.found[0].mark || "" : "");
  dress(element, `row ${form} ${mark}${kin}`);
  if (element.n !== n) { element.n = n; element.style.setProperty("--n", n); }
  say(parts.time, clock(record.time).slice(11, 23));
  say(parts.who, lanes.size ? "" : record.station);
  say(parts.mark, mark ? GLYPHS[mark] ?? "•" : "");
  say(parts.name, record.name);
  say(parts.gist, gistOf(record));
  element.ariaSelected = kin === " picked";
}

function drawState() {
  const count = log.shown.length, isEmpty = count === 0;
  say(at("tally"), log.isLoading ? "Loading …" : count === log.records.length ? `${number(count)} shown` : `${number(count)} of ${number(log.records.length)} shown`);
  const isBehind = !isFollowing || state.isPaused || log.isDetached;
  at("latest").hidden = !isBehind || isEmpty;
  say(at("latest"), log.unseen ? `↓ ${number(log.unseen)} new` : "↓ Latest");
  if (at("nothing").hidden !== !isEmpty) at("nothing").hidden = !isEmpty;
  if (isEmpty) showReason();
}

let reasonShown = "";

function showReason() {
  const why = log.isLoading ? "loading" : log.records.length ? "filter" : stations.size ? "quiet" : "alone";
  const url = state.about?.url ?? "";
  if (reasonShown === why + url) return;
  reasonShown = why + url;
  const texts = {
    loading: () => empty("Reading the journal …"),
    filter: () => empty("No message matches the filter", "A message must contain all words, and no word after a minus.",
      button("Clear the filter", clear)),
    quiet: () => empty("No message of these stations yet", "Their messages appear here at once. Choose other stations on the left, or press c to send a command."),
    alone: () => empty("Waiting for the first station", "Point a charging station at this mock:", command(`${url}/CS-1`),
      "Or start one that charges for ten seconds:", command(`mock-station ${url}/CS-1 --charge 10`)),
  };
  at("nothing").replaceChildren(texts[why]());
}

function clear() {
  at("words").value = "";
  at("problems").checked = false;
  filter("", false);
}

// Picking, and moving among rows.

export function pick(record) {
  state.picked = record;
  tell("picked", record);
  touch();
}

export function move(by) {
  const here = state.picked ? log.shown.findIndex((record) => record.seq === state.picked.seq) : -1;
  const goal = here < 0 ? (by > 0 ? position + SPARE : log.shown.length - 1) : here + by;
  const record = log.shown[Math.max(0, Math.min(log.shown.length - 1, goal))];
  if (!record) return;
  pick(record);
  reveal(log.shown.indexOf(record));
}

// Picks the next row with a problem (`by` is 1), or the previous one (-1).
export function moveToProblem(by) {
  const here = state.picked ? log.shown.findIndex((record) => record.seq === state.picked.seq) : by > 0 ? -1 : log.shown.length;
  for (let n = here + by; n >= 0 && n < log.shown.length; n += by) {
    if (log.shown[n].mark === "") continue;
    pick(log.shown[n]);
    reveal(n);
    return;
  }
}

export function reveal(index) {
  if (index < 0) return;
  const top = index * ROW, element = view(), room = height - 34;
  if (top < element.scrollTop) { isFollowing = false; element.scrollTop = top; }
  else if (top + ROW > element.scrollTop + room) element.scrollTop = top + ROW - room;
  touch();
}

export async function toLatest() {
  isFollowing = true;
  if (log.isDetached) await reload();
  else if (state.isPaused) await resume();
  touch();
}

export const togglePause = () => state.isPaused ? resume() : pause();

function scrolled() {
  const element = view();
  isFollowing = element.scrollTop + element.clientHeight >= drawn * ROW + 34 - ROW && !log.isDetached;
  if (element.scrollTop < 20 * ROW && !isFollowing && log.hasOlder && !log.isLoading) older();
  touch();
}

export function begin() {
  view().onscroll = scrolled;
  at("latest").onclick = toLatest;
  const refilter = () => { reasonShown = ""; filter(at("words").value, at("problems").checked); };
  at("words").oninput = at("problems").onchange = refilter;
  new ResizeObserver(() => {
    [height, width] = [view().clientHeight, view().clientWidth];
    layOut();
  }).observe(view());
  on("draw", draw);
  on("relaid", layOut);
  on("lanes", layOut);
  on("dropped", (count) => { if (!isFollowing) view().scrollTop -= count * ROW; });
  on("added", (count) => { at("rows").style.height = `${log.shown.length * ROW}px`; view().scrollTop += count * ROW; });
}
