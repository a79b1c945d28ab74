// The streams page: polls its state.

import { all, copyOf, one, parts, reconcile, setCell, setNote, setText, setTime } from "./dom.js";
import { compact, grouped, percentOf, records, span } from "./format.js";
import { Poll } from "./poll.js";
import { zoneTitle } from "./zone.js";

const page = one("[data-page]");
const { stateUrl, lettersUrl, forgetUrl } = page.dataset;

function show(data) {
  setLost(false);
  setNote(one("[data-clock-note]"), data.clock_note);
  for (const node of all("[data-now]")) setTime(node, data.now);
  one("[data-empty]").hidden = data.streams.length > 0;
  one("[data-content]").hidden = !data.streams.length;
  const card = () => {
    const made = copyOf(one("template[data-stream-card]"));
    for (const name of all("[data-zone-name]", made)) setText(name, zoneTitle());
    return made;
  };
  reconcile(one("[data-streams]"), data.streams, { key: (s) => `${s.application} ${s.stream}`, make: card, fill: fillStream });
  const notice = () => copyOf(one("template[data-unattended-notice]"));
  const unattended = data.streams.filter((stream) => stream.unattended);
  reconcile(one("[data-unattended]"), unattended, { key: (s) => `${s.application} ${s.stream}`, make: notice, fill: fillNotice });
  one("[data-unread-shown]").hidden = !data.unread.length;
  const unread = () => copyOf(one("template[data-unread-row]"));
  reconcile(one("[data-unread]"), data.unread, { key: (stream) => stream.stream, make: unread, fill: fillUnread });
  one("[data-no-audit]").hidden = data.audit.length > 0;
  one("[data-audit-shown]").hidden = !data.audit.length;
  const row = () => copyOf(one("template[data-audit-row]"));
  reconcile(one("[data-audit]"), data.audit, { key: (audit) => audit.id, make: row, fill: fillAudit });
}

function setLost(lost) {
  one("[data-lost]").hidden = !lost;
  document.documentElement.dataset.line = lost ? "offline" : "live";
  one("live-status").dataset.state = lost ? "offline" : "live";
  setText(one("live-status"), lost ? "Offline" : "Live");
}

const orDash = (value, words) => (value === null ? "–" : words(value));

/** Finds the parts before it adds rows, because rows have parts of the same names. */
function fillStream(card, stream) {
  const cells = parts(card);
  card.dataset.stream = stream.application;
  card.setAttribute("aria-label", `${stream.application} on ${stream.stream}`);
  one(".scroll", card).setAttribute("aria-label", `Shards of ${stream.application} on ${stream.stream}`);
  setText(cells.application, stream.application);
  setText(cells.stream, stream.stream);
  cells.inspect.href = stream.records_url;
  setText(cells.members, grouped(stream.members));
  cells.alone.hidden = !stream.unattended;
  cells.resting.hidden = stream.members > 0 || stream.unattended;
  cells.forgetting.hidden = stream.members > 0;
  cells.forget.href = `${forgetUrl}?application=${encodeURIComponent(stream.application)}&stream=${encodeURIComponent(stream.stream)}`;
  setText(cells.lag, orDash(stream.lag, span));
  setText(cells.waiting, records(stream.lag_records));
  setText(cells.untold, stream.lag_note);
  cells.untold.hidden = !stream.lag_note;
  for (const name of ["stopped", "expired"]) {
    setText(cells[name], stream[`${name}_note`]);
    cells[name].hidden = !stream[`${name}_note`];
  }
  setTime(cells.newest, stream.newest);
  setText(cells.records, grouped(stream.records, 1));
  setCell(cells.total, grouped(stream.applied));
  for (const [status, count] of Object.entries(stream.letters)) fillLetters(cells[status], stream, status, count);
  const make = () => copyOf(one("template[data-shard-row]"));
  reconcile(cells.shards, stream.shards, { key: (shard) => shard.shard, make, fill: fillShard });
}

function fillNotice(notice, stream) {
  const cells = parts(notice);
  const { application, stream: name, lag_records: waits } = stream;
  setText(cells.name, `${application} on ${name}: no worker reads it.`);
  setText(cells.waits, waits ? `${records(waits)} ${waits === 1 ? "waits" : "wait"}.` : "");
  setText(cells.command, stream.consume);
}

function fillUnread(row, stream) {
  const cells = parts(row);
  setText(cells.name, stream.stream);
  setText(cells.held, orDash(stream.records, grouped));
  cells.inspect.href = stream.records_url;
}

function fillLetters(link, { application, stream }, status, count) {
  setText(link, `${grouped(count)} ${status}`);
  link.href = `${lettersUrl}?${new URLSearchParams({ application, stream, status })}`;
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
  cells.owner.title = shard.owner_id;
  setTime(cells.watermark, shard.watermark);
  setText(cells.nowhere, shard.place);
  cells.nowhere.hidden = Boolean(shard.watermark);
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
