/* The page of an attempt whose clock stands still: it loads the paper as soon as the clock runs again.

   [data-paused]  data-ends-in (seconds), data-clock-url; with data-has-sent="1" it carries what was sent in vain and is
                  left as it is: only its reader sends it on
   GET data-clock-url -> {"paused_until": null once the clock runs} */
(() => {
  "use strict";

  const page = document.querySelector("[data-paused]");
  if (!page || page.dataset.hasSent === "1") return;

  const ASK_EVERY = 20000;
  const ASK_AGAIN = 2000;

  /* Whether the clock runs; null if nobody answers. */
  async function runs() {
    try {
      const response = await fetch(page.dataset.clockUrl, { credentials: "same-origin", headers: { Accept: "application/json" } });
      return response.ok ? (await response.json()).paused_until === null : null;
    } catch { return null; }
  }

  async function look() {
    if (await runs()) location.reload();
    else setTimeout(look, document.visibilityState === "hidden" ? 3 * ASK_EVERY : ASK_EVERY);
  }

  async function atTheEnd() {
    if (await runs()) location.reload();
    else setTimeout(atTheEnd, ASK_AGAIN);
  }

  setTimeout(look, ASK_EVERY * (0.5 + Math.random() / 2));
  setTimeout(atTheEnd, Number(page.dataset.endsIn) * 1000);
})();
