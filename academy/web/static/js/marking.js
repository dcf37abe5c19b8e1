/* Marking by keyboard: digits choose levels, Enter stores. The form works without any of this. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-marking]");
  if (!form) return;
  form.dataset.markingKeys = "";
  const criteria = [...form.querySelectorAll("[data-criterion]")];
  const levelsOf = (criterion) => [...criterion.querySelectorAll("input[type=radio]")];
  const isTyping = (node) => node.matches("textarea, input:not([type=radio]):not([type=checkbox])");

  /* The criterion that digits are for: the one with the focus, else the first without a level, else the last. */
  const isOpen = (criterion) => !levelsOf(criterion).some((level) => level.checked);
  const present = () =>
    criteria.find((one) => one.contains(document.activeElement)) || criteria.find(isOpen) || criteria.at(-1);

  function show() {
    const now = present();
    criteria.forEach((one) => one.toggleAttribute("data-current", one === now));
  }

  function choose(number) {
    const criterion = present();
    const level = criterion && levelsOf(criterion)[number - 1];
    if (!level) return false;
    level.checked = true;
    const next = criteria[criteria.indexOf(criterion) + 1];
    const target = next ? levelsOf(next).find((one) => one.checked) || levelsOf(next)[0] : level;
    target.focus();
    show();
    return true;
  }

  const acts = {
    c: () => form.elements.comment?.focus(),
    f: () => form.elements.flagged?.click(),
    z: () => document.querySelector("[data-last]")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = isTyping(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.contains(event.target)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    // single keys act only while the focus is in the form: elsewhere they belong to the reader's own tools
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !form.contains(event.target)) return;
    if (event.key === "Enter" && !event.target.closest("a, button, summary")) {
      event.preventDefault();
      form.requestSubmit();
    } else if (/^[1-9]$/.test(event.key)) {
      if (choose(Number(event.key))) event.preventDefault();
    } else if (acts[event.key.toLowerCase()]) {
      event.preventDefault();
      acts[event.key.toLowerCase()]();
    }
  });
  form.addEventListener("focusin", show);
  form.addEventListener("change", show);

  /* A mark is stored once, however often Enter is pressed. */
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);

  /* Ready for the first digit, unless something is refused and asks for attention. */
  if (!document.querySelector(".notice-error")) {
    const points = form.querySelector("[data-points]");
    const first = criteria[0] && (levelsOf(criteria[0]).find((one) => one.checked) || levelsOf(criteria[0])[0]);
    (points || first)?.focus({ preventScroll: true });
  }
  show();
})();
