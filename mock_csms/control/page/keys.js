// The keyboard. Keys without Ctrl have no effect while the user types in a field.

import { open, send } from "./compose.js";
import { at } from "./dom.js";
import { move, moveToProblem, toLatest, togglePause } from "./sequence.js";
import { state, tell } from "./state.js";
import { step } from "./stations.js";

const VIEWS = {m: "messages", t: "transactions", i: "findings", r: "rules", o: "tokens", s: "settings", v: "verdict"};

const isTyping = (element) => element.matches("textarea, select, input:not([type=checkbox])");
const isInList = () => at("left").contains(document.activeElement);

function openStation() {
  if (state.chosen.size === 1) tell("station", [...state.chosen][0]);
}

const KEYS = {
  "/": () => at("glob").select(),
  f: () => { tell("view", "messages"); at("words").select(); },
  j: () => isInList() ? step(1) : move(1), k: () => isInList() ? step(-1) : move(-1),
  ArrowDown: () => isInList() ? step(1) : move(1), ArrowUp: () => isInList() ? step(-1) : move(-1),
  n: () => moveToProblem(1), p: () => moveToProblem(-1),
  Enter: openStation, " ": togglePause, g: toLatest, c: () => open(), "?": () => at("help").showModal(),
  ...Object.fromEntries(Object.entries(VIEWS).map(([key, view]) => [key, () => tell("view", view)])),
};

// Lets a key show a further pane.
export function addKey(key, view) {
  KEYS[key] = () => tell("view", view);
}

export function beginKeys(closeSide) {
  document.onkeydown = (event) => {
    const {key, target} = event;
    if (at("help").open) return;
    if ((event.ctrlKey || event.metaKey) && key === "Enter") { if (state.side === "send") send(); event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Escape") { back(target, closeSide); return; }
    if (isTyping(target)) { if (key === "Enter" && target === at("glob")) at("stations").focus(); return; }
    if (target.matches("button, a, summary, label, input") && ["Enter", " "].includes(key)) return;
    if (!Object.hasOwn(KEYS, key)) return;
    event.preventDefault();
    KEYS[key]();
  };
}

// Escape: leaves a field, else closes a form, else closes the details, else shows the messages.
function back(target, closeSide) {
  if (isTyping(target)) { target.blur(); return; }
  const form = ["ruleform", "tokenform", "stationform"].map(at).find((each) => !each.hidden && !each.closest(".pane")?.hidden);
  if (form) form.querySelector("[id$=cancel]").click();
  else if (document.body.classList.contains("detailed")) closeSide();
  else tell("view", "messages");
}
