// The list of streams: polls its state.

import { copyOf, one, parts, reconcile, setText, setTime } from "./dom.js";
import { compact, grouped, span } from "./format.js";
import { showUnattended } from "./readers.js";
import { follow } from "./state-poll.js";

const page = one("[data-page]");

function show(data) {
  const { streams, total, trouble } = data;
  const searched = location.search.includes("q=");
  one("[data-empty]").hidden = total > 0 || searched || Boolean(trouble);
  one("[data-content]").hidden = !total && !searched;
  one("[data-none]").hidden = streams.length > 0;
  one("[data-plural]").hidden = total === 1;
  setText(one("[data-total]"), grouped(total));
  one("[data-more]").hidden = total === streams.length;
  const make = () => copyOf(one("template[data-stream-row]"));
  reconcile(one("[data-streams]"), streams, { key: (stream) => stream.stream, make, fill: fillStream });
  const readers = streams.flatMap((stream) => stream.readers.map((reader) => ({ ...reader, stream: stream.stream })));
  showUnattended(one("[data-unattended]"), readers);
  one("[data-no-audit]").hidden = data.audit.length > 0;
  one("[data-audit-shown]").hidden = !data.audit.length;
  const row = () => copyOf(one("template[data-audit-row]"));
  reconcile(one("[data-audit]"), data.audit, { key: (audit) => audit.id, make: row, fill: fillAudit });
}

function fillStream(row, stream) {
  const cells = parts(row);
  if (setText(cells.stream, stream.stream)) cells.stream.href = stream.url;
  setText(cells.fields, stream.fields);
  cells.fields.hidden = !stream.fields;
  setText(cells.age, stream.age === null ? stream.untold || "never" : `${span(stream.age)} ago`);
  setText(cells.rate, stream.untold || grouped(stream.rate, 1));
  setText(cells.bytes, stream.bytes === null ? "–" : compact(stream.bytes));
  setText(cells.records, grouped(stream.records));
  setText(cells.open, grouped(stream.open));
  setText(cells.closed, `${grouped(stream.closed)} closed`);
  cells.closed.hidden = !stream.closed;
  cells.readers.replaceChildren(...(stream.readers.length ? stream.readers.map(readerOf) : [word("at", "nobody")]));
}

function word(name, text) {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  return made;
}

function readerOf(reader) {
  const made = word(reader.unattended || reader.stopped ? "reader late" : "reader", `${reader.application} `);
  const lag = reader.lag === null ? "–" : span(reader.lag);
  made.append(word("at", `${reader.stopped ? "stopped" : lag}${reader.unattended ? ", no worker" : ""}`));
  return made;
}

function fillAudit(row, audit) {
  const cells = parts(row);
  setTime(cells.at, audit.at);
  for (const name of ["who", "action", "target"]) setText(cells[name], audit[name]);
  setText(cells.count, audit.count === null ? "" : grouped(audit.count));
}

follow(page.dataset.stateUrl, show);
