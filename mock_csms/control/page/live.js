// The live stream. Events are only stored when they come. A turn, at most 20 times a second, reads and draws them all.

import { V1, get } from "./api.js";
import { state, tell } from "./state.js";

const TURN = 50; // the least time between two turns, in milliseconds
const FLOOD = 500, FLOOD_TURN = 250; // from so many events a second on, turns are so many milliseconds apart
const SHARE = 0.06; // the share of time for turns; if they are slow, there are fewer
const MOST_WAITING = 20_000; // events; older ones are read from the journal when the user scrolls to them
const MOST_A_TURN = 600; // events in one turn, so that it is short; a hidden page has few turns, and reads all
const KINDS = ["Started", "Reconfigured", "Knocked", "Connected", "Refused", "Breached", "Disconnected", "Received", "Lost",
  "Sent", "FileRequested", "FileTransferred", "Spoiled", "Unanswered", "Judged", "Finding", "OcpiExchanged", "Noted", "Failed"];

let waiting = []; // texts of events
let taken = 0; // how many of them have been read
let came = 0, rate = 0, counted = performance.now();
let hasMissed = false;
let isPlanned = false, isDirty = false, isFlood = false, cost = 0, last = -TURN;

export const rateNow = () => rate;

// Opens the stream after an event number. The browser reopens a lost stream by itself, after its last event.
export function follow(after) {
  const source = new EventSource(`${V1}/events?after=${after}`);
  for (const kind of KINDS) source.addEventListener(kind, take);
  source.addEventListener("gap", miss);
  source.onopen = () => { state.link = "live"; tell("link"); };
  source.onerror = () => {
    state.link = "lost";
    tell("link");
    if (source.readyState === EventSource.CLOSED) setTimeout(again, 2000);
  };
}

// Opens the stream again. The browser does not do so after an answer that is not a stream.
async function again() {
  try {
    follow((await get("")).cursor);
    miss();
  } catch { setTimeout(again, 2000); }
}

function take(event) {
  came++;
  waiting.push(event.data);
  if (waiting.length - taken > MOST_WAITING) {
    waiting = waiting.slice(-MOST_WAITING / 2);
    taken = 0;
    miss();
  }
  plan();
}

// Handles lost events: the page reads its content from the API again, as soon as it is visible.
function miss() {
  if (document.hidden) { hasMissed = true; return; }
  hasMissed = false;
  tell("missed");
}

document.addEventListener("visibilitychange", () => { if (hasMissed) miss(); touch(); });

// Plans a turn that draws, even without new events.
export function touch() {
  isDirty = true;
  plan();
}

function plan() {
  if (isPlanned) return;
  isPlanned = true;
  const isBehind = waiting.length - taken > MOST_A_TURN;
  const rest = Math.max(isFlood && !isBehind ? FLOOD_TURN : TURN, cost / SHARE) - (performance.now() - last);
  setTimeout(turn, Math.max(0, rest));
}

function turn() {
  isPlanned = false;
  const before = last;
  last = performance.now();
  const events = read();
  isFlood = events.length > FLOOD / 1000 * (last - before);
  if (events.length) tell("events", events);
  if (events.length || isDirty) { isDirty = false; tell("draw"); }
  const took = performance.now() - last;
  cost = cost * 0.8 + took * 0.2;
  count(last);
  if (taken < waiting.length) plan();
}

function read() {
  const texts = waiting.slice(taken, taken + (document.hidden ? MOST_WAITING : MOST_A_TURN));
  taken += texts.length;
  if (taken >= waiting.length) { waiting = []; taken = 0; }
  return texts.length ? JSON.parse(`[${texts.join(",")}]`) : [];
}

function count(now) {
  if (now - counted < 1000) return;
  rate = came / (now - counted) * 1000;
  came = 0;
  counted = now;
}

setInterval(() => {
  if (performance.now() - counted < 1500) return;
  count(performance.now());
  touch();
}, 1500);
