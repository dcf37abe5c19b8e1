/* Evidence of reading a lesson: how many seconds the page was in use, and the block that was read last.
   Nothing else is noted. Sent to main[data-evidence-url] every 20 s and when the page is left. */
(() => {
  "use strict";

  const root = document.querySelector("[data-evidence-url]");
  const text = document.querySelector(".reading");
  if (!root || !text) return;

  const ACTIVE_FOR = 60000;
  const SEND_EVERY = 20;
  /* where a link to a block puts its beginning, and a little more: going on there must not move the place onwards */
  const REACHED = 48;
  const url = root.dataset.evidenceUrl;
  const token = document.querySelector('meta[name="csrf-token"]')?.content || "";
  const blocks = [...text.querySelectorAll("[id]")].filter((block) => !block.closest(".exercise, .reading-head"));
  let touched = performance.now();
  let seconds = 0;
  let sentPosition = root.dataset.position || "";

  function position() {
    let nearest = "";
    for (const block of blocks) {
      if (block.getBoundingClientRect().top > REACHED) break;
      nearest = block.id;
    }
    return nearest || blocks[0]?.id || "";
  }

  function send(leaving) {
    const here = position();
    if (!seconds && here === sentPosition) return;
    const counted = seconds;
    seconds = 0;
    fetch(url, {
      method: "POST",
      keepalive: leaving,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ seconds_active: counted, position: here }),
    }).then((response) => {
      if (response.status >= 500) throw new Error("not stored");
      sentPosition = here;
      if (response.ok) root.dispatchEvent(new CustomEvent("evidence", { bubbles: true }));
    }).catch(() => { seconds += counted; });
  }

  for (const kind of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
    window.addEventListener(kind, () => { touched = performance.now(); }, { passive: true });
  }
  setInterval(() => {
    if (document.visibilityState !== "visible" || performance.now() - touched > ACTIVE_FOR) return;
    seconds += 1;
    if (seconds >= SEND_EVERY) send(false);
  }, 1000);
  window.addEventListener("pagehide", () => send(true));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send(true);
    else touched = performance.now();
  });
})();
