/* Highlighting any passage of a document. Sentences are check boxes and need no script; this adds passages selected
   by mouse, touch or keyboard, kept as offsets in code points in one hidden field, and a list of all with buttons. */
(() => {
  "use strict";

  if (window.academyCloseReading) return;
  window.academyCloseReading = true;

  const boxes = [];
  const count = (text) => [...text].length;
  const units = (text, points) => [...text].slice(0, points).join("").length;

  /* offset in the document's text of a place in its markup; null if it lies outside */
  function offset(box, node, index) {
    const text = node.nodeType === Node.TEXT_NODE;
    const piece = (text ? node.parentElement : node).closest("[data-start]");
    if (piece && box.contains(piece)) {
      const before = text ? node.data.slice(0, index) : index > 0 ? piece.textContent : "";
      return Number(piece.dataset.start) + count(before);
    }
    const edge = document.createRange();
    edge.setStart(node, index);
    for (const next of box.querySelectorAll("[data-start]")) {
      if (edge.comparePoint(next, 0) >= 0) return Number(next.dataset.start);
    }
    const last = [...box.querySelectorAll("[data-start]")].pop();
    return Number(last.dataset.start) + count(last.textContent);
  }

  function ranges(box, [start, end]) {
    const found = [];
    for (const piece of box.querySelectorAll("[data-start]")) {
      const first = Number(piece.dataset.start);
      const length = count(piece.textContent);
      const from = Math.max(start - first, 0);
      const to = Math.min(end - first, length);
      if (from >= to || !piece.firstChild) continue;
      const range = document.createRange();
      range.setStart(piece.firstChild, units(piece.textContent, from));
      range.setEnd(piece.firstChild, units(piece.textContent, to));
      found.push(range);
    }
    return found;
  }

  function paint() {
    if (!window.CSS?.highlights) return;
    const all = boxes.filter(({ field }) => field.isConnected && !field.classList.contains("close-reading-solved")).flatMap(({ paper, free }) => free().flatMap((range) => ranges(paper, range)));
    CSS.highlights.set("close-reading", new Highlight(...all));
  }

  function merged(list) {
    const result = [];
    for (const [start, end] of list.sort((a, b) => a[0] - b[0])) {
      const last = result[result.length - 1];
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else result.push([start, end]);
    }
    return result;
  }

  function enhance(field) {
    if (field.dataset.ready) return;
    field.dataset.ready = "true";
    const words = field.dataset;
    const paper = field.querySelector("[data-document]");
    const store = field.querySelector("[data-marked]");
    const text = (range) => ranges(paper, range).map(String).join("");
    const free = () => [...store.value.matchAll(/(\d+)-(\d+)/g)].map((pair) => [Number(pair[1]), Number(pair[2])]);
    let selected = null;

    /* what is changed after marking is looked at without the marks */
    function afresh() {
      if (!field.classList.contains("close-reading-solved")) return;
      field.classList.remove("close-reading-solved");
      paper.querySelectorAll("[data-start]").forEach((piece) => { piece.className = ""; });
      paper.querySelectorAll(".sr").forEach((word) => word.remove());
      field.querySelectorAll(".close-reading-key, .feedback").forEach((part) => part.remove());
    }

    function keep(list) {
      afresh();
      store.value = list.length ? `${words.hash}:${merged(list).map((range) => range.join("-")).join(" ")}` : "";
      store.dispatchEvent(new Event("input", { bubbles: true }));
      show();
    }

    const panel = document.createElement("div");
    panel.className = "marks no-print";
    const mark = document.createElement("button");
    mark.type = "button";
    mark.className = "button button-secondary button-small";
    mark.textContent = words.mark;
    const state = document.createElement("p");
    state.className = "small";
    state.setAttribute("role", "status");
    const list = document.createElement("ul");
    panel.append(mark, state, list);
    paper.after(panel);
    field.querySelector("[data-hint-text]").textContent = words.hint;
    if (window.CSS?.highlights) paper.querySelectorAll(".piece-given").forEach((piece) => piece.classList.remove("piece-given"));

    function entry(words_, remove) {
      const row = document.createElement("li");
      const quote = document.createElement("q");
      quote.lang = paper.lang;
      quote.textContent = words_;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-quiet button-small";
      button.textContent = words.remove;
      button.setAttribute("aria-label", `${words.remove}: ${words_}`);
      button.addEventListener("click", () => { remove(); mark.focus(); });
      row.append(quote, button);
      return row;
    }

    function show() {
      const rows = [...paper.querySelectorAll("input:checked")].map((check) => entry([...check.closest("label").querySelectorAll("[data-start]")].map((piece) => piece.textContent).join(""), () => {
        check.checked = false;
        afresh();
        check.dispatchEvent(new Event("input", { bubbles: true }));
        show();
      }));
      free().forEach((range, index) => rows.push(entry(text(range), () => keep(free().filter((_, other) => other !== index)))));
      state.textContent = rows.length ? words.some : words.none;
      list.replaceChildren(...rows);
      paint();
    }

    /* a tap on the button may clear the selection first, so the last one inside the document is remembered */
    document.addEventListener("selectionchange", () => {
      const selection = document.getSelection();
      if (!selection.rangeCount || selection.isCollapsed) {
        if (document.activeElement !== mark) setTimeout(() => { if (document.getSelection().isCollapsed && document.activeElement !== mark) choose(null); }, 300);
        return;
      }
      const range = selection.getRangeAt(0);
      if (!range.intersectsNode(paper)) return choose(null);
      const inside = range.cloneRange();
      if (!paper.contains(range.startContainer)) inside.setStart(paper, 0);
      if (!paper.contains(range.endContainer)) inside.setEnd(paper, paper.childNodes.length);
      const start = offset(paper, inside.startContainer, inside.startOffset);
      const end = offset(paper, inside.endContainer, inside.endOffset);
      choose(start < end && text([start, end]).trim() ? [start, end] : null);
    });

    function choose(range) {
      selected = range;
      mark.setAttribute("aria-disabled", String(!range));
    }

    mark.addEventListener("click", () => {
      if (!selected) return;
      const raw = [...text(selected)];
      const lead = raw.length - count(raw.join("").trimStart());
      const trail = raw.length - count(raw.join("").trimEnd());
      const range = [selected[0] + lead, selected[1] - trail];
      document.getSelection().removeAllRanges();
      choose(null);
      keep([...free(), range]);
    });
    /* the end of dragging over a sentence is no click on it */
    paper.addEventListener("click", (event) => {
      if (!document.getSelection().isCollapsed && event.target.closest("label") && event.detail > 0) event.preventDefault();
    });
    paper.addEventListener("change", () => { afresh(); show(); });
    field.addEventListener("restored", show);
    field.closest("[data-slot]")?.addEventListener("restored", show);
    boxes.push({ field, paper, free });
    choose(null);
    show();
  }

  const look = (root) => root.querySelectorAll("[data-close-reading]").forEach(enhance);
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.detail.elt));
})();
