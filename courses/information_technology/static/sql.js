/* The button that runs a query in place of a new window, and Ctrl+Enter for it. */
(() => {
  "use strict";
  if (window.academySql) return;
  window.academySql = true;

  const prepare = (root) => {
    for (const button of root.querySelectorAll("[data-sql-run]")) button.hidden = false;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches(".sql-query")) return;
    const button = event.target.closest(".sql")?.querySelector("[data-sql-run], button[type=submit]");
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.target));
  prepare(document);
})();
