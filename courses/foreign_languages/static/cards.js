/* Keys for cards: space shows the answer, 1 to 4 rate it. */
(() => {
  "use strict";

  const card = document.querySelector("[data-flashcard]");
  if (!card) return;
  const answer = card.querySelector("details");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, button, a, summary:not(.flashcard-answer > summary)")) {
      if (!/^[1-4]$/.test(event.key)) return;
    }
    if (event.key === " " && !answer.open) {
      event.preventDefault();
      answer.open = true;
    } else if (/^[1-4]$/.test(event.key) && answer.open) {
      event.preventDefault();
      card.querySelector(`.rating[value="${event.key}"]`).click();
    }
  });
  /* who opened it by keyboard goes on where the ratings are */
  answer.addEventListener("toggle", () => { if (answer.open) card.querySelector('.rating[value="3"]').focus({ preventScroll: true }); });
})();
