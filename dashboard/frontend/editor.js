// The editor of a script: CodeMirror in a shadow root, so that its styles need no exception of the page's policy.

import { autocompletion, closeBrackets, closeBracketsKeymap, completeFromList, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { SQLDialect, sql } from "@codemirror/lang-sql";
import { HighlightStyle, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const KEYWORDS =
  "all and any as asc between by case cast create cross current cursor day desc distinct else end escape exists extract false first float following from full group having hour in inner insert interval into is join last left like limit minute month not null on or order outer over partition preceding pump range replace right row rows rowtime second select similar stagger step stream sum table then to true union unbounded using values when where window windowed with year";
const TYPES = "bigint binary boolean char date decimal double integer numeric real smallint time timestamp tinyint varbinary varchar";
const shape = { operatorChars: "*/+-%<>!=|~^", doubleQuotedStrings: false, identifierQuotes: '"' };

/** The language of applications, and that of questions. */
export const STREAMS = SQLDialect.define({ ...shape, operatorChars: "*/+-%<>!=|", keywords: KEYWORDS, types: TYPES });
export const QUESTIONS = SQLDialect.define({
  ...shape,
  keywords: `${KEYWORDS} anti asof exclude filter groups ilike intersect lateral limit nulls offset pivot positional qualify recursive sample semi try_cast unnest unpivot with`,
  types: `${TYPES} blob hugeint json list map struct text timestamptz uuid`,
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.typeName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--bought-ink)" },
  { tag: tags.special(tags.string), color: "var(--ink)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--sold-ink)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);
const look = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--ink)", fontSize: "0.8125rem", border: "1px solid var(--edge)", borderRadius: "7px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", minHeight: "18rem", maxHeight: "min(36rem, 70vh)", overflow: "auto", borderRadius: "7px" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--muted)", border: "0" },
  ".cm-activeLine": { backgroundColor: "var(--accent-wash)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--bought-wash) !important" },
  ".cm-matchingBracket": { backgroundColor: "var(--flash) !important" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "7px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-panels": { backgroundColor: "var(--sunk)", color: "var(--ink)", borderColor: "var(--hair)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
});

/** Returns a name in quotes. */
export const named = (name) => `"${name.replaceAll('"', '""')}"`;

/**
 * Puts an editor in place of a textarea, which keeps its text.
 * `label` names it, `options` are completed; `changed` is called after each change, `run` by Ctrl-Enter.
 */
export function edit(textarea, { label, dialect, options, changed, run }) {
  const host = document.createElement("div");
  host.className = "editor";
  textarea.after(host);
  const root = host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: textarea.value, extensions: extensions(textarea, { label, dialect, options, changed, run }) }),
  });
  textarea.hidden = true;
  for (const each of textarea.labels) each.addEventListener("click", () => view.focus());
  return view;
}

function extensions(textarea, { label, dialect, options, changed, run }) {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    autocompletion(),
    lintGutter(),
    sql({ dialect, upperCaseKeywords: true }),
    dialect.language.data.of({ autocomplete: completeFromList(options) }),
    syntaxHighlighting(colours),
    look,
    EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": textarea.getAttribute("aria-describedby"), tabindex: "0" }),
    Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }])),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
    EditorView.domEventHandlers({ beforeinput: replaceSelected }),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      textarea.value = update.state.doc.toString();
      changed();
    }),
  ];
}

/** Puts text in place of a selection. Left to the browser, it would keep the look of the replaced text by a style attribute. */
function replaceSelected(event, view) {
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || !event.data || event.isComposing || empty) return false;
  event.preventDefault();
  const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  const handled = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, event.data, insert));
  if (!handled) view.dispatch(insert());
  return true;
}

/** Marks the problems [{line, column, sentence, warning}] at their places. */
export function mark(view, problems) {
  const found = problems.filter(({ line }) => line > 0 && line <= view.state.doc.lines);
  const diagnostics = found.map(({ line, column, sentence, warning }) => {
    const from = offset(view.state.doc, line, column);
    const word = /^\w+/.exec(view.state.doc.sliceString(from, from + 128))?.[0].length ?? 1;
    const to = Math.min(view.state.doc.length, from + word);
    return { from: Math.min(from, to), to, severity: warning ? "warning" : "error", message: sentence };
  });
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

/** Moves the cursor to a place, and the focus with it. */
export function goTo(view, line, column = 1) {
  if (line < 1 || line > view.state.doc.lines) return;
  view.dispatch({ selection: { anchor: offset(view.state.doc, line, column) }, scrollIntoView: true });
  view.focus();
}

function offset(doc, line, column) {
  const found = doc.line(line);
  return Math.min(found.to, found.from + column - 1);
}
