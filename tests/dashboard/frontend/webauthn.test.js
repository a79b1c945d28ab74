import assert from "node:assert/strict";
import test from "node:test";

import { options, plain, sentence, text } from "../../../dashboard/frontend/webauthn.js";

const bytes = (...numbers) => new Uint8Array(numbers).buffer;

test("bytes travel as base64url without padding, and come back", () => {
  assert.equal(text(bytes(251, 255, 190, 1)), "-_--AQ");
  const { publicKey } = options({ publicKey: { challenge: "-_--AQ" } });
  assert.deepEqual([...publicKey.challenge], [251, 255, 190, 1]);
});

test("what is signed keeps its other fields", () => {
  const { publicKey } = options({
    publicKey: {
      challenge: "AQ",
      rpId: "localhost",
      user: { id: "Ag", name: "ada" },
      excludeCredentials: [{ id: "Aw", type: "public-key" }],
    },
  });
  assert.deepEqual(publicKey.user, { id: Uint8Array.of(2), name: "ada" });
  assert.deepEqual(publicKey.excludeCredentials, [{ id: Uint8Array.of(3), type: "public-key" }]);
  assert.equal(publicKey.rpId, "localhost");
});

test("a credential is sent with the parts that it has", () => {
  const credential = {
    id: "Ag",
    rawId: bytes(2),
    type: "public-key",
    getClientExtensionResults: () => ({ credProps: { rk: true } }),
    response: { clientDataJSON: bytes(1), attestationObject: bytes(3), signature: undefined },
  };
  assert.deepEqual(plain(credential), {
    id: "Ag",
    rawId: "Ag",
    type: "public-key",
    authenticatorAttachment: null,
    clientExtensionResults: { credProps: { rk: true } },
    response: { clientDataJSON: "AQ", attestationObject: "Aw" },
  });
});

test("every refusal is a sentence that says what to do", () => {
  for (const name of ["NotAllowedError", "InvalidStateError", "SecurityError", "TypeError", undefined]) {
    assert.match(sentence(name), /^[A-Z].+\.$/);
  }
});
