// The bar below a map that replays its time: play, speed, a moment on a slider.

import { all, made, setText } from "../dom.js";
import { time } from "../format.js";
import { zone, zoneTitle } from "../zone.js";
import { Player, SPEEDS } from "./player.js";
import { tracksOf } from "./tracks.js";

const PATIENCE = 20_000; // milliseconds

export class ReplayBar {
  #url;
  #ports;
  #panel = null;
  #player = null;
  #tracks = null;
  #loading = null;
  #parts = {};
  #speed = 10;

  /** `ports`: show(tracks, moment) and end() of the map, calm() whether the user prefers less motion. */
  constructor(parent, url, ports) {
    this.#url = url;
    this.#ports = ports;
    const bar = made(parent, "div", { className: "map-bar" });
    const play = made(bar, "button", { type: "button", textContent: "▶ Replay" });
    play.dataset.testid = "replay";
    const speeds = made(bar, "span", { className: "speeds", ariaLabel: "Speed" });
    speeds.setAttribute("role", "group");
    for (const speed of SPEEDS) made(speeds, "button", { type: "button", textContent: `×${speed}`, value: speed });
    const slider = made(bar, "input", { type: "range", min: 0, max: 1000, value: 1000, step: 1, ariaLabel: "Moment of the replay" });
    const words = made(bar, "output", { className: "unit" });
    const back = made(bar, "button", { type: "button", textContent: "Back to the newest", hidden: true });
    this.#parts = { bar, play, speeds, slider, words, back };
    play.addEventListener("click", () => this.#toggle());
    speeds.addEventListener("click", ({ target }) => target.value && this.#choose(Number(target.value)));
    slider.addEventListener("input", () => this.#seek(slider.value / 1000));
    back.addEventListener("click", () => this.stop());
    this.#choose(this.#speed);
  }

  get on() {
    return this.#tracks !== null;
  }

  /** Takes the panel whose time is replayed next. */
  take(panel) {
    if (this.on) return;
    this.#panel = panel;
    this.#parts.bar.hidden = !panel.routes.length;
  }

  stop() {
    this.#tracks = this.#player = null;
    this.#parts.slider.value = 1000;
    this.#parts.back.hidden = true;
    this.#say("");
    this.#ports.end();
    this.#label();
    this.#parts.play.focus();
  }

  async #toggle() {
    if (!(await this.#load())) return;
    if (this.#player.playing) this.#player.pause();
    else this.#player.play();
    this.#label();
    this.#run();
  }

  async #seek(part) {
    if (!(await this.#load())) return;
    const { start, end } = this.#player;
    this.#player.seek(start + part * (end - start));
    this.#show();
  }

  #choose(speed) {
    this.#speed = speed;
    if (this.#player) this.#player.speed = speed;
    for (const button of all("button", this.#parts.speeds)) button.setAttribute("aria-pressed", Number(button.value) === speed);
  }

  /** Gets the positions of the whole time, once; returns whether they are there. */
  #load() {
    if (this.on) return true;
    this.#loading ??= this.#fetch().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #fetch() {
    this.#say("Loading…");
    try {
      const address = new URL(this.#url, location.href);
      address.searchParams.set("range", `${this.#panel.start}..${this.#panel.end}`);
      const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error);
      this.#begin(found);
      return true;
    } catch {
      this.#say("The positions could not be loaded.");
      return false;
    }
  }

  #begin(found) {
    this.#tracks = tracksOf(found);
    const first = Math.min(...this.#tracks.map(({ times }) => times[0]), Date.parse(found.end));
    this.#player = new Player(Math.max(Date.parse(found.start), first), Date.parse(found.end), this.#ports.calm());
    this.#player.speed = this.#speed;
    this.#parts.back.hidden = false;
  }

  #run() {
    requestAnimationFrame((now) => {
      if (!this.#player?.playing) return;
      this.#player.tick(now);
      this.#show();
      if (this.#player.playing) this.#run();
      else this.#label();
    });
  }

  #show() {
    const { start, end, moment } = this.#player;
    this.#parts.slider.value = (1000 * (moment - start)) / (end - start);
    const words = `${time(moment, "second", zone())} ${zoneTitle()}`;
    this.#parts.slider.setAttribute("aria-valuetext", words);
    this.#say(words);
    this.#ports.show(this.#tracks, moment);
  }

  #label() {
    setText(this.#parts.play, this.#player?.playing ? "❚❚ Pause" : this.#player ? "▶ Go on" : "▶ Replay");
  }

  #say(words) {
    setText(this.#parts.words, words);
  }
}
