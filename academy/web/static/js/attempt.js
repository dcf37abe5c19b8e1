/* Writing a paper: every change is kept in this browser at once, sent at once, and called "stored" only when the
   server has said so. The queue outlives a closed browser; a change that meets a later one from another window
   gives way and says so.

   form[data-attempt]  data-attempt-id, data-deadline, data-server-now, data-answer-url (with {slot}),
                       data-state-url, data-sequences {slot: stored sequence}
   [data-slot]         the fields of one item        [data-saved=slot]  its chip
   [data-base=slot]    the sequence this page stands on, sent along when the form is submitted whole
   [data-base=slot]  the hidden sequence the page stands on   [data-answered-text]  "3 of 20 answered"
   [data-answered]     how many are answered and stored
   [data-slot-link=slot]  its place in the overview  [data-timer] [data-connection] [data-announce] [data-submit-note]
   PUT {"sequence": n, "fields": {name: value | [values]}} -> {"stored_sequence": n, "accepted": whether what is stored is this} */
(() => {
  "use strict";

  const form = document.querySelector("form[data-attempt]");
  if (!form) return;

  const TYPING_PAUSE = 500;
  const LONGEST_WAIT = 30000;
  const GIVE_UP_ON = 15000;
  const SUBMIT_PATIENCE = 15000;
  const key = `academy.attempt.${form.dataset.attemptId}`;
  const words = JSON.parse(document.getElementById("attempt-texts")?.textContent || "{}");
  const token = document.querySelector('meta[name="csrf-token"]')?.content || "";
  const wallClock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh", timeStyle: "medium" });
  const one = (name, value) => document.querySelector(`[data-${name}${value === undefined ? "" : `="${CSS.escape(value)}"`}]`);
  const stored = JSON.parse(form.dataset.sequences || "{}");
  const slots = new Map();
  let deadline = Date.parse(form.dataset.deadline);
  let serverOffset = 0;
  let working = false;
  let failures = 0;
  let wake = 0;
  let closed = false;
  let released = false;

  form.setAttribute("autocomplete", "off");
  form.noValidate = true;

  /* ---- what is kept: per slot the last number given out, the fields, and whether they still have to be stored */

  function kept() {
    try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; }
  }

  function keep() {
    const all = {};
    for (const [slot, entry] of slots) {
      if (entry.waiting) all[slot] = { sequence: entry.sequence, fields: entry.fields, fresh: entry.fresh };
    }
    try {
      if (Object.keys(all).length) localStorage.setItem(key, JSON.stringify(all));
      else localStorage.removeItem(key);
    } catch { /* a full or forbidden store: the server is still asked */ }
  }

  function readFields(box) {
    const found = {};
    for (const field of box.querySelectorAll("input[name], select[name], textarea[name]")) {
      if (field.disabled || ((field.type === "radio" || field.type === "checkbox") && !field.checked)) continue;
      const values = field.multiple ? [...field.selectedOptions].map((option) => option.value) : [field.value];
      for (const value of values) (found[field.name] = found[field.name] || []).push(value);
    }
    return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
  }

  function writeFields(box, fields) {
    const left = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [].concat(value)]));
    for (const field of box.querySelectorAll("input[name], select[name], textarea[name]")) {
      const values = left[field.name] || [];
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else if (field.multiple) for (const option of field.options) option.selected = values.includes(option.value);
      else field.value = values.length ? values.shift() : "";
    }
    box.dispatchEvent(new CustomEvent("restored", { bubbles: true }));
  }

  /* ---- what is seen */

  function show(slot, state, text) {
    const chip = one("saved", slot);
    if (chip) {
      chip.dataset.state = state;
      chip.querySelector("[data-saved-text]").textContent = text || words[state] || "";
    }
    const link = one("slot-link", slot);
    const answered = isAnswered(slots.get(slot));
    if (link) {
      link.dataset.state = state === "stored" && !answered ? "" : state === "typing" ? "sending" : state === "conflict" ? "failed" : state;
      link.setAttribute("aria-label", `${link.textContent.trim()}: ${answered || state !== "stored" ? words[`slot_${link.dataset.state}`] || "" : words.slot_empty || ""}`);
    }
    const count = one("answered");
    if (count) count.textContent = document.querySelectorAll('[data-slot-link][data-state="stored"]').length;
  }

  /* What the page says about itself in hidden fields is no answer. */
  const isAnswered = (entry) => Object.entries(entry.fields).some(([name, value]) =>
    String(value).trim() !== "" && !entry.box.querySelector(`input[type=hidden][name="${CSS.escape(name)}"]`));

  /* How many are answered, once the first change has made the printed number old. */
  function count() {
    const place = one("answered-text");
    if (!place || !words.answered) return;
    const done = [...slots.values()].filter((entry) => !entry.waiting && isAnswered(entry)).length;
    place.textContent = words.answered.replace("{done}", done).replace("{all}", slots.size);
  }

  function banner(text) {
    const strip = one("connection");
    if (!strip) return;
    strip.hidden = !text;
    if (strip.textContent !== text) strip.textContent = text || "";
  }

  function announce(text) {
    const region = one("announce");
    if (region && text) region.textContent = text;
  }

  function note(text) {
    const place = one("submit-note");
    if (place) place.textContent = text || "";
  }

  const waiting = () => [...slots].filter(([, entry]) => entry.waiting);

  /* ---- sending, one at a time, oldest first */

  function changed(slot, pause) {
    const entry = slots.get(slot);
    const fields = readFields(entry.box);
    if (JSON.stringify(fields) === JSON.stringify(entry.fields)) return;
    entry.fields = fields;
    entry.fresh = true;
    entry.waiting = true;
    entry.refused = false;
    keep();
    show(slot, closed ? "failed" : "typing", closed ? words.closed : "");
    clearTimeout(entry.timer);
    entry.timer = setTimeout(work, pause);
  }

  async function work() {
    if (working || closed) return;
    working = true;
    clearTimeout(wake);
    try {
      while (!closed) {
        const next = waiting().find(([, entry]) => !entry.refused);
        if (!next) break;
        await send(next[0], next[1]);
      }
      failures = 0;
      if (!closed) banner("");
    } catch (trouble) {
      failures += 1;
      banner(trouble.message || words.offline);
      const pause = Math.min(LONGEST_WAIT, 1000 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
      wake = setTimeout(work, pause);
    } finally {
      working = false;
    }
  }

  /* Throws when it is worth trying again; the message is what the banner says. */
  async function send(slot, entry) {
    if (entry.fresh) {
      entry.sequence += 1;
      entry.fresh = false;
      keep();
    }
    const sequence = entry.sequence;
    show(slot, "sending");
    const stop = new AbortController();
    const timeout = setTimeout(() => stop.abort(), GIVE_UP_ON);
    let response;
    try {
      response = await put(slot, sequence, entry.fields, { signal: stop.signal });
    } catch {
      show(slot, "failed", words.waiting);
      throw new Error(words.offline);
    } finally {
      clearTimeout(timeout);
    }
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) refused(slot, entry, response.status, answer);
    else if (Number(answer.stored_sequence) >= sequence) acknowledged(slot, entry, answer);
    else throw new Error(words.busy);
  }

  function put(slot, sequence, fields, options) {
    return fetch(form.dataset.answerUrl.replace("{slot}", slot), {
      method: "PUT",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ sequence, fields }),
      ...options,
    });
  }

  function acknowledged(slot, entry, answer) {
    const last = Number(answer.stored_sequence);
    // also when another device has stored another answer under the same number
    if (last > entry.sequence || (last === entry.sequence && answer.accepted === false)) {
      entry.sequence = last;
      entry.waiting = entry.fresh;
      if (!entry.fresh) entry.fields = {};
      show(slot, "conflict");
    } else if (last === entry.sequence && !entry.fresh) {
      entry.waiting = false;
      const base = one("base", slot);
      if (base) base.value = last;
      show(slot, "stored", (words.stored || "%s").replace("%s", wallClock.format(new Date(serverNow()))));
      count();
    }
    keep();
  }

  function refused(slot, entry, status, answer) {
    if (status === 409) {
      closed = true;
      show(slot, "failed", words.closed);
      banner(answer.detail || words.closed);
      announce(answer.detail || words.closed);
      return;
    }
    if (status === 400 || status === 413 || status === 422) {
      entry.refused = true;
      show(slot, "failed", answer.detail);
      return;
    }
    show(slot, "failed", words.waiting);
    throw new Error(status === 401 || status === 403 ? words.signed_out : words.busy || words.offline);
  }

  /* The page is going away: send what waits without waiting for an answer; it stays queued until acknowledged. */
  function flush() {
    for (const [slot, entry] of waiting()) {
      if (closed || entry.refused) continue;
      if (entry.fresh) { entry.sequence += 1; entry.fresh = false; }
      put(slot, entry.sequence, entry.fields, { keepalive: true })
        .then(async (response) => { if (response.ok) acknowledged(slot, entry, await response.json()); })
        .catch(() => {});
    }
    keep();
  }

  /* ---- the time that is left, by the server's clock */

  const serverNow = () => serverOffset + performance.now();

  function startClock() {
    const arrived = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now();
    serverOffset = Date.parse(form.dataset.serverNow) - arrived;
    tick();
    setInterval(tick, 1000);
  }

  async function resynchronize() {
    if (!form.dataset.stateUrl) return;
    try {
      const asked = performance.now();
      const response = await fetch(form.dataset.stateUrl, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const state = await response.json();
      const half = (performance.now() - asked) / 2;
      const now = Date.parse(state.server_now || response.headers.get("Date"));
      if (now) serverOffset = now + half - performance.now();
      if (state.deadline) deadline = Date.parse(state.deadline);
      tick();
    } catch { /* the last known offset holds */ }
  }

  let before = Infinity;
  function tick() {
    if (Number.isNaN(deadline)) return;
    const left = Math.max(0, Math.ceil((deadline - serverNow()) / 1000));
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    const two = (number) => String(number).padStart(2, "0");
    const place = document.querySelector("[data-timer-text]");
    if (place) place.textContent = `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(left % 60)}`;
    const timer = one("timer");
    if (timer) timer.dataset.state = left === 0 ? "over" : left <= 300 ? "soon" : "";
    if (left <= 300 && before > 300 && left > 60) announce(words.five_minutes);
    if (left <= 60 && before > 60 && left > 0) announce(words.one_minute);
    if (left === 0 && before > 0) timeIsOver();
    before = left;
  }

  function timeIsOver() {
    announce(words.time_over);
    note(words.time_over);
    settle(5000).then(() => { released = true; form.requestSubmit(); });
  }

  /* ---- leaving the page on purpose */

  function settle(patience) {
    work();
    return new Promise((resolve) => {
      const until = performance.now() + patience;
      const look = () => {
        if (!waiting().length || closed) resolve(true);
        else if (performance.now() > until) resolve(false);
        else setTimeout(look, 100);
      };
      look();
    });
  }

  async function whenStored(go) {
    note(words.storing);
    if (await settle(SUBMIT_PATIENCE)) { note(""); go(); return; }
    const numbers = waiting().map(([slot]) => slot).join(", ");
    note((words.not_stored || "%s").replace("%s", numbers));
  }

  form.addEventListener("submit", (event) => {
    if (released || closed || !waiting().length) { localStorage.removeItem(key); return; }
    event.preventDefault();
    event.stopPropagation();
    const submitter = event.submitter;
    whenStored(() => { released = true; form.requestSubmit(submitter); });
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-after-stored]");
    if (!link || !waiting().length) return;
    event.preventDefault();
    whenStored(() => { window.location.assign(link.href); });
  });

  /* ---- start */

  const earlier = kept();
  for (const box of form.querySelectorAll("[data-slot]")) {
    const slot = box.dataset.slot;
    if (slots.has(slot)) continue;
    const entry = { box, sequence: Number(stored[slot] || 0), fields: readFields(box), fresh: false, waiting: false, refused: false, timer: 0 };
    slots.set(slot, entry);
    const old = earlier[slot];
    if (old && (old.fresh ? old.sequence >= entry.sequence : old.sequence > entry.sequence)) {
      Object.assign(entry, { sequence: old.sequence, fields: old.fields, fresh: old.fresh, waiting: true });
      writeFields(box, old.fields);
      show(slot, "sending");
    }
    box.addEventListener("input", (event) => {
      const typed = event.target.matches("textarea, input:not([type]), input[type=text], input[type=number]");
      changed(slot, typed ? TYPING_PAUSE : 0);
    });
    box.addEventListener("change", () => changed(slot, 0));
  }
  keep();
  startClock();
  work();

  window.addEventListener("online", () => { failures = 0; work(); resynchronize(); });
  window.addEventListener("offline", () => banner(words.offline));
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") flush();
    else { resynchronize(); work(); }
  });

  /* ---- the item being looked at, in the overview */

  const seen = new IntersectionObserver((changes) => {
    for (const change of changes) {
      if (!change.isIntersecting) continue;
      document.querySelectorAll("[data-slot-link][aria-current]").forEach((link) => link.removeAttribute("aria-current"));
      const slot = change.target.querySelector("[data-slot]")?.dataset.slot;
      if (slot) one("slot-link", slot)?.setAttribute("aria-current", "location");
    }
  }, { rootMargin: "-30% 0px -60% 0px" });
  form.querySelectorAll(".exam-item").forEach((item) => seen.observe(item));
})();
