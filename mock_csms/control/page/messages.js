// The messages and events of the chosen stations. The last ones are stored, older ones are read by their numbers.

import { get, query } from "./api.js";
import { calmly, globbed, isGlob } from "./dom.js";
import { touch } from "./live.js";
import { on, state, tell } from "./state.js";
import { SHOWN, gistOf, isCall, isMessage, recordOf } from "./telling.js";

const MOST = 10_000; // stored records
const SPARE = 500; // further records, before the oldest ones are dropped together
const PAGE = 500; // events in one request
const MOST_CHOSEN = 20; // stations with a request each; for more stations, all events are read
const MOST_OPEN = 5000; // calls that wait for their answers
const KINDS = Object.keys(SHOWN).join(",");

export const log = {
  records: [], // in the order of their numbers
  shown: [], // the records that match the filter
  base: 0, // how many records were dropped at the start of `shown`; negative after older ones were added
  words: [], // the words of the filter
  onlyProblems: false,
  isLoading: false,
  hasOlder: true, // whether the journal may have older events
  isDetached: false, // whether newer records were dropped to make room for older ones
  unseen: 0, // how many came while the page was paused or showed older records
};

let open = new Map(), seen = new Map(); // calls without an answer, and messages of stations, by station and id
let meanwhile = []; // events that came during a request
let turn = 0; // the number of the latest request; answers to earlier ones are dropped

// The chosen stations.

// Returns a function that says whether the events of a station are shown.
function wanted() {
  if (state.chosen.size) return (station) => state.chosen.has(station);
  if (!state.glob) return () => true;
  const pattern = globbed(globOf(state.glob));
  return (station) => pattern.test(station);
}

export const globOf = (text) => text === "" ? "*" : isGlob(text) ? text : `*${text}*`;

let isWanted = wanted();

function patterns() {
  if (state.chosen.size > MOST_CHOSEN) return ["*"];
  return state.chosen.size ? [...state.chosen] : [globOf(state.glob)];
}

// Storing events.

function take(events) {
  if (log.isLoading) { meanwhile = [...meanwhile, ...events].slice(-MOST); return; }
  if (state.isPaused || log.isDetached) {
    log.unseen += events.filter((event) => SHOWN[event.event] && isWanted(event.station)).length;
    return;
  }
  add(events);
}

function add(events) {
  let last = log.records.at(-1)?.seq ?? 0;
  for (const event of events) {
    if (event.seq <= last || !isWanted(event.station)) continue;
    last = event.seq;
    const record = made(event);
    if (record === undefined) continue;
    connect(record);
    log.records.push(record);
    if (isShown(record)) log.shown.push(record);
  }
  if (log.records.length > MOST + SPARE) drop(log.records.length - MOST);
}

function made(event) {
  const record = recordOf(event);
  return record && Object.assign(record, {seq: event.seq, event, partner: undefined, found: [], turn: 0, hay: undefined});
}

// Links an answer with its call, and a finding with the messages that it is about.
function connect(record) {
  const [way, type] = record.kind, key = `${record.station}\n${record.id}`;
  for (const id of record.messages) {
    const message = seen.get(`${record.station}\n${id}`);
    if (!message) continue;
    message.found.push(record);
    message.turn++;
    record.found.push(message);
  }
  if (record.id === undefined) return;
  if (way === ">") seen.set(key, record);
  if (type === "2") {
    open.set(`${way}${key}`, record);
    if (open.size > MOST_OPEN) open.delete(open.keys().next().value);
  } else if (type === "3" || type === "4") {
    const name = `${way === ">" ? "<" : ">"}${key}`, call = open.get(name);
    if (!call) return;
    open.delete(name);
    record.partner = call;
    call.partner = record;
    record.took = record.time - call.time;
  }
}

function drop(count) {
  const gone = log.records.splice(0, count), end = gone.at(-1).seq;
  for (const record of gone) {
    const key = `${record.station}\n${record.id}`;
    if (seen.get(key) === record) seen.delete(key);
  }
  const first = log.shown.findIndex((record) => record.seq > end), dropped = first < 0 ? log.shown.length : first;
  log.shown.splice(0, dropped);
  log.base += dropped;
  log.hasOlder = true;
  tell("dropped", dropped);
}

// The filter: words that must be in a message, and words after a minus that must not.

function isShown(record) {
  if (log.onlyProblems && record.mark === "" && !(isMessage(record) && record.found.length)) return false;
  if (!log.words.length) return true;
  record.hay ??= `${record.station} ${record.name} ${gistOf(record)} ${record.text}`.toLowerCase();
  return log.words.every(([word, isIn]) => record.hay.includes(word) === isIn);
}

export function filter(text, onlyProblems) {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "" && word !== "-");
  log.words = words.map((word) => word.startsWith("-") ? [word.slice(1), false] : [word, true]);
  log.onlyProblems = onlyProblems;
  log.shown = log.records.filter(isShown);
  log.base = 0;
  tell("relaid");
  touch();
}

// Reading from the journal.

async function read(given) {
  const pages = await Promise.all(patterns().map((station) => get(`/events${query({station, kind: KINDS, latest: "true", limit: PAGE, ...given})}`)));
  const from = Math.max(0, ...pages.filter((page) => page.more && page.events.length).map((page) => page.events[0].seq));
  const events = pages.flatMap((page) => page.events).filter((event) => event.seq >= from && isWanted(event.station));
  return {events: events.sort((one, two) => one.seq - two.seq), more: pages.some((page) => page.more)};
}

// Reads and shows the latest messages of the chosen stations.
export async function reload() {
  isWanted = wanted();
  const mine = ++turn;
  Object.assign(log, {records: [], shown: [], base: 0, isLoading: true, isDetached: false, hasOlder: true, unseen: 0});
  [open, seen, meanwhile] = [new Map(), new Map(), []];
  tell("relaid");
  touch();
  let page = {events: [], more: false};
  try { page = await read({}); } catch (problem) { tell("problem", problem); }
  if (mine !== turn) return;
  log.isLoading = false;
  log.hasOlder = page.more;
  add(page.events);
  add(meanwhile);
  meanwhile = [];
  tell("relaid");
  touch();
}

// Reads older messages, and puts them before the others. Returns the number of new rows.
export async function older() {
  if (log.isLoading || !log.hasOlder || !log.records.length) return 0;
  const mine = ++turn;
  log.isLoading = true;
  touch();
  let page = {events: [], more: false};
  try { page = await read({before: log.records[0].seq}); } catch (problem) { tell("problem", problem); }
  if (mine !== turn) return 0;
  const records = page.events.map(made).filter(Boolean), shown = records.filter(isShown);
  records.forEach(connect);
  log.records = [...records, ...log.records];
  log.shown = [...shown, ...log.shown];
  log.base -= shown.length;
  log.hasOlder = page.more;
  log.isLoading = false;
  if (log.records.length > MOST + SPARE) detach();
  add(log.isDetached ? [] : meanwhile);
  meanwhile = [];
  tell("added", shown.length);
  touch();
  return shown.length;
}

// Drops newer messages to make room for older ones; `reload` shows the latest again.
function detach() {
  log.records.length = MOST;
  const end = log.records.at(-1).seq;
  log.shown = log.shown.filter((record) => record.seq <= end);
  log.isDetached = true;
}

// Ends a pause, and shows the messages that came during it.
export async function resume() {
  state.isPaused = false;
  tell("paused");
  if (log.unseen === 0 && !log.isDetached) { touch(); return; }
  const after = log.isDetached ? undefined : log.records.at(-1)?.seq;
  if (after === undefined) { await reload(); return; }
  const mine = ++turn;
  log.isLoading = true;
  log.unseen = 0;
  const page = await read({after}).catch(() => ({events: [], more: true}));
  if (mine !== turn) return;
  log.isLoading = false;
  if (page.more) { await reload(); return; }
  add(page.events);
  add(meanwhile);
  meanwhile = [];
  touch();
}

export function pause() {
  state.isPaused = true;
  tell("paused");
  touch();
}

// Returns the record with a number; it is read from the journal if it is not stored.
export async function find(seq) {
  const known = log.records.find((record) => record.seq === seq);
  if (known) return known;
  const page = await get(`/events${query({after: seq - 1, before: seq + 1})}`);
  return page.events.length ? made(page.events[0]) : undefined;
}

// Returns the record of a station's message with that id, if it is stored.
export const messageOf = (station, id) => seen.get(`${station}\n${id}`);

export const callsOf = (record) => isCall(record) ? record : record.partner;

on("events", take);
on("missed", calmly(() => { if (!state.isPaused) reload(); }, 500));
