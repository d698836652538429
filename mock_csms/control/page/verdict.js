// The pane of the verdict, with expectations, downloads and resets.

import { V1, get, part, post, remove } from "./api.js";
import { at, button, dress, empty, make, toast } from "./dom.js";
import { on, state, tell } from "./state.js";
import { table } from "./station.js";

const STATUSES = {0: "Passed so far", 1: "Fails so far", 4: "Nothing was judged"};
const WORDS = {passed: "passed", failed: "error", error: "error", skipped: "faint"};

export async function refresh() {
  let verdict, expected;
  try { [verdict, expected] = await Promise.all([get("/verdict"), get("/expectations")]); } catch (problem) { toast(problem.message, "error"); return; }
  const banner = at("banner"), isEmpty = verdict.cases.length === 0;
  banner.textContent = isEmpty && verdict.passed ? "Nothing is expected yet" : STATUSES[verdict.status] ?? `Exit status ${verdict.status}`;
  dress(banner, isEmpty && verdict.passed ? "faint" : verdict.passed ? "passed" : "error");
  at("caselist").replaceChildren(isEmpty ? empty("No case yet", "Expect something below, or start the mock with --expect, --forbid or --fail-on-findings.")
    : table(["", "Case", "Why"], verdict.cases.map(row), "wide"));
  at("expectedlist").replaceChildren(...expected.map(expectation));
}

function row(each) {
  return make("tr", "", [make("td", `${WORDS[each.outcome]} nobreak`, each.outcome), make("td", "", [make("strong", "", each.name), make("div", "faint", each.suite)]), make("td", "pre", each.text || each.details)]);
}

function expectation(each) {
  const drop = async () => { try { await remove(`/expectations/${part(each.id)}`); } catch (problem) { toast(problem.message, "error"); } refresh(); };
  const text = [...each.expect, ...each.forbid.map((one) => `never ${one}`)].join(each.in_order ? " then " : ", ");
  return make("li", "", [make("span", `tag ${each.met ? "passed" : ""}`, each.met ? "met" : "open"), make("code", "", text), button("Delete", drop, "small")]);
}

async function expect(event) {
  event.preventDefault();
  const text = at("expected").value.trim(), key = at("expectkind").value;
  if (!text) return;
  try {
    await post("/expectations", {[key]: [text]});
    at("expected").value = "";
    at("expectwrong").textContent = "";
    refresh();
  } catch (problem) { at("expectwrong").textContent = problem.message; }
}

async function reset(what) {
  try {
    const done = await post("/reset", {what});
    toast(`Reset: ${done.reset.join(", ")}`);
    tell("wasreset", done.reset);
  } catch (problem) { toast(problem.message, "error"); }
  refresh();
}

export function begin() {
  at("expectform").onsubmit = expect;
  for (const [name, format, file] of [["JUnit", "verdict?format=junit", "junit.xml"], ["Events", "events?format=jsonl&limit=10000&latest=true", "events.jsonl"],
    ["Console lines", "events?format=text&limit=10000&latest=true", "events.txt"], ["OCPP trace", "events?format=trace&limit=10000&latest=true", "trace.jsonl"]]) {
    at("downloads").append(make("a", "button", name, {href: `${V1}/${format}`, download: file}));
  }
  for (const what of ["rules", "tokens", "settings", "counters", "findings", "events", "expectations"]) at("resets").append(button(what, () => reset([what])));
  at("resets").append(button("everything", () => reset([]), "danger"));
  on("tick", () => { if (state.view === "verdict") refresh(); });
}
