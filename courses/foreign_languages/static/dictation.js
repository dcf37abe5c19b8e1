/* A recording that is meant to be heard a few times: one button, a bar, and how often is left. A courtesy to the
   exercise, not a lock; without scripts the browser's own player stands there, and after answering too. */
(() => {
  "use strict";

  if (window.academyDictation) return;
  window.academyDictation = true;

  const icon = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4v16l13 -8z"/></svg>';

  function enhance(box) {
    if (box.dataset.ready) return;
    box.dataset.ready = "true";
    const audio = box.querySelector("audio");
    const note = box.querySelector("[data-plays-note]");
    const words = box.dataset;
    const all = note.textContent;
    let left = Number(words.plays);

    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-secondary";
    button.innerHTML = `${icon}<span></span>`;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-hidden", "true");
    audio.controls = false;
    audio.before(button, bar);
    note.setAttribute("role", "status");

    function show(playing) {
      button.querySelector("span").textContent = playing ? words.playing : left === Number(words.plays) ? words.play : words.again;
      button.setAttribute("aria-disabled", String(playing || left === 0));
      note.textContent = left === Number(words.plays) ? all : left === 0 ? words.used : left === 1 ? words.last : words.left.replace("{n}", left);
    }

    button.addEventListener("click", async () => {
      if (left === 0 || !audio.paused) return;
      audio.currentTime = 0;
      try { await audio.play(); } catch { audio.controls = true; }
    });
    /* a play counts when it has been heard to its end: one that breaks off for want of a connection does not */
    audio.addEventListener("play", () => show(true));
    audio.addEventListener("timeupdate", () => { bar.value = audio.duration ? audio.currentTime / audio.duration : 0; });
    audio.addEventListener("ended", () => { left -= 1; bar.value = 0; show(false); });
    audio.addEventListener("pause", () => { if (!audio.ended) show(false); });
    audio.addEventListener("error", () => { audio.controls = true; });
    show(false);
  }

  const look = (root) => root.querySelectorAll(".dictation-player[data-plays]").forEach(enhance);
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.detail.elt));
})();
