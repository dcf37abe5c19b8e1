/* table[data-matrix]: on a narrow screen, where each row stands for itself, it is told as a group per row instead of
   a table. The marks are named by row and column either way. */
(() => {
  "use strict";

  if (window.academyMatrix) return;
  window.academyMatrix = true;

  const narrow = window.matchMedia("(max-width: 39.99rem)");

  function tell(table) {
    const roles = narrow.matches;
    const set = (node, role) => { if (roles) node.setAttribute("role", role); else node.removeAttribute("role"); };
    set(table, "presentation");
    for (const row of table.tBodies[0].rows) {
      set(row, row.dataset.many === "true" ? "group" : "radiogroup");
      if (roles) row.setAttribute("aria-labelledby", row.cells[0].id);
      else row.removeAttribute("aria-labelledby");
    }
  }

  const look = (root) => root.querySelectorAll("[data-matrix]").forEach(tell);
  look(document);
  narrow.addEventListener("change", () => look(document));
  document.addEventListener("htmx:load", (event) => look(event.detail.elt));
})();
