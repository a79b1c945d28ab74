// Shows the notice that the session runs out, with a button to stay; notes each use of the page.

import { one, setText } from "./dom.js";
import { Vigil } from "./vigil.js";

const USES = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchmove"];

async function ask(url, used) {
  const token = one('input[name="csrfmiddlewaretoken"]')?.value ?? "";
  const headers = used ? { "X-CSRFToken": token } : { "X-Background": "1" };
  try {
    const answer = await fetch(url, {
      method: used ? "POST" : "GET",
      headers: { Accept: "application/json", ...headers },
      cache: "no-store",
      redirect: "manual", // a redirect to the sign-in page means that the session has ended
      signal: AbortSignal.timeout(5000),
    });
    if (answer.type === "opaqueredirect") return { status: 401 };
    return { status: answer.status, ...(answer.status === 200 ? await answer.json() : {}) };
  } catch {
    return { status: 0 };
  }
}

function duration(left) {
  if (left > 90) return "2 minutes";
  return left > 30 ? "1 minute" : "a few seconds"; // changes seldom: a screen reader reads out each text
}

/** Watches over the session of a signed-in page. */
export function watchSession() {
  const notice = one("[data-session][data-left]");
  if (!notice) return;
  const text = one("[data-session-text]", notice);
  const button = one("[data-stay]", notice);
  const show = (words, canStay) => {
    notice.dataset.state = words ? "session" : "";
    button.hidden = !canStay;
    setText(text, words);
  };
  const vigil = new Vigil(
    { now: () => Date.now() / 1000, ask: (used) => ask(notice.dataset.url, used) },
    {
      calm: () => show("", false),
      warn: ({ left, final }) => {
        const why = final ? "a session lasts no longer" : "nobody has used this page for a while";
        show(`You will be signed out in ${duration(left)}: ${why}.`, !final);
      },
      ended: () => show("You have been signed out. Reload the page to sign in again.", false),
    },
    { left: Number(notice.dataset.left), rest: Number(notice.dataset.rest) },
  );
  const note = (event) => event.isTrusted && vigil.used(); // events of scripts do not count
  for (const name of USES) addEventListener(name, note, { passive: true, capture: true });
  button.addEventListener("click", () => vigil.stay());
  setInterval(() => vigil.tick(), 1000);
}
