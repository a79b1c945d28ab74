// The page on which an application is written: checks while it is typed, runs, and keeps the draft.

import { all, one, setText } from "#kit/dom.js";

import { STREAMS, edit, goTo, mark, named } from "#kit/editor.js";
import { Asker, place } from "./editing/parts.js";

const PAUSE = 450; // milliseconds without a key, after which the text is checked
const HERE = ["check", "run", "look"]; // buttons whose answers are parts of this page

const form = one("[data-editor]");
const asker = new Asker(form);
const { columns, functions } = JSON.parse(one("#words").textContent);
const options = [
  ...columns.map((label) => ({ label: named(label), type: "property", detail: "field" })),
  ...functions.map(([label, info]) => ({ label, info, type: "function" })),
];
const view = edit(one("#script"), { label: "Script", dialect: STREAMS, options, changed, run: () => run() });
let timer = 0;
let unsaved = false;
let running = false;

function changed() {
  unsaved = true;
  clearTimeout(timer);
  timer = setTimeout(() => (running ? changed() : ask("check")), PAUSE); // a check would take the place of the run
}

async function ask(name) {
  clearTimeout(timer);
  const answer = await asker.ask(name);
  if (!answer) return;
  unsaved = false;
  const kept = name === "check" ? ["results"] : []; // the rows of the last run stay while one goes on typing
  show(place(answer, kept), name);
}

function show(placed, name) {
  if (!placed.problems) return;
  const problems = all("[data-problem]", placed.problems).map((node) => ({
    line: Number(node.dataset.line),
    column: Number(node.dataset.column),
    warning: Boolean(node.dataset.warning),
    sentence: one("[data-sentence]", node).textContent,
  }));
  mark(view, problems);
  announce(placed, problems, name);
}

function announce(placed, problems, name) {
  const errors = problems.filter(({ warning }) => !warning).length;
  const words = errors ? `${errors} error${errors > 1 ? "s" : ""}.` : "No error.";
  const ran = one('[data-testid="ran"]', placed.results ?? document.createElement("p"))?.textContent ?? "";
  setText(one("[data-announce]"), name === "run" ? `${words} ${ran}` : words);
}

async function run() {
  running = true;
  await ask("run");
  running = false;
  if (one('[data-part="results"] h2')) one('[data-part="results"]').scrollIntoView({ block: "nearest" });
}

form.addEventListener("submit", (event) => {
  const name = event.submitter?.value ?? "run";
  unsaved = false;
  if (!HERE.includes(name)) return;
  event.preventDefault();
  if (name === "run") run();
  else ask(name);
});
for (const field of all("textarea, input", form)) field.addEventListener("input", changed);
one("#stream")?.addEventListener("change", () => ask("look"));
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-problem] a, [data-goto]");
  if (!link) return;
  event.preventDefault();
  const { line, column } = link.closest("[data-problem]")?.dataset ?? { line: link.dataset.goto, column: 1 };
  goTo(view, Number(line), Number(column));
});
addEventListener("pagehide", () => {
  if (!unsaved) return;
  const body = new FormData(form);
  body.set("do", "save");
  navigator.sendBeacon(form.action, body);
});
show({ problems: one('[data-part="problems"]') }, "check");
