/* form#draft: buttons that insert Markdown, the width of the preview, storing through autosave.
   Everything they do can be typed, or done by the buttons that are there without scripts. */
(() => {
  "use strict";

  const form = document.getElementById("draft");
  const body = document.getElementById("f-body");
  if (!form || !body) return;

  const tools = form.querySelector("[role=toolbar]");
  const widths = document.querySelector("[data-widths]");
  const preview = document.getElementById("preview");
  const chip = form.querySelector("[data-saved]");

  tools.hidden = false;
  if (window.matchMedia("(min-width: 76rem)").matches) document.querySelector(".studio-outline details").open = true;
  if (widths) widths.hidden = false;
  form.querySelectorAll("[data-without-script]").forEach((button) => { button.hidden = true; button.disabled = true; });

  /* What stands in for the words, and where the selection goes afterwards: ‹…›. */
  const LINES = {
    heading: () => "## ‹›",
    subheading: () => "### ‹›",
    list: () => "- ‹›\n- ",
    quote: () => "> ‹›",
    table: () => "| ‹› |  |\n| --- | --- |\n|  |  |",
    box: (button) => `::: ${button.dataset.kind}\n‹›\n:::`,
    figure: (button) => `![‹›](${button.dataset.path})`,
    exercise: (button) => `[[exercise:${button.dataset.key}]]`,
  };
  const WORDS = {
    bold: () => "**‹›**",
    italic: () => "*‹›*",
    link: () => "[‹›](https://)",
    citation: () => "[[‹›]]",
    footnote: () => `[^${(body.value.match(/^\[\^\d+\]:/gm) || []).length + 1}]`,
  };

  function put(text, start, end) {
    body.focus();
    body.setSelectionRange(start, end);
    // keeps the browser's own undo, where it can
    if (!document.execCommand("insertText", false, text)) {
      body.setRangeText(text, start, end, "end");
      body.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function insert(button) {
    const { selectionStart: start, selectionEnd: end, value } = body;
    const chosen = value.slice(start, end);
    const makes = button.dataset.insert;
    let text = (LINES[makes] || WORDS[makes])(button);
    let before = "";
    if (LINES[makes]) {
      const above = value.slice(0, start);
      before = !above || above.endsWith("\n\n") ? "" : above.endsWith("\n") ? "\n" : "\n\n";
      if (!value.slice(end).startsWith("\n\n")) text += "\n";
    }
    const hole = text.indexOf("‹›");
    put(before + text.replace("‹›", () => chosen), start, end);
    if (hole >= 0) {
      const at = start + before.length + hole;
      body.setSelectionRange(at, at + chosen.length);
    }
    if (makes === "footnote") note(text);
  }

  function note(mark) {
    const at = body.selectionStart;
    const end = body.value.length;
    put(`${body.value.endsWith("\n") ? "" : "\n"}\n${mark}: `, end, end);
    body.setSelectionRange(at, at);
    body.setSelectionRange(body.value.length, body.value.length);
  }

  tools.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    button.closest("details")?.removeAttribute("open");
    insert(button);
  });

  widths?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-width]");
    if (!button) return;
    preview.dataset.width = button.dataset.width;
    widths.querySelectorAll("[data-width]").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
  });

  /* A fault leads to its line. */
  preview?.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (link) {
      event.preventDefault();
      const lines = body.value.split("\n");
      const line = Number(link.dataset.line) - 1;
      const start = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
      body.focus();
      body.setSelectionRange(start, start + (lines[line] || "").length);
      body.scrollTop = (line / Math.max(1, lines.length)) * body.scrollHeight - body.clientHeight / 2;
    } else if (event.target.closest("a[href]")) {
      event.preventDefault();
    }
  });

  /* The button stores in place; after a collision it sends the form, which decides. */
  form.addEventListener("stored", (event) => {
    const target = new URL(form.action);
    target.searchParams.set("base", event.detail.version);
    form.action = target.href;
  });
  document.addEventListener("submit", (event) => {
    if (event.target !== form || ["conflict", "failed", ""].includes(chip?.dataset.state || "")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "s", ctrlKey: true, cancelable: true }));
  }, true);
})();
