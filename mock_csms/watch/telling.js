// How events are shown: the name, the mark and the notes of each, a summary of a message, and its indented JSON.
// The sequence diagram and the live page share this file. It only makes text, never HTML.

export const GLYPHS = {error: "×", warning: "!", fault: "ϟ"};
const TYPES = {Call: "2", Result: "3", Error: "4", ResultError: "5", Send: "6"};
const SUFFIXES = {2: "", 3: ".response", 4: ".error", 5: ".refused", 6: ""};
const MOST_NOTES = 20; // the most violations of a message that are shown

// Returns the record of an event of the event log (eventlog.py), or undefined if the event is not shown. For an answer
// `took` is set later: the seconds since its call.
export function recordOf(event) {
  const [kind, name, mark, ...notes] = SHOWN[event.event]?.(event) ?? [];
  if (kind === undefined) return undefined;
  const time = Date.parse(event.at.slice(0, 19) + "Z") / 1000 + Number("0" + event.at.slice(19, -1));
  const id = kind === "." ? undefined : event.messageId, messages = event.event === "Finding" ? event.messages : [];
  const text = event.text ?? (event.event === "OcpiExchanged" ? bodiesOf(event) : ""), action = event.action ?? "";
  return {time, station: event.station, kind, name, mark, notes, text, action, id, messages, took: undefined, gist: event.event === "OcpiExchanged" ? pathOf(event) : undefined};
}

// By kind of event: a function that returns kind, name, mark and notes of its record; other events are not shown. The
// kind is `>` (from the station) or `<` (to it) with the number of the OCPP-J message type or `?`; `.` if the event is
// not a message.
export const SHOWN = {
  Connected: (event) => [".", `connected, ${event.subprotocol}`, "", `offered ${event.offered.join(", ") || "nothing"}`],
  Refused: (event) => [".", "not let in", "error", `not let in: ${event.reason}`],
  Breached: (event) => [".", event.problem, "error", event.problem, event.clause],
  Disconnected: (event) => [".", `disconnected, ${event.code}`, "", event.reason],
  Received: (event) => event.messageType === "Malformed" ? unreadable(event) : message(">", event),
  Sent: (event) => message("<", event),
  Spoiled: (event) => [".", `${event.action ?? "?"}: ${event.fault}`, "fault", `fault: ${event.fault}`,
    "below is the message before the fault"],
  Lost: (event) => [".", `${event.action ?? "?"}: lost`, "fault", `fault: ${event.fault}`,
    "the mock itself lost this message of the station, which is shown below"],
  FileRequested: (event) => [".", `${event.method} ${event.path}`, event.fault ? "fault" : "",
    `${event.protocol} from ${event.client}`, ...(event.wanted ? [event.wanted] : []),
    ...(event.fault ? [`fault: ${event.fault}`] : [])],
  FileTransferred: (event) => [".", `${event.path} ${event.outcome}`,
    event.fault ? "fault" : event.outcome === "complete" ? "" : "warning",
    `${event.size} bytes, SHA-256 ${event.sha256 || "none"}`, ...(event.kept ? [`kept as ${event.kept}`] : []),
    ...(event.fault ? [`fault: ${event.fault}`] : [])],
  Unanswered: (event) => [".", `${event.action} unanswered`, "error", `stays unanswered: ${event.reason}`],
  Finding: (event) => [".", `${event.check} ${event.problem}`, event.severity === "info" ? "" : event.severity,
    event.problem, `requirement ${event.requirement}`, `messages: ${event.messages.join(", ") || "none"}`],
  OcpiExchanged: (event) => [".", `${event.is_ours ? "to" : "from"} ${event.station || "?"}: ${event.method} ${event.module || "?"} ${outcomeOf(event)}`,
    event.status === 0 || event.status >= 400 || codeOf(event) >= 2000 ? "warning" : "", ...(event.reason ? [event.reason] : [])],
  Failed: (event) => [".", event.problem, "error", event.problem],
};

// Of an exchange of OCPI: its status code, both statuses, the path, and both bodies as JSON.
export const codeOf = (event) => event.answer?.status_code ?? "";
export const outcomeOf = (event) => event.status ? `${event.status} ${codeOf(event)}`.trim() : "no answer";
const pathOf = (event) => event.path.replace(/^https?:[/][/][^/]*/, "");
const bodiesOf = (event) => JSON.stringify({request: event.request, answer: event.answer});

function unreadable(event) {
  return [">?", event.action === null ? "no message" : `${event.action}: no message`, "error", event.problem];
}

function message(way, event) {
  const isError = ["Error", "ResultError"].includes(event.messageType), type = TYPES[event.messageType], notes = [];
  let mark = isError ? "error" : event.violations.length ? "warning" : "";
  const warn = (note) => { mark ||= "warning"; notes.push(note); };
  if (isError) notes.push(`${event.code}: ${event.description}`);
  else notes.push(...event.violations.slice(0, MOST_NOTES).map((violation) => `invalid: ${textOf(violation)}`));
  if (!isError && event.violations.length > MOST_NOTES) notes.push(`and ${event.violations.length - MOST_NOTES} more`);
  if (event.binary) warn("came in a binary frame");
  if (way === ">" && "34".includes(type) && event.action === null) warn("answers no open call");
  if (event.is_refused) { mark = "error"; notes.push("refused"); }
  if (event.rule) notes.push(`chosen by the rule ${event.rule}`);
  return [way + type, (event.action ?? "?").slice(0, 200) + SUFFIXES[type], mark, ...notes];
}

const textOf = (violation) => violation.path ? `${violation.path}: ${violation.message}` : violation.message;

// The gist: the most important values of a message.

const GISTS = {
  BootNotification: (p) => [p.reason, p.chargingStation?.model ?? p.chargePointModel],
  StatusNotification: (p) => [place(p), p.connectorStatus ?? p.status],
  StartTransaction: (p) => [place(p), p.idTag],
  StopTransaction: (p) => [p.transactionId, p.idTag, p.reason],
  RemoteStartTransaction: (p) => [p.idTag, place(p)],
  ChangeConfiguration: (p) => [p.key],
  GetConfiguration: (p) => [p.key?.slice(0, 3).join(", ")],
  Authorize: (p) => [p.idToken?.idToken ?? p.idTag],
  TransactionEvent: (p) => [p.eventType, `seq ${p.seqNo}`, p.idToken?.idToken, p.triggerReason],
  MeterValues: (p) => [place(p)],
  RequestStartTransaction: (p) => [p.idToken?.idToken, p.evseId],
  SetVariables: (p) => p.setVariableData?.slice(0, 1).map((one) => `${one.variable?.name}=${one.attributeValue}`) ?? [],
  GetVariables: (p) => p.getVariableData?.slice(0, 1).map((one) => one.variable?.name) ?? [],
  ChangeAvailability: (p) => [p.operationalStatus ?? p.type, place(p)],
};

const place = (p) => {
  const [evse, connector] = [p.evse?.id ?? p.evseId, p.evse?.connectorId ?? p.connectorId];
  return [evse, connector].filter((part) => part !== undefined).join(".");
};

export function gistOf(record) {
  if (record.gist !== undefined || !isMessage(record)) return record.gist ?? "";
  const frame = parsed(record.text), type = record.kind[1];
  let parts = [];
  if ("45".includes(type) && Array.isArray(frame)) parts = [frame[2]];
  else {
    const payload = Array.isArray(frame) ? frame[type === "3" ? 2 : 3] : undefined;
    if (payload && typeof payload === "object") {
      try {
        parts = type === "3" ? outcome(payload) : wordsFor(record.action)(payload);
      } catch { parts = []; } // an invalid payload may have any shape
    }
  }
  if (record.took !== undefined) parts.push(`+${duration(record.took)}`);
  record.gist = parts.filter((part) => isScalar(part) && part !== "").join(" ").slice(0, 120);
  return record.gist;
}

const wordsFor = (action) => Object.hasOwn(GISTS, action) ? GISTS[action] : scalars; // an action may be named toString
const isScalar = (value) => ["string", "number", "boolean"].includes(typeof value);
const scalars = (payload) => Object.values(payload).filter(isScalar).slice(0, 2);
const outcome = (p) => [p.idTokenInfo?.status ?? p.idTagInfo?.status ?? p.status,
  p.totalCost === undefined ? "" : `cost ${p.totalCost}`];

export const duration = (seconds) => seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;

export const isMessage = (record) => record.kind !== ".";
export const isCall = (record) => record.kind[1] === "2";
export const clock = (time) => new Date(time * 1000).toISOString();

// JSON is indented token by token, not parsed and written again: 1.0 stays 1.0, and a duplicate key is shown twice.

export const tokensOf = (text) => text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g) ?? [];

export function partsOf(text) {
  const parts = [[]];
  let depth = 0;
  for (const token of tokensOf(text)) {
    if ("]}".includes(token)) depth--;
    if (depth === 1 && token === ",") parts.push([]);
    else if (depth > 0) parts.at(-1).push(token);
    if ("[{".includes(token)) depth++;
  }
  return parts;
}

export function indented(tokens) {
  const out = [];
  let depth = 0;
  const line = () => out.push("\n", "  ".repeat(Math.min(depth, 40)));
  tokens.forEach((token, index) => {
    const isEmpty = "]}".includes(token) && "[{".includes(tokens[index - 1] ?? " ");
    if ("]}".includes(token)) { depth--; if (!isEmpty) line(); }
    out.push(token === ":" ? ": " : token);
    if ("[{".includes(token)) { depth++; if (!"]}".includes(tokens[index + 1] ?? " ")) line(); }
    if (token === ",") line();
  });
  return out.join("");
}

export function parsed(text) {
  try { return JSON.parse(text); } catch { return undefined; }
}
