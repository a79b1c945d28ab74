// Polls the state of a page for operators, and says on it whether the server answers.

import { all, one, setNote, setText, setTime } from "./dom.js";
import { Poll } from "./poll.js";

function setLost(lost) {
  one("[data-lost]").hidden = !lost;
  document.documentElement.dataset.line = lost ? "offline" : "live";
  one("live-status").dataset.state = lost ? "offline" : "live";
  setText(one("live-status"), lost ? "Offline" : "Live");
}

/** Asks an address once; status 0 stands for no answer. An answer that says why there is no state has `error` in its data. */
export async function ask(url) {
  try {
    const answer = await fetch(url, {
      headers: { Accept: "application/json", "X-Background": "1" },
      cache: "no-store",
      signal: AbortSignal.timeout(5000),
    });
    const told = answer.ok || [404, 503].includes(answer.status);
    const data = told && answer.headers.get("Content-Type") === "application/json" ? await answer.json() : null;
    return { status: answer.status, data };
  } catch {
    return { status: 0, data: null };
  }
}

/** Calls `show` with each new state. */
export function follow(url, show) {
  const ports = {
    ask: async () => {
      const answer = await ask(url);
      return answer.data?.error ? { status: 200, data: answer.data } : answer; // the server answers: it says why
    },
    after: (milliseconds, call) => {
      const timer = setTimeout(call, milliseconds);
      return () => clearTimeout(timer);
    },
    hidden: () => document.hidden,
    chance: () => Math.random(),
  };
  const poll = new Poll(ports, {
    state: (data) => {
      setLost(false);
      setNote(one("[data-trouble]"), data.error ?? data.trouble ?? "");
      if (data.error) return;
      setNote(one("[data-clock-note]"), data.clock_note);
      for (const node of all("[data-now]")) setTime(node, data.now);
      show(data);
    },
    lost: () => setLost(true),
    signedOut: () => location.assign(`/accounts/sign-in/?next=${encodeURIComponent(location.pathname)}`),
    refused: () => location.reload(),
  });
  poll.start();
  document.addEventListener("visibilitychange", () => poll.wake());
  addEventListener("online", () => poll.wake());
}
