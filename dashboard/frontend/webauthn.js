// Translates between the JSON of the server and the objects of navigator.credentials, which write bytes differently.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));

/** base64url without padding, as Web Authentication writes bytes in JSON. */
export function text(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (each) => String.fromCharCode(each)).join("");
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const withBytes = (list = []) => list.map((each) => ({ ...each, id: bytes(each.id) }));

/** Returns the argument of navigator.credentials, from the server's JSON. */
export function options({ publicKey }) {
  const made = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) made.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  if (publicKey.allowCredentials) made.allowCredentials = withBytes(publicKey.allowCredentials);
  if (publicKey.excludeCredentials) made.excludeCredentials = withBytes(publicKey.excludeCredentials);
  return { publicKey: made };
}

/** Returns the JSON for the server, from a result of navigator.credentials. */
export function plain(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

const SENTENCES = {
  InvalidStateError: "This device has a passkey for your account already: use another one.",
  NotAllowedError: "No passkey was used: your browser was told to stop, or waited too long. Try again, or go another way.",
  SecurityError: "Passkeys work only at the address that this site is known by, and over HTTPS.",
};

/** Returns a sentence for an error of the browser, by its name. */
export const sentence = (name) => SENTENCES[name] ?? "The passkey could not be used: try again, or go another way.";
