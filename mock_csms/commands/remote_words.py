"""The names of the subcommands over the API. This module imports nothing, so that every start can read it."""

REMOTE_WORDS = {
    "stations": "list the stations, or show, register, forget or disconnect one",
    "send": """send a command now: mock-csms send CS-1 Reset '{"type":"OnIdle"}'""",
    "wait": "wait for an event: mock-csms wait CS-1 Heartbeat",
    "log": "print what happened; -f prints what comes too",
    "rules": "list, add and remove scripted answers and faults",
    "tokens": "list tokens, and say what single ones get",
    "set": "change settings: mock-csms set boot-status=Pending",
    "reset": "go back to the start, as a whole or in parts",
    "verdict": "judge what was seen so far",
    "stop": "judge the run, and end the mock",
}
"""The names of the subcommands, each with its meaning."""
