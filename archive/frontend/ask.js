// The page on which questions are asked: tells the bytes as one types, and follows a question that runs.

import { all, one, paintTimes } from "#kit/dom.js";
import { QUESTIONS, edit, goTo, mark } from "#kit/editor.js";

import { draw } from "./ask/chart.js";

const PAUSE = 400; // milliseconds without a key, after which the bytes are asked for
const EACH = 400; // milliseconds between two looks at a question that runs

const form = one("[data-ask]");
const { tables, columns } = JSON.parse(one("#words").textContent);
const options = [
  ...tables.map((label) => ({ label, type: "class", detail: "table" })),
  ...columns.map(([label, detail]) => ({ label, detail, type: "property" })),
];
const view = edit(one("#text"), { label: "Question", dialect: QUESTIONS, options, changed, run: () => one('[value="run"]', form).click() });
let timer = 0;
let latest = 0;

/** Returns the parts of a page, parsed into a document that runs nothing; null if the site is away. */
function parts(method, url, body) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.responseType = "document";
    request.setRequestHeader("X-Part", "1");
    request.onload = () => resolve(request.response?.querySelector("[data-part]") ? request.response : null);
    request.onerror = () => resolve(null);
    request.send(body);
  });
}

function place(answer, name) {
  const [part, old] = [answer, document].map((root) => one(`[data-part="${name}"]`, root));
  if (!part || !old) return null;
  const node = document.adoptNode(part);
  old.replaceWith(node);
  paintTimes(node);
  return node;
}

async function look() {
  const mine = ++latest;
  const body = new FormData(form);
  body.set("do", "look");
  const answer = await parts("POST", form.action, body);
  if (answer && mine === latest) place(answer, "look");
}

async function follow() {
  const answer = await parts("GET", location.href);
  if (answer && !one("[data-running]", answer)) {
    for (const name of ["outcome", "recent"]) place(answer, name);
    draw();
    show();
    one("#answer-title")?.focus({ preventScroll: true });
  } else setTimeout(follow, EACH);
}

/** Marks the error of the question at its place. */
function show() {
  const said = one('[data-testid="said"]');
  const line = Number(said?.dataset.line ?? 0);
  mark(view, line ? [{ line, column: Number(said.dataset.column), sentence: one(".said", said).textContent }] : []);
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-goto]");
  if (!link) return;
  event.preventDefault();
  goTo(view, Number(link.dataset.goto), Number(link.dataset.column));
});
if (all("[data-running]").length) setTimeout(follow, EACH);
draw();
show();
