// The cards of a stream's readers, with their shards.

import { all, copyOf, one, parts, reconcile, setCell, setText, setTime } from "./dom.js";
import { compact, grouped, percentOf, records, span } from "./format.js";
import { zoneTitle } from "./zone.js";

const { lettersUrl, forgetUrl } = one("[data-page]").dataset;

/** Shows a card for each reader. */
export function showReaders(list, readers) {
  const make = () => {
    const made = copyOf(one("template[data-stream-card]"));
    for (const name of all("[data-zone-name]", made)) setText(name, zoneTitle());
    return made;
  };
  reconcile(list, readers, { key: (reader) => `${reader.application} ${reader.stream}`, make, fill: fillReader });
}

/** Shows a notice for each reader that no worker serves while records wait. */
export function showUnattended(list, readers) {
  const make = () => copyOf(one("template[data-unattended-notice]"));
  const unattended = readers.filter((reader) => reader.unattended);
  reconcile(list, unattended, { key: (reader) => `${reader.application} ${reader.stream}`, make, fill: fillNotice });
}

const orDash = (value, words) => (value === null ? "–" : words(value));

/** Fills the card of a reader. It finds the parts before it adds rows, because rows have parts of the same names. */
function fillReader(card, stream) {
  const cells = parts(card);
  card.dataset.stream = stream.application;
  card.setAttribute("aria-label", `${stream.application} on ${stream.stream}`);
  one(".scroll", card).setAttribute("aria-label", `Shards of ${stream.application} on ${stream.stream}`);
  setText(cells.application, stream.application);
  setText(cells.stream, stream.stream);
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

