// The page's one connection to the server: hands out its messages, keeps them while paused, knows the server's time.

import { one, setNote } from "./dom.js";
import { VersionGate } from "./version-gate.js";
import { Line } from "./connection.js";
import { PauseBuffer } from "./pause.js";
import { shown } from "./standing.js";
import { PATIENCE } from "./status.js";

const PULSE = "pulse";
const ALARMS = "alarms"; // every page that follows anything also hears the bell

const gate = new VersionGate();
const buffer = new PauseBuffer();
const pending = new Map();
let renders = {};
let offset = Date.now() - performance.now(); // milliseconds from our monotonic time to the server's clock
let upTo = null; // the time of the last message, by the server's clock
let everLive = false;
let frame = 0;
let line = null;
let database = true; // whether the database answers, as the server said last
let workers = null; // the last pulse
let pausedAt = null;
let replayedAt = null;

const tell = () => document.dispatchEvent(new Event("line"));
const ticks = [];

/** Returns now by the server's clock, in milliseconds. */
export const serverNow = () => performance.now() + offset;

/** Calls back every second with the server's time, while the page is visible and, unless `always`, not paused. */
export function everySecond(call, { always = false } = {}) {
  ticks.push({ call, always });
  call(serverNow());
}

/** The last message of the topic `pulse`; null before the first. */
export const pulse = () => workers;

/**
 * Returns the state of the connection: {heard, database, pausedAt, upTo, now}, with times in milliseconds by the server's
 * clock; `heard` is false once the connection has been lost for PATIENCE.
 */
export function hearing() {
  const [lost, now] = [line?.status(), serverNow()];
  const dead = lost && !["live", "polling"].includes(lost.transport) && lost.lostAt !== null && now - lost.lostAt >= PATIENCE;
  return { heard: !dead, database, pausedAt, upTo, now };
}

/** Shows the embedded snapshots and keeps them current: {topic: data => …}. Subscribes to `topics`, `pulse` and `alarms` alone. */
export function follow(handlers, topics = Object.keys(handlers)) {
  renders = handlers;
  const snapshots = JSON.parse(document.getElementById("snapshots").textContent);
  for (const [topic, { version, data }] of Object.entries(snapshots)) {
    gate.accept(topic, version);
    if (data.now) hearClock(data.now);
    if (topic === PULSE) workers = data;
    renders[topic]?.(data);
  }
  line = new Line(ports, {
    opened: () => gate.clear(),
    message: receive,
    beat: hearBeat,
    change: tell,
    signedOut: () => location.assign(`/accounts/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}`),
  });
  line.start([...new Set([...topics, PULSE, ALARMS])]);
  setInterval(tick, 1000);
  setInterval(tell, 500);
  document.addEventListener("visibilitychange", () => schedule());
  addEventListener("online", () => line.retryNow());
}

/** Returns which time the page shows, as standing.js says it. */
export function shownTime() {
  const past = one("live-status")?.dataset.past;
  return shown({ past: past ? Date.parse(past) : null, paused: pausedAt, replayed: replayedAt });
}

/** Takes the moment of a replay, in milliseconds; null once it is over. */
export function replay(moment) {
  if (moment === replayedAt) return;
  replayedAt = moment;
  document.dispatchEvent(new Event("moment"));
}

/** Returns the arguments of describe() in status.js; null on a page that follows nothing. */
export function situation() {
  if (!line) return null;
  const status = line.status();
  everLive ||= status.transport === "live";
  return { status, paused: buffer.paused, waiting: buffer.waiting, upTo, now: serverNow(), everLive };
}

export const retryNow = () => line?.retryNow();

export function togglePause() {
  if (buffer.paused) buffer.resume().forEach(show);
  else {
    draw(); // else a frame that was due would still change the paused page
    buffer.pause();
  }
  pausedAt = buffer.paused ? serverNow() : null;
  tell();
}

/** Gets one topic by HTTP: {status, message}; status 0 is a failure of the network. */
export async function ask(topic) {
  try {
    const answer = await fetch(`/live/?topic=${encodeURIComponent(topic)}&since=${gate.since(topic)}`, {
      headers: { Accept: "application/json", "X-Background": "1" },
      cache: "no-store",
      signal: AbortSignal.timeout(5000),
    });
    return { status: answer.status, message: answer.status === 200 ? await answer.json() : null };
  } catch {
    return { status: 0, message: null };
  }
}

const ring = (data) => document.dispatchEvent(new CustomEvent("alarms", { detail: data }));

/** Asks for the open alarms, on a page that follows nothing; returns the status of the answer. */
export async function askAlarms() {
  const { status, message } = await ask(ALARMS);
  if (message && gate.accept(message.topic, message.version)) ring(message.data);
  return status;
}

const ports = {
  socket: () => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/live/?changes=1`),
  poll: ask,
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
  now: serverNow,
  chance: () => Math.random(),
};

function hearBeat(iso, trouble, note) {
  hearClock(iso);
  database = trouble !== "away";
  setNote(one("[data-clock-note]"), note);
}

function hearClock(iso) {
  upTo = Date.parse(iso);
  offset = upTo - performance.now();
}

function receive(message) {
  if (!gate.accept(message.topic, message.version)) return;
  database = true;
  if (message.topic === PULSE) {
    workers = message.data; // a paused page may say, too, that no worker lives
    setNote(one("[data-clock-note]"), workers.clock_note); // without sockets there is no heartbeat to carry it
    return;
  }
  if (message.topic === ALARMS) ring(message.data); // a paused page rings, too
  if (message.topic === ALARMS && !renders[ALARMS]) return;
  if (line.status().transport !== "live" && message.data.now) hearClock(message.data.now);
  if (buffer.offer(message)) show(message);
  else tell();
}

function show(message) {
  pending.set(message.topic, message.data);
  schedule();
}

function schedule() {
  if (document.hidden || frame || !pending.size) return; // a hidden page is drawn once it is visible again
  frame = requestAnimationFrame(draw);
}

function draw() {
  cancelAnimationFrame(frame);
  frame = 0;
  const states = [...pending];
  pending.clear();
  for (const [topic, data] of states) renders[topic]?.(data);
}

function tick() {
  if (document.hidden) return;
  for (const { call, always } of ticks) if (always || !buffer.paused) call(serverNow());
}
