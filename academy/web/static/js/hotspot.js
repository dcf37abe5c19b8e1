/* fieldset[data-hotspot="points"]: marks on a picture, set by mouse, touch or keyboard. The answer stands in the number
   fields [data-point], in the picture's own coordinates; what is drawn follows them.
   fieldset[data-hotspot="regions"]: the check boxes are the answer; a click on a region is a click on its box. */
(() => {
  "use strict";

  if (window.academyHotspot) return;
  window.academyHotspot = true;

  const STEP = 0.01;
  const LONG_STEP = 0.05;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

  function points(root) {
    const board = root.querySelector("[data-board]");
    const over = board.querySelector("svg");
    const width = Number(board.dataset.width);
    const height = Number(board.dataset.height);
    const rows = [...root.querySelectorAll("[data-point]")].map((row) => row.querySelectorAll("input"));
    const said = root.querySelector("[data-said]");
    const words = root.dataset;
    let markers = [];

    over.querySelectorAll(".picture-ruler, .picture-mark").forEach((drawn) => drawn.remove());
    board.classList.add("is-live");
    root.querySelector("[data-tools]").hidden = false;
    root.querySelector("[data-numbers]").open = false;

    const isSet = ([x, y]) => x.value !== "" && y.value !== "";
    const free = () => rows.find((row) => !isSet(row));
    const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);
    const say = (text) => { said.textContent = text; };

    function tell(field) {
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function move([fieldX, fieldY], x, y) {
      fieldX.value = within(x, width);
      fieldY.value = within(y, height);
      draw();
    }

    function clear(row) {
      row.forEach((field) => { field.value = ""; });
      draw();
      tell(row[0]);
      say(words.removed);
    }

    function spot(event) {
      const box = board.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
    }

    function drag(marker, row) {
      marker.addEventListener("pointerdown", (start) => {
        if (start.button) return;
        start.preventDefault();
        marker.focus();
        marker.setPointerCapture(start.pointerId);
        let moved = false;
        const follow = (event) => { moved = true; move(row, ...spot(event)); };
        marker.addEventListener("pointermove", follow);
        const end = () => {
          marker.removeEventListener("pointermove", follow);
          if (moved) tell(row[0]);
        };
        marker.addEventListener("pointerup", end, { once: true });
        marker.addEventListener("pointercancel", end, { once: true });
      });
    }

    function keys(marker, row) {
      marker.addEventListener("keydown", (event) => {
        const arrow = ARROWS[event.key];
        if (arrow) {
          event.preventDefault();
          const step = (event.shiftKey ? LONG_STEP : STEP) * Math.max(width, height);
          move(row, Number(row[0].value) + arrow[0] * step, Number(row[1].value) + arrow[1] * step);
          tell(row[0]);
          say(fill(words.moved, { x: row[0].value, y: row[1].value }));
        } else if (event.key === "Delete" || event.key === "Backspace") {
          event.preventDefault();
          clear(row);
          (markers.find((other) => !other.hidden) || root.querySelector("[data-add]")).focus();
        }
      });
    }

    function marker(row, index) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "marker";
      const number = document.createElement("span");
      number.textContent = String(index + 1);
      button.append(number);
      board.append(button);
      drag(button, row);
      keys(button, row);
      return button;
    }

    function draw() {
      rows.forEach((row, index) => {
        const button = markers[index];
        button.hidden = !isSet(row);
        if (button.hidden) return;
        const [x, y] = row.map((field) => Number(field.value));
        button.style.left = `${(100 * x) / width}%`;
        button.style.top = `${(100 * y) / height}%`;
        button.setAttribute("aria-label", fill(words.marker, { n: index + 1, x, y }));
      });
    }

    function add(x, y) {
      let row = free();
      if (!row && rows.length === 1) [row] = rows;
      if (!row) { say(words.full); return null; }
      move(row, x, y);
      tell(row[0]);
      return markers[rows.indexOf(row)];
    }

    rows.forEach((row, index) => { rows[index] = [...row]; });
    markers = rows.map(marker);
    board.addEventListener("click", (event) => {
      if (event.target.closest(".marker")) return;
      add(...spot(event))?.focus({ preventScroll: true });
    });
    root.querySelector("[data-add]").addEventListener("click", () => add(width / 2, height / 2)?.focus());
    root.querySelector("[data-remove]").addEventListener("click", () => {
      const last = rows.filter(isSet).pop();
      if (last) clear(last);
    });
    root.addEventListener("input", draw);
    (root.closest("[data-slot]") || root).addEventListener("restored", draw);
    draw();
  }

  function regions(root) {
    const most = Number(root.dataset.most);
    const boxes = [...root.querySelectorAll("input[type=radio], input[type=checkbox]")];
    const shapes = [...root.querySelectorAll("[data-region]")];

    function draw() {
      const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
      shapes.forEach((shape) => shape.classList.toggle("region-chosen", chosen.includes(shape.dataset.region)));
      if (most > 1) boxes.forEach((box) => { box.disabled = !box.checked && chosen.length >= most; });
    }

    shapes.forEach((shape) => shape.addEventListener("click", () => boxes.find((box) => box.value === shape.dataset.region)?.click()));
    root.addEventListener("change", draw);
    (root.closest("[data-slot]") || root).addEventListener("restored", draw);
    draw();
  }

  function look(root) {
    for (const found of root.querySelectorAll("[data-hotspot]")) {
      if ("live" in found.dataset) continue;
      found.dataset.live = "";
      (found.dataset.hotspot === "points" ? points : regions)(found);
    }
  }
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.detail.elt.parentElement || event.detail.elt));
})();
