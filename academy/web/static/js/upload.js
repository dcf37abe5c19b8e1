/* fieldset[data-upload=address]: a chosen file is sent at once, with its progress shown, and tried again when the link
   was lost. What has arrived becomes a ticked box [name].file, which the paper stores like every answer: only then is
   it called stored. Without scripts the file goes with the form. */
(() => {
  "use strict";

  if (window.academyUpload) return;
  window.academyUpload = true;

  // read each time: a paper goes on with another token after its learner has signed in again
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content || "";
  const MEGABYTE = 1024 * 1024;
  let underway = 0;

  function start(root) {
    const words = root.dataset;
    const list = root.querySelector("[data-files]");
    const queue = root.querySelector("[data-uploads]");
    const picker = root.querySelector("input[type=file]");
    const fault = root.querySelector("[data-fault]");
    const boxes = () => [...list.querySelectorAll("input[type=checkbox]")];

    function complain(text) {
      fault.textContent = text || "";
      fault.hidden = !text;
    }

    function box(value, label, checked) {
      const known = boxes().find((one) => one.value.split(" ")[0] === value.split(" ")[0]);
      if (known) { known.checked = known.checked || checked; return known; }
      const field = Object.assign(document.createElement("input"), { type: "checkbox", name: `${words.name}.file`, value, checked });
      const text = document.createElement("span");
      text.textContent = label;
      const shell = document.createElement("label");
      shell.className = "check";
      shell.append(field, text);
      const row = document.createElement("li");
      row.append(shell);
      list.append(row);
      return field;
    }

    function arrived(answer, row) {
      row.remove();
      const field = box(`${answer.key} ${answer.name}`, answer.name, true);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function line(file) {
      const row = document.createElement("li");
      const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
      const text = document.createElement("p");
      bar.setAttribute("aria-label", file.name);
      row.append(text, bar);
      queue.append(row);
      return { row, bar, text };
    }

    function button(text, act) {
      const made = Object.assign(document.createElement("button"), { type: "button", className: "button button-secondary button-small", textContent: text });
      made.addEventListener("click", act);
      return made;
    }

    function send(file, shown = line(file)) {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append("file", file, file.name);
      shown.row.querySelectorAll("button").forEach((one) => one.remove());
      shown.bar.hidden = false;
      shown.bar.value = 0;
      underway += 1;
      const show = (percent) => { shown.bar.value = percent; shown.text.textContent = words.sending.replace("{name}", file.name).replace("{percent}", `${percent} %`); };
      const failed = (text, again) => {
        shown.bar.hidden = true;
        shown.text.textContent = text;
        shown.text.className = "error-text";
        shown.row.append(...(again ? [button(words.again, () => send(file, shown))] : []), button(words.drop, () => shown.row.remove()));
      };
      show(0);
      request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) show(Math.floor((99 * event.loaded) / event.total)); });
      request.addEventListener("loadend", () => {
        underway -= 1;
        let answer = {};
        try { answer = JSON.parse(request.responseText || "{}"); } catch { /* a proxy's own page */ }
        if (request.status === 201) arrived(answer, shown.row);
        else failed([answer.detail, answer.next_step].filter(Boolean).join(" ") || words.failed.replace("{name}", file.name), ![409, 413, 422].includes(request.status));
      });
      request.open("POST", words.upload);
      request.setRequestHeader("X-CSRFToken", token());
      request.setRequestHeader("Accept", "application/json");
      request.send(body);
    }

    picker.addEventListener("change", () => {
      complain("");
      for (const file of [...picker.files]) {
        const taken = boxes().filter((one) => one.checked).length + queue.children.length;
        if (taken >= Number(words.most)) complain(words.full);
        else if (file.size > Number(words.megabytes) * MEGABYTE) complain(words.large.replace("{name}", file.name));
        else send(file);
      }
      picker.value = "";
    });

    // what was kept in this browser may be files that the page was made without
    root.closest("[data-slot]")?.addEventListener("restored", (event) => {
      for (const value of [].concat(event.detail?.fields?.[`${words.name}.file`] || [])) {
        box(value, value.split(" ").slice(1).join(" ") || value, true).checked = true;
      }
    });

    // a page that is left takes what is on its way with it; the end of the time, which has no button, may
    root.closest("form")?.addEventListener("submit", (event) => {
      if (!underway || !event.submitter) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      complain(words.wait);
    }, true);
  }

  function look(root) {
    for (const found of root.querySelectorAll("[data-upload]")) {
      if ("live" in found.dataset) continue;
      found.dataset.live = "";
      start(found);
    }
  }
  look(document);
})();
