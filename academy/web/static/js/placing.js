/* fieldset[data-placing="text" | "categories" | "picture"]: entries are dragged to their places, or chosen and then
   the place, by pointer or keyboard. The answer stands in the selects [data-slot-of], which are there without scripts;
   everything shown follows them.

   In texts and pictures a select is a place and holds an entry; in categories it is an entry and holds a category. */
(() => {
  "use strict";

  if (window.academyPlacing) return;
  window.academyPlacing = true;

  const SLACK = 6;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

  function start(root) {
    const words = root.dataset;
    const byEntry = words.placing === "categories";
    const reuse = "reuse" in words;
    const bank = root.querySelector("[data-bank-box]");
    const chips = [...root.querySelectorAll("[data-entry]")];
    const selects = [...root.querySelectorAll("[data-slot-of]")];
    const said = root.querySelector("[data-said]");
    const home = root.querySelector("[data-chips]");
    const targets = [];
    let picked = null;

    const say = (text) => { said.textContent = text; };
    const name = (chip) => chip.textContent.trim();
    const chipOf = (entry) => chips.find((chip) => chip.dataset.entry === entry);
    const select = (slot) => selects.find((one) => one.dataset.slotOf === slot);

    /* ---- what stands where */

    function write(field, value) {
      if (!field || field.value === value) return;
      field.value = value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function put(chip, target, from) {
      const entry = chip.dataset.entry;
      if (byEntry) write(select(entry), target.dataset.target);
      else {
        // taken from another place, or to be used once: it leaves where it was
        for (const other of selects) {
          if (other.value === entry && (!reuse || other.dataset.slotOf === from)) write(other, "");
        }
        write(select(target.dataset.target), entry);
      }
      pick(null);
      draw();
      say(fill(words.put, { entry: name(chip), place: target.dataset.label }));
    }

    function takeBack(chip, from) {
      if (byEntry) write(select(chip.dataset.entry), "");
      else for (const other of selects) {
        if (other.value === chip.dataset.entry && (!from || other.dataset.slotOf === from)) write(other, "");
      }
      pick(null);
      draw();
      say(fill(words.back, { entry: name(chip) }));
    }

    function pick(chip) {
      picked = chip;
      root.classList.toggle("is-picking", Boolean(chip));
      chips.forEach((one) => one.setAttribute("aria-pressed", String(one === chip)));
      if (chip) say(fill(words.picked, { entry: name(chip) }));
    }

    function draw() {
      if (byEntry) {
        for (const chip of chips) {
          const list = root.querySelector(`[data-bin="${CSS.escape(select(chip.dataset.entry).value)}"] [data-bin-list]`) || home;
          if (chip.parentElement.parentElement !== list) list.append(chip.parentElement);
        }
        return;
      }
      const used = selects.map((one) => one.value);
      chips.forEach((chip) => chip.toggleAttribute("data-used", !reuse && used.includes(chip.dataset.entry)));
      for (const target of targets) {
        const chip = chipOf(select(target.dataset.target).value);
        target.toggleAttribute("data-filled", Boolean(chip));
        target.textContent = chip ? name(chip) : target.dataset.short || "…";
        target.setAttribute("aria-label", `${target.dataset.label}: ${chip ? name(chip) : words.empty}`);
      }
    }

    /* ---- the places */

    function target(slot, label, before) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "place";
      Object.assign(button.dataset, { target: slot, label });
      before(button);
      targets.push(button);
      return button;
    }

    function makeTargets() {
      if (byEntry) {
        root.querySelector("[data-slots]").hidden = true;
        root.querySelector("[data-bins]").hidden = false;
        targets.push(...root.querySelectorAll("[data-target]"));
        return;
      }
      for (const one of selects) {
        target(one.dataset.slotOf, one.dataset.label, (button) => one.before(button));
        one.hidden = true;
      }
      const board = root.querySelector("[data-board]");
      for (const shape of root.querySelectorAll("[data-place-at]")) {
        const slot = shape.dataset.placeAt;
        const button = target(slot, select(slot).dataset.label, (made) => board.append(made));
        // the same place stands in the list below, for keyboard and screen reader
        button.tabIndex = -1;
        button.setAttribute("aria-hidden", "true");
        button.dataset.short = slot;
        for (const [side, attribute, whole] of [["left", "x", "width"], ["top", "y", "height"], ["width", "width", "width"], ["height", "height", "height"]]) {
          button.style[side] = `${(100 * Number(shape.getAttribute(attribute))) / Number(board.dataset[whole])}%`;
        }
      }
      root.querySelectorAll(".picture-number").forEach((number) => number.remove());
    }

    /* ---- choosing, by click and key */

    function onTarget(button, byKey) {
      if (picked) {
        put(picked, button, picked.dataset.from);
        if (byKey) (chips.find((chip) => !chip.hasAttribute("data-used") && (!byEntry || home.contains(chip))) || button).focus();
        return;
      }
      if (byEntry) return;
      const chip = chipOf(select(button.dataset.target).value);
      if (chip) takeBack(chip, button.dataset.target);
    }

    function onChip(chip, byKey) {
      if (picked && picked !== chip && byEntry && !home.contains(chip)) {
        // a click into a category is a click on the category, whatever stands there
        put(picked, chip.closest("[data-bin]").querySelector("[data-target]"));
        return;
      }
      pick(picked === chip ? null : chip);
      if (picked && byKey) (targets.find((one) => one.tabIndex >= 0 && !one.hasAttribute("data-filled")) || targets[0]).focus();
    }

    root.addEventListener("click", (event) => {
      const byKey = event.detail === 0;
      const chip = event.target.closest("[data-entry]");
      const place = event.target.closest("[data-target]") || event.target.closest("[data-bin]")?.querySelector("[data-target]");
      if (chip && !chip.classList.contains("ghost")) onChip(chip, byKey);
      else if (place) onTarget(place, byKey);
      else if (picked && event.target.closest("[data-bank-box]")) takeBack(picked);
    });

    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && picked) {
        const chip = picked;
        pick(null);
        say("");
        chip.focus();
        return;
      }
      if ((event.key === "Delete" || event.key === "Backspace") && event.target.closest("[data-entry], [data-target]")) {
        const chip = event.target.closest("[data-entry]") || (byEntry ? null : chipOf(select(event.target.dataset.target).value));
        if (!chip) return;
        event.preventDefault();
        takeBack(chip, event.target.dataset.target);
        (event.target.isConnected ? event.target : chip).focus();
        return;
      }
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const row = [chips.filter((one) => !one.hasAttribute("data-used")), targets.filter((one) => one.tabIndex >= 0)]
        .find((list) => list.includes(event.target));
      if (!step || !row) return;
      event.preventDefault();
      row[(row.indexOf(event.target) + step + row.length) % row.length].focus();
    });

    /* ---- dragging */

    const under = (event) => {
      const found = document.elementFromPoint(event.clientX, event.clientY);
      if (!found || !root.contains(found)) return null;
      return found.closest("[data-bin]")?.querySelector("[data-target]") || found.closest("[data-target]") || found.closest("[data-bank-box]");
    };
    const lit = (node) => node?.closest("[data-bin]") || node;

    root.addEventListener("pointerdown", (down) => {
      const held = down.target.closest("[data-entry], .place[data-filled]");
      if (!held || down.button) return;
      const from = held.dataset.target;
      const chip = from ? chipOf(select(from).value) : held;
      let ghost = null;
      let over = null;

      const move = (event) => {
        if (!ghost) {
          if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < SLACK) return;
          ghost = chip.cloneNode(true);
          ghost.removeAttribute("data-used");
          ghost.removeAttribute("data-entry");
          ghost.classList.add("ghost");
          ghost.setAttribute("aria-hidden", "true");
          root.append(ghost);
          held.classList.add("dragged");
          root.classList.add("is-picking");
        }
        event.preventDefault();
        ghost.style.transform = `translate(${event.clientX + 8}px, ${event.clientY + 8}px)`;
        const next = under(event);
        if (next !== over) {
          lit(over)?.classList.remove("over");
          over = next;
          lit(over)?.classList.add("over");
        }
      };
      const end = (event) => {
        document.removeEventListener("pointermove", move);
        document.removeEventListener("pointerup", end);
        document.removeEventListener("pointercancel", end);
        if (!ghost) return;
        ghost.remove();
        held.classList.remove("dragged");
        lit(over)?.classList.remove("over");
        root.classList.toggle("is-picking", Boolean(picked));
        // what was dragged is not clicked as well
        root.addEventListener("click", (click) => { click.stopPropagation(); click.preventDefault(); }, { capture: true, once: true });
        setTimeout(() => root.dispatchEvent(new MouseEvent("click", { cancelable: true })), 0);
        if (event.type === "pointercancel" || !over) return;
        if (over.matches("[data-bank-box]")) takeBack(chip, from);
        else put(chip, over, from);
      };
      document.addEventListener("pointermove", move);
      document.addEventListener("pointerup", end);
      document.addEventListener("pointercancel", end);
    });

    makeTargets();
    bank.hidden = false;
    (root.closest("[data-slot]") || root).addEventListener("restored", draw);
    draw();
  }

  function look(root) {
    for (const found of root.querySelectorAll("[data-placing]")) {
      if ("live" in found.dataset) continue;
      found.dataset.live = "";
      start(found);
    }
  }
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.detail.elt.parentElement || event.detail.elt));
})();
