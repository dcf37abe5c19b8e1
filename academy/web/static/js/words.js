/* textarea[data-count-words=id]: shows beneath it how many words are written, by the limits of [data-min], [data-max].
   Words stand between spaces, as the server counts them; changes of state are said, not every word. */
(() => {
  "use strict";

  if (window.academyWords) return;
  window.academyWords = true;

  const WORD = /[\p{L}\p{N}]+(?:['’.,:/-][\p{L}\p{N}]+)*/gu;

  function start(area) {
    const place = document.getElementById(area.dataset.countWords);
    const said = place.parentElement.querySelector("[data-words-said]");
    const low = Number(place.dataset.min);
    const high = Number(place.dataset.max);
    let before = "";

    function count() {
      const words = (area.value.normalize("NFC").match(WORD) || []).length;
      const state = high && words > high ? "many" : low && words < low ? "few" : "";
      place.dataset.state = state;
      place.querySelector("[data-text]").textContent = place.dataset[state || "words"]
        .replace("{n}", words).replace("{missing}", low - words).replace("{over}", words - high);
      if (state !== before && area === document.activeElement) said.textContent = place.textContent;
      before = state;
    }

    place.hidden = false;
    area.addEventListener("input", count);
    area.closest("[data-slot]")?.addEventListener("restored", count);
    count();
  }

  function look(root) {
    for (const found of root.querySelectorAll("[data-count-words]")) {
      if ("live" in found.dataset) continue;
      found.dataset.live = "";
      start(found);
    }
  }
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.detail.elt.parentElement || event.detail.elt));
})();
