// Renders the screens of draw.py to *.svg: node render.mjs [NAME…]
// `python -m mockups.draw` (PYTHON, or python3) gives the drawings, and Excalidraw itself draws them, in a headless
// Chromium (CHROMIUM, or /usr/bin/chromium) that is given no network: the page, the bundle and the fonts are answered
// from node_modules, and any other request fails the run.
// Each picture carries the SHA-256 of its drawing, so that a test can tell a stale one.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const HERE = new URL("./", import.meta.url);
const ORIGIN = "http://localhost"; // answered by serve(); localhost, because Excalidraw wants a secure context
const FONTS = new URL("node_modules/@excalidraw/excalidraw/dist/prod/fonts/", HERE);
const PAGE = `<!doctype html><meta charset="utf-8"><style>body { margin: 0 } svg { display: block }</style>
<script>window.EXCALIDRAW_ASSET_PATH = "${ORIGIN}/"</script><script type="module" src="/entry.js"></script>`;
const ENTRY = `import { exportToSvg, restore } from "@excalidraw/excalidraw";
window.draw = async (source) => {
  const { elements, appState, files } = restore(JSON.parse(source), null, null);
  const svg = await exportToSvg({ elements, appState, files, exportPadding: 24 });
  document.body.replaceChildren(svg);
  await document.fonts.ready;
  return svg.outerHTML;
};`;

async function bundle() {
  const result = await build({
    stdin: { contents: ENTRY, resolveDir: HERE.pathname, sourcefile: "entry.js" },
    outdir: "/", entryNames: "entry", bundle: true, splitting: true, format: "esm", write: false, minify: true,
    define: { "process.env.NODE_ENV": '"production"', "process.env.IS_PREACT": '"false"' },
    logLevel: "error",
  });
  return new Map(result.outputFiles.map((file) => [file.path, Buffer.from(file.contents)]));
}

/** Answers the page's requests without a network; a request it has no answer to goes to `strays`. */
function serve(files, strays) {
  return async (route) => {
    const { pathname, origin } = new URL(route.request().url());
    if (origin === ORIGIN && pathname === "/") return route.fulfill({ contentType: "text/html", body: PAGE });
    if (files.has(pathname)) return route.fulfill({ contentType: "text/javascript", body: files.get(pathname) });
    if (origin === ORIGIN && pathname.startsWith("/fonts/")) {
      const body = await readFile(new URL(pathname.slice("/fonts/".length), FONTS));
      return route.fulfill({ contentType: "font/woff2", body });
    }
    strays.push(route.request().url());
    return route.abort();
  };
}

const STROKES = /M(\S+ \S+) C(\S+ \S+), (\S+ \S+), (\S+ \S+) M\1 C(\S+ \S+), (\S+ \S+), \4(?=[ "])/g;

/** Whether the point lies on the way from one to the other, to half a pixel. */
function between(from, point, to) {
  const [[ax, ay], [px, py], [bx, by]] = [from, point, to].map((pair) => pair.split(" ").map(Number));
  return Math.abs((bx - ax) * (py - ay) - (by - ay) * (px - ax)) <= Math.hypot(bx - ax, by - ay) / 2;
}

/** Excalidraw draws each stroke twice, as curves; two straight ones on the same way become one line. */
function straighten(strokes, from, one, two, to, three, four) {
  return [one, two, three, four].every((point) => between(from, point, to)) ? `M${from} L${to}` : strokes;
}

/** A number with one decimal, in as few characters as SVG allows: ".5", "-3". */
function short(number) {
  return String(Number(Number(number).toFixed(1))).replace(/^(-?)0\./, "$1.").replace(/^-0$/, "0");
}

/** A path with relative coordinates in place of absolute ones, which are longer; the points are the same. */
function relative(path) {
  let at = [0, 0];
  return path.replace(/([MLC])([^MLC]*)/g, (_, command, rest) => {
    const numbers = rest.match(/-?[\d.]+/g).map((number) => Number(Number(number).toFixed(1)));
    const deltas = numbers.map((number, index) => short(number - at[index % 2]));
    at = numbers.slice(-2);
    return command.toLowerCase() + deltas.join(" ").replace(/ -/g, "-");
  });
}

/** Without what Excalidraw repeats in each element, and with one decimal: half the size, and the same to the eye. */
function slim(svg) {
  const bare = svg.replace(/<!--.*?-->/gs, "").replace(/<metadata>.*?<\/metadata>/s, "").replace(/<mask><\/mask>/g, "");
  const tag = (text) => text
    .replace(/-?\d+\.\d{2,}(e-?\d+)?/g, short)
    .replace(STROKES, straighten)
    .replace(/(?<= d=")M[^"A-BD-KN-Za-z]*(?=")/g, relative)
    .replace(/ rotate\(0 [^)]*\)/, "")
    .replace(/ font-family="Excalifont,[^"]*"| text-anchor="start"| style="white-space: pre;"/g, "")
    .replace(/ direction="ltr"| dominant-baseline="alphabetic"| stroke-width="[01]"| stroke-linecap="round"| x="0"/g, "");
  const style = "text { font-family: Excalifont; white-space: pre } g { stroke-linecap: round }</style>";
  return bare.replace(/<[^>]*>/g, tag).replace("</style>", style); // words and fonts stand between tags
}

/** The drawings by name, as text. */
function drawings() {
  const words = ["-m", "mockups.draw", ...process.argv.slice(2)];
  const options = { cwd: new URL("../", HERE), maxBuffer: 1 << 28 };
  return Object.entries(JSON.parse(execFileSync(process.env.PYTHON || "python3", words, options)));
}

async function render(page, name, source) {
  const digest = createHash("sha256").update(source).digest("hex");
  const svg = await page.evaluate((text) => window.draw(text), source);
  const marked = slim(svg).replace(/>/, `><metadata>source-sha256 ${digest}</metadata>`);
  await writeFile(new URL(`${name}.svg`, HERE), `${marked}\n`);
  console.log(`${name}: ${Math.ceil(marked.length / 1000)} kB`);
}

const strays = [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--font-render-hinting=none", "--force-color-profile=srgb"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1400 } });
  page.on("pageerror", (error) => strays.push(String(error)));
  await page.route("**/*", serve(await bundle(), strays));
  await page.goto(`${ORIGIN}/`);
  await page.waitForFunction(() => window.draw);
  for (const [name, source] of drawings()) await render(page, name, source);
} finally {
  await browser.close();
}
if (strays.length) {
  console.error(`The page asked for what it was not given:\n${strays.join("\n")}`);
  process.exitCode = 1;
}
