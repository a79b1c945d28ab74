// The streams page: asks for its state again and again, since the live hub knows no permissions.

import { all, copyOf, one, parts, reconcile, setCell, setNote, setText, setTime } from "./dom.js";
import { compact, grouped, percentOf, records, span } from "./format.js";
import { Poll } from "./poll.js";

const page = one("[data-page]");
const { stateUrl, lettersUrl, recordsUrl } = page.dataset;

function show(data) {
  setLost(false);
  setNote(one("[data-clock-note]"), data.clock_note);
  for (const node of all("[data-now]")) setTime(node, data.now);
  one("[data-empty]").hidden = data.streams.length > 0;
  one("[data-content]").hidden = !data.streams.length;
  const card = () => copyOf(one("template[data-stream-card]"));
  reconcile(one("[data-streams]"), data.streams, { key: (s) => `${s.application} ${s.stream}`, make: card, fill: fillStream });
  one("[data-no-audit]").hidden = data.audit.length > 0;
  one("[data-audit-shown]").hidden = !data.audit.length;
  const row = () => copyOf(one("template[data-audit-row]"));
  reconcile(one("[data-audit]"), data.audit, { key: (audit) => audit.id, make: row, fill: fillAudit });
}

function setLost(lost) {
  one("[data-lost]").hidden = !lost;
  document.documentElement.dataset.line = lost ? "offline" : "live";
}

const orDash = (value, words) => (value === null ? "–" : words(value));

/** Its parts are looked up before any row, which has some of the same names, is put in. */
function fillStream(card, stream) {
  const cells = parts(card);
  card.dataset.stream = stream.application;
  card.setAttribute("aria-label", `${stream.application} on ${stream.stream}`);
  one(".scroll", card).setAttribute("aria-label", `Shards of ${stream.application} on ${stream.stream}`);
  setText(cells.application, stream.application);
  setText(cells.stream, stream.stream);
  cells.inspect.href = recordsUrl.replace("/-/", `/${encodeURIComponent(stream.stream)}/`);
  setText(cells.members, grouped(stream.members));
  cells.alone.hidden = stream.members > 0;
  setText(cells.lag, orDash(stream.lag, span));
  setText(cells.waiting, records(stream.lag_records));
  setText(cells.untold, stream.lag_note);
  cells.untold.hidden = !stream.lag_note;
  setTime(cells.newest, stream.newest);
  setText(cells.records, grouped(stream.records, 1));
  setCell(cells.total, grouped(stream.applied));
  for (const [status, count] of Object.entries(stream.letters)) fillLetters(cells[status], stream.application, status, count);
  const make = () => copyOf(one("template[data-shard-row]"));
  reconcile(cells.shards, stream.shards, { key: (shard) => shard.shard, make, fill: fillShard });
}

function fillLetters(link, application, status, count) {
  setText(link, `${grouped(count)} ${status}`);
  link.href = `${lettersUrl}?application=${encodeURIComponent(application)}&status=${status}`;
  link.hidden = status !== "kept" && !count;
}

function fillShard(row, shard) {
  const cells = parts(row);
  row.dataset.state = shard.state;
  setText(cells.shard, shard.shard);
  setText(cells.parents, `from ${shard.parents.join(" and ")}`);
  cells.parents.hidden = !shard.parents.length;
  setText(cells.state, shard.state);
  setText(cells.owner, shard.owner || "–");
  setText(cells.place, shard.place);
  cells.place.title = shard.checkpoint;
  setText(cells.lag, orDash(shard.lag, span));
  setText(cells.waiting, records(shard.lag_records));
  cells.waiting.hidden = !shard.lag_records;
  setTime(cells.newest, shard.newest);
  setText(cells.records, grouped(shard.records, 1));
  setText(cells.bytes, orDash(shard.bytes, compact));
  for (const name of ["records", "bytes"]) fillLoad(cells, name, shard[`${name}_full`]);
  setCell(cells.applied, grouped(shard.applied));
  setCell(cells.dead, grouped(shard.dead));
}

function fillLoad(cells, name, full) {
  cells[`${name}-load`].toggleAttribute("hidden", full === null);
  cells[`${name}-bar`].setAttribute("width", percentOf(full ?? 0, 100));
}

function fillAudit(row, audit) {
  const cells = parts(row);
  setTime(cells.at, audit.at);
  for (const name of ["who", "action", "target"]) setText(cells[name], audit[name]);
  setText(cells.count, grouped(audit.count));
}

async function ask() {
  try {
    const answer = await fetch(stateUrl, {
      headers: { Accept: "application/json", "X-Background": "1" },
      cache: "no-store",
      signal: AbortSignal.timeout(5000),
    });
    return { status: answer.status, data: answer.ok ? await answer.json() : null };
  } catch {
    return { status: 0, data: null };
  }
}

const ports = {
  ask,
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
  hidden: () => document.hidden,
  chance: () => Math.random(),
};

const poll = new Poll(ports, {
  state: show,
  lost: () => setLost(true),
  signedOut: () => location.assign(`/accounts/sign-in/?next=${encodeURIComponent(location.pathname)}`),
  refused: () => location.reload(),
});
poll.start();
document.addEventListener("visibilitychange", () => poll.wake());
addEventListener("online", () => poll.wake());
