// The clock of a replay: which moment is shown, and how fast time goes.

const DAY = 86_400_000; // milliseconds
export const SPEEDS = [1, 10, 60, 600];

export class Player {
  playing = false;
  speed = 10;
  #before = null; // when it was last asked, in milliseconds
  #owed = 0; // milliseconds that have passed since the last step; only of a calm clock

  /** `calm` steps once a second instead of gliding, for people who prefer less motion. */
  constructor(start, end, calm = false) {
    Object.assign(this, { start, end, calm, moment: start });
  }

  get isLong() {
    return this.end - this.start > DAY;
  }

  play() {
    if (this.moment >= this.end) this.moment = this.start;
    this.playing = true;
    this.#before = null;
    this.#owed = 0;
  }

  pause() {
    this.playing = false;
  }

  seek(moment) {
    this.moment = Math.max(this.start, Math.min(this.end, moment));
  }

  /** Returns the moment to show now; it stops by itself at the end. */
  tick(now) {
    const passed = this.#before === null ? 0 : Math.min(1000, now - this.#before); // a hidden page does not race on
    this.#before = now;
    if (!this.playing) return this.moment;
    this.#owed += passed;
    const steps = this.calm ? Math.floor(this.#owed / 1000) * 1000 : this.#owed;
    this.#owed -= steps;
    this.seek(this.moment + steps * this.speed);
    if (this.moment >= this.end) this.playing = false;
    return this.moment;
  }
}
