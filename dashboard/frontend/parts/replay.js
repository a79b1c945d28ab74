// The bar in a board's time control that replays its time: play, speed, a moment on a slider.

import { all, made, setText } from "../dom.js";
import { time } from "../format.js";
import { zone, zoneTitle } from "../zone.js";
import { Player, SPEEDS } from "./player.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class ReplayBar {
  on = false; // whether the page shows a moment of the replay
  #ports;
  #player = null;
  #loading = null;
  #parts = {};
  #speed = 10;
  #trouble = "";

  /**
   * `ports`: begin() returns a promise of {start, end, first} in milliseconds, and fails with a sentence; show(moment, jumps)
   * shows everything at a moment, `jumps` if time did not just go on; rest(moment) hears where it stands; end() shows the
   * page's own time again.
   */
  constructor(parent, ports) {
    this.#ports = ports;
    const bar = made(parent, "div", { className: "replay-bar" });
    bar.setAttribute("role", "group");
    bar.ariaLabel = "Replay";
    const play = made(bar, "button", { type: "button", textContent: "▶ Replay" });
    play.dataset.testid = "replay";
    const speeds = made(bar, "span", { className: "speeds", ariaLabel: "Speed" });
    speeds.setAttribute("role", "group");
    for (const speed of SPEEDS) made(speeds, "button", { type: "button", textContent: `×${speed}`, value: speed });
    const slider = made(bar, "input", { type: "range", min: 0, max: 1000, value: 1000, step: 1, ariaLabel: "Moment of the replay" });
    const words = made(bar, "output", { className: "unit" });
    const back = made(bar, "button", { type: "button", textContent: "Back", title: "Back to the time that was chosen", hidden: true });
    back.dataset.testid = "replay-back";
    this.#parts = { bar, play, speeds, slider, words, back };
    play.addEventListener("click", () => this.#toggle());
    speeds.addEventListener("click", ({ target }) => target.value && this.#choose(Number(target.value)));
    slider.addEventListener("input", () => this.#seek(slider.value / 1000));
    slider.addEventListener("change", () => this.#rest());
    back.addEventListener("click", () => this.stop());
    this.#choose(this.#speed);
  }

  /** Shows a moment, in milliseconds. */
  async go(moment) {
    if (!(await this.#begin())) return;
    this.#player.seek(moment);
    this.#show(true);
    this.#label();
  }

  stop() {
    this.on = false;
    this.#player = null;
    this.#parts.slider.value = 1000;
    this.#mark();
    this.#say("");
    this.#ports.end();
    this.#label();
    this.#parts.play.focus();
  }

  /** Says beside the moment what is wrong; "" for nothing. */
  trouble(words) {
    this.#trouble = words && ` · ${words}`;
    if (this.on) this.#tell();
  }

  async #toggle() {
    if (!(await this.#begin())) return;
    if (this.#player.playing) {
      this.#player.pause();
      this.#rest();
    } else {
      this.#player.play();
      this.#show(true);
    }
    this.#label();
    this.#run();
  }

  async #seek(part) {
    if (!(await this.#begin())) return;
    const { start, end } = this.#player;
    this.go(start + part * (end - start));
  }

  #rest() {
    if (this.on && !this.#player.playing) this.#ports.rest(this.#player.moment);
  }

  #choose(speed) {
    this.#speed = speed;
    if (this.#player) this.#player.speed = speed;
    for (const button of all("button", this.#parts.speeds)) button.setAttribute("aria-pressed", Number(button.value) === speed);
  }

  /** Begins a replay, if none is on; returns whether one is. */
  #begin() {
    if (this.on) return true;
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load() {
    this.#say("Loading…");
    try {
      const { start, end, first } = await this.#ports.begin();
      this.#player = new Player(start, end, calm.matches);
      this.#player.seek(first);
      this.#player.speed = this.#speed;
      this.on = true;
      this.#mark();
    } catch ({ message }) {
      this.#say(message);
    }
    return this.on;
  }

  #run() {
    requestAnimationFrame((now) => {
      if (!this.#player?.playing) return;
      const before = this.#player.moment;
      if (this.#player.tick(now) !== before) this.#show(false);
      if (this.#player.playing) return this.#run();
      this.#label();
      this.#rest();
    });
  }

  #show(jumps) {
    const { start, end, moment } = this.#player;
    this.#parts.slider.value = (1000 * (moment - start)) / (end - start);
    this.#tell();
    this.#ports.show(moment, jumps);
  }

  #tell() {
    const words = `${time(this.#player.moment, this.#player.isLong ? "full" : "second", zone())} ${zoneTitle()}`;
    if (this.#say(words + this.#trouble)) this.#parts.slider.setAttribute("aria-valuetext", words);
  }

  #mark() {
    this.#parts.bar.classList.toggle("on", this.on);
    this.#parts.back.hidden = !this.on;
  }

  #label() {
    setText(this.#parts.play, this.#player?.playing ? "❚❚ Pause" : this.on ? "▶ Go on" : "▶ Replay");
  }

  #say = (words) => setText(this.#parts.words, words);
}
