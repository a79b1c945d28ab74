// Renders every *.excalidraw here to *.svg and *.png: node render.mjs [NAME…]
// Excalidraw itself draws, in a headless Chromium (CHROMIUM, or /usr/bin/chromium) that is given no network: the page,
// the bundle and the fonts are answered from node_modules, and any other request fails the run.
// Both files carry the SHA-256 of their source, so that a test can tell a stale one.
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
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

/** The PNG with a text chunk put in after its header. */
function withText(png, keyword, text) {
  const body = Buffer.from(`tEXt${keyword}\0${text}`, "latin1");
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0); // the length leaves out the type
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  const header = 33; // signature 8, IHDR 25
  return Buffer.concat([png.subarray(0, header), chunk, png.subarray(header)]);
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

/** Without Excalidraw's remarks and with one decimal: half the size, and the same to the eye. */
function slim(svg) {
  const bare = svg.replace(/<!--.*?-->/gs, "").replace(/<metadata>.*?<\/metadata>/s, "");
  const short = (number) => String(Number(Number(number).toFixed(1)));
  const tag = (text) => text.replace(/-?\d+\.\d{2,}(e-?\d+)?/g, short).replace(STROKES, straighten);
  return bare.replace(/<[^>]*>/g, tag); // words and fonts stand between tags
}

async function render(page, name) {
  const source = await readFile(new URL(`${name}.excalidraw`, HERE));
  const digest = createHash("sha256").update(source).digest("hex");
  const svg = await page.evaluate((text) => window.draw(text), source.toString());
  const png = await page.locator("svg").screenshot();
  const marked = slim(svg).replace(/>/, `><metadata>source-sha256 ${digest}</metadata>`);
  await writeFile(new URL(`${name}.svg`, HERE), `${marked}\n`);
  await writeFile(new URL(`${name}.png`, HERE), withText(png, "source-sha256", digest));
  console.log(`${name}: svg ${Math.ceil(marked.length / 1000)} kB, png ${Math.ceil(png.length / 1000)} kB`);
}

async function names() {
  if (process.argv.length > 2) return process.argv.slice(2);
  return (await readdir(HERE)).filter((file) => file.endsWith(".excalidraw")).sort().map((file) => file.slice(0, -11));
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
  for (const name of await names()) await render(page, name);
} finally {
  await browser.close();
}
if (strays.length) {
  console.error(`The page asked for what it was not given:\n${strays.join("\n")}`);
  process.exitCode = 1;
}
