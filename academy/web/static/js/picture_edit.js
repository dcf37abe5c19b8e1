/* Drawing the shapes of a question on its picture: [data-picture-editor] shows what the rows [data-shape-row] say in
   [data-shape] (a rectangle where there is none) and [data-coords]; drawing and moving write into them. */
(() => {
  "use strict";

  if (window.academyPictureEdit) return;
  window.academyPictureEdit = true;

  const editor = document.querySelector("[data-picture-editor]");
  if (!editor) return;
  const canvas = editor.querySelector("[data-canvas]");
  const said = editor.querySelector("[data-said]");
  const width = Number(editor.dataset.width);
  const height = Number(editor.dataset.height);
  const STEP = 0.01;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const ATTRIBUTES = { rect: ["x", "y", "width", "height"], circle: ["cx", "cy", "r"] };
  const rows = [...document.querySelectorAll("[data-shape-row]")];
  let active = null;
  let corners = [];

  const kind = (row) => row.querySelector("[data-shape]")?.value || "rect";
  const field = (row) => row.querySelector("[data-coords]");
  const numbers = (row) => (field(row).value.match(/\d+/g) || []).map(Number);
  const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);

  function element(name, attributes) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  }

  function shape(name, coords) {
    if (name === "polygon") return element("polygon", { points: coords.join(" ") });
    return element(name, Object.fromEntries(ATTRIBUTES[name].map((key, index) => [key, coords[index] || 0])));
  }

  function draw() {
    const focused = rows.findIndex((_row, index) => document.activeElement?.dataset?.row === String(index));
    canvas.replaceChildren();
    rows.forEach((row, index) => {
      const coords = numbers(row);
      if (coords.length < 3) return;
      const drawn = shape(kind(row), coords);
      drawn.setAttribute("class", `region${row === active ? " region-active" : ""}`);
      drawn.setAttribute("tabindex", "0");
      drawn.setAttribute("role", "button");
      drawn.setAttribute("aria-label", editor.dataset.shapeLabel.replace("{n}", index + 1));
      drawn.dataset.row = index;
      const [x, y] = coords;
      const label = element("text", { x: x + 4, y: y + height * 0.06, "font-size": height * 0.055, "aria-hidden": "true" });
      label.textContent = index + 1;
      canvas.append(drawn, label);
      if (index === focused) drawn.focus();
    });
  }

  function write(row, coords) {
    field(row).value = coords.join(", ");
    const select = row.querySelector("[data-shape]");
    if (select && !select.value) select.value = "rect";
    draw();
  }

  function say(row) {
    said.textContent = editor.dataset.at.replace("{coords}", field(row).value);
  }

  function choose(row) {
    active = row;
    corners = [];
    rows.forEach((one) => one.querySelector("[data-draw]").setAttribute("aria-pressed", String(one === row)));
    draw();
  }

  function spot(event) {
    const box = canvas.getBoundingClientRect();
    return [within(((event.clientX - box.left) / box.width) * width, width), within(((event.clientY - box.top) / box.height) * height, height)];
  }

  function spanned(name, [x1, y1], [x2, y2]) {
    if (name === "circle") return [x1, y1, Math.max(1, Math.round(Math.hypot(x2 - x1, y2 - y1)))];
    return [Math.min(x1, x2), Math.min(y1, y2), Math.max(1, Math.abs(x2 - x1)), Math.max(1, Math.abs(y2 - y1))];
  }

  canvas.addEventListener("pointerdown", (down) => {
    if (down.button) return;
    const held = down.target.closest("[data-row]");
    const row = active || (held && rows[Number(held.dataset.row)]);
    if (!row) return;
    down.preventDefault();
    const from = spot(down);
    if (active && kind(active) === "polygon") {
      corners.push(...from);
      write(active, corners);
      return;
    }
    canvas.setPointerCapture(down.pointerId);
    const before = numbers(row);
    const follow = (event) => {
      const to = spot(event);
      write(row, active ? spanned(kind(row), from, to) : moved(row, before, to[0] - from[0], to[1] - from[1]));
    };
    canvas.addEventListener("pointermove", follow);
    const end = () => {
      canvas.removeEventListener("pointermove", follow);
      if (active) choose(null);
      say(row);
    };
    canvas.addEventListener("pointerup", end, { once: true });
    canvas.addEventListener("pointercancel", end, { once: true });
  });

  function moved(row, coords, right, down) {
    const name = kind(row);
    if (name === "rect") {
      const [x, y, wide, high] = coords;
      return [within(x + right, Math.max(0, width - wide)), within(y + down, Math.max(0, height - high)), wide, high];
    }
    if (name === "circle") return [within(coords[0] + right, width), within(coords[1] + down, height), coords[2]];
    return coords.map((value, index) => within(value + (index % 2 ? down : right), index % 2 ? height : width));
  }

  function sized(row, coords, right, down) {
    const name = kind(row);
    if (name === "rect") {
      const [x, y, wide, high] = coords;
      return [x, y, Math.max(1, within(wide + right, width - x)), Math.max(1, within(high + down, height - y))];
    }
    if (name === "circle") return [coords[0], coords[1], Math.max(1, coords[2] + right - down)];
    return coords;
  }

  canvas.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    const row = rows[Number(event.target.dataset.row)];
    if (!arrow || !row) return;
    event.preventDefault();
    const step = Math.max(1, Math.round(STEP * Math.max(width, height)));
    write(row, (event.shiftKey ? sized : moved)(row, numbers(row), arrow[0] * step, arrow[1] * step));
    say(row);
  });

  document.addEventListener("keydown", (event) => {
    if (!active || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    const row = active;
    choose(null);
    say(row);
  });

  rows.forEach((row, index) => {
    const button = row.querySelector("[data-draw]");
    button.hidden = false;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", (event) => {
      const off = active === row;
      choose(off ? null : row);
      if (off) return;
      // by keyboard there is no dragging: the shape begins in the middle, to be moved and sized
      if (event.detail === 0 && numbers(row).length < 3) {
        const [x, y, size] = [Math.round(width * 0.4), Math.round(height * 0.4), Math.round(Math.min(width, height) * 0.2)];
        write(row, { rect: [x, y, size, size], circle: [x + size, y + size, size], polygon: [x, y, x + size, y, x + size, y + size] }[kind(row)]);
      }
      if (event.detail === 0) {
        choose(null);
        canvas.querySelector(`[data-row="${index}"]`)?.focus();
      }
      editor.scrollIntoView({ block: "nearest" });
    });
    row.addEventListener("input", draw);
    row.addEventListener("change", draw);
  });
  editor.hidden = false;
  draw();
})();
