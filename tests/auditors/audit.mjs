// node audit.mjs HOST HTTP_PORT HTTPS_PORT: what MDN's HTTP Observatory says of a host, and Google's CSP Evaluator of its
// policy, as JSON. The Observatory asks ports 80 and 443 only; here they are led to the ports that are given.
import net from "node:net";

const [host, http, https] = process.argv.slice(2);
const ports = { 80: Number(http), 443: Number(https) };
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...words) {
  const options = Array.isArray(words[0]) ? words[0][0] : words[0]; // net.connect hands on what it has sorted already
  options.port = ports[options.port] ?? options.port;
  return connect.apply(this, words);
};

const { scan } = await import("@mdn/mdn-http-observatory");
const { CspEvaluator, DEFAULT_CHECKS, STRICTCSP_CHECKS } = await import("csp_evaluator/dist/evaluator.js");
const { CspParser } = await import("csp_evaluator/dist/parser.js");

// Two of the strict checks ask for 'unsafe-inline' and https: beside the nonce, for browsers that know no nonces: our pages
// are whole without scripts, so the policy stays without exceptions, and these two are left out.
const loosening = ["checkUnsafeInlineFallback", "checkAllowlistFallback"];
const checks = [...DEFAULT_CHECKS, ...STRICTCSP_CHECKS.filter((check) => !loosening.includes(check.name))];

const { scan: result, tests } = await scan(host);
const policy = result.responseHeaders["content-security-policy"];
const findings = new CspEvaluator(new CspParser(policy).csp).evaluate([], checks);
const marks = Object.fromEntries(Object.entries(tests).map(([name, test]) => [name, [test.result, test.scoreModifier]]));
console.log(JSON.stringify({ grade: result.grade, score: result.score, failed: result.testsFailed, marks, policy, findings }));
