// Keeps a screen current for months: asks, notes silence, and loads the page anew only while the server is there.

const EVERY = 1000; // milliseconds between questions
const SLOWER = 5000; // after a failure
const PATIENCE = 8000; // without an answer until the figures count as old
const DAY = 86_400_000; // after which the page is loaded anew, so that nothing adds up in the browser

/** Returns whether a screen is dark at that time of its own zone. */
export function isNight(moment) {
  return moment.getHours() >= 19 || moment.getHours() < 7;
}

const THEMES = { light: () => "light", dark: () => "dark", night: (moment) => (isNight(moment) ? "dark" : "light"), system: () => null };

/** Returns the theme of a screen at a time: that of the address, else the usual one; null leaves it to the browser. */
export function themeOf(asked, usual, moment) {
  return (Object.hasOwn(THEMES, asked) ? THEMES[asked] : THEMES[usual])(moment);
}

/**
 * `ports`: ask(since) gives {status, data}, data being {now, pulse, version, data}; now() in milliseconds, steady;
 * after(call, ms); isThere() whether the page can be loaded; reload(). `on`: show(data), false for a page that is too old;
 * tell({heard, now, since, pulse}).
 */
export class Screen {
  #ports;
  #on;
  #version = -1;
  #heardAt = 0; // by now()
  #offset = 0; // from now() to the server's clock
  #began = 0;

  constructor(ports, on) {
    this.#ports = ports;
    this.#on = on;
  }

  start(version, serverTime) {
    this.#version = version;
    this.#began = this.#ports.now();
    this.#hear(serverTime);
    this.#tell();
    this.#next(EVERY);
  }

  async look() {
    const { status, data } = await this.#ports.ask(this.#version);
    if (status === 200) this.#hear(Date.parse(data.now));
    this.#tell(data?.pulse);
    const old = status === 404 || (status === 200 && data.data && !this.#on.show(data.data));
    if (status === 200 && data.data && !old) this.#version = data.version;
    if (old || this.#ports.now() - this.#began > DAY) await this.#renew(status === 404);
    this.#next(status === 200 ? EVERY : SLOWER);
  }

  /** Loads the page anew; a revoked link's page is loaded, too, since it must show nothing more. */
  async #renew(gone) {
    if (gone || (await this.#ports.isThere())) this.#ports.reload();
  }

  #next(milliseconds) {
    this.#ports.after(() => this.look(), milliseconds);
  }

  #hear(serverTime) {
    this.#heardAt = this.#ports.now();
    this.#offset = serverTime - this.#heardAt;
  }

  #tell(pulse) {
    const now = this.#ports.now();
    const since = now - this.#heardAt;
    this.#on.tell({ heard: since < PATIENCE, now: now + this.#offset, since, pulse });
  }
}
