// Passkeys: forms with data-passkey ask the browser for one, and send its answer.

import { all, one } from "./dom.js";
import { options, plain, sentence } from "./webauthn.js";

async function fetched(form) {
  const body = new URLSearchParams({ begin: "1", csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return (await answer.json()).request_options;
}

async function send(form) {
  const asked = options(form.dataset.options ? JSON.parse(form.dataset.options) : await fetched(form));
  const credential = await navigator.credentials[form.dataset.passkey](asked);
  form.elements.credential.value = JSON.stringify(plain(credential));
  form.submit();
}

function onSubmit(event) {
  event.preventDefault();
  const form = event.target;
  const error = one("[data-passkey-error]", form);
  const button = one("button[type=submit]", form);
  error.hidden = button.disabled = true;
  send(form).catch(({ name }) => {
    error.textContent = sentence(name);
    error.hidden = button.disabled = false;
  });
}

for (const form of all("[data-passkey]")) form.addEventListener("submit", onSubmit);
