/* Writing a paper: every change is kept in this browser at once, sent at once, and called "stored" only when the
   server has said so. What is kept outlives a closed browser; a change that meets a later one from another window
   gives way and says so.

   form[data-attempt]  data-attempt-id, data-deadline, data-server-now, data-answer-url (with {slot}),
                       data-clock-url, data-sequences {slot: stored sequence}
   [data-slot]         the fields of one item        [data-saved=slot]  its chip
   [data-base=slot]    the sequence its fields stand on, sent along when the form is submitted whole; without it
                       the fields are no answer
   [data-answered]     how many are answered and stored
   [data-slot-link=slot]  its place in the overview  [data-timer] [data-connection] [data-announce] [data-submit-note]
   GET data-clock-url -> {"server_now", "deadline", "paused_until", "active", "csrf_token"}: also how a page goes on after its reader
   has signed in again in another window, without being loaded anew
   PUT {"sequence": n, "fields": {name: value | [values]}, "typed_at": when} -> {"stored_sequence": n, "accepted": whether
   what is stored is this}; what was typed before the clock was stopped is taken in afterwards, too */
(() => {
  "use strict";

  const form = document.querySelector("form[data-attempt]");
  if (!form) return;

  const TYPING_PAUSE = 500;
  const LONGEST_WAIT = 20000;
  const GIVE_UP_ON = 15000;
  const SUBMIT_PATIENCE = 15000;
  const LAST_PATIENCE = 5000;
  const ASK_EVERY = 60000;
  const ASK_AGAIN = 2000;
  const SLEEP = 2000;
  /* a file goes its own way (upload.js) and comes back as a ticked box */
  const ANSWER_FIELDS = "input[name]:not([type=file]), select[name], textarea[name]";
  const key = `academy.attempt.${form.dataset.attemptId}`;
  const words = JSON.parse(document.getElementById("attempt-texts")?.textContent || "{}");
  const tokens = document.querySelectorAll('meta[name="csrf-token"], input[name="csrf_token"]');
  const wallClock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh", timeStyle: "medium" });
  const one = (name, value) => document.querySelector(`[data-${name}${value === undefined ? "" : `="${CSS.escape(value)}"`}]`);
  const stored = JSON.parse(form.dataset.sequences || "{}");
  const slots = new Map();
  let deadline = Date.parse(form.dataset.deadline);
  let serverOffset = 0;
  let working = false;
  let failures = 0;
  let wake = 0;
  let inTheAir = null;
  let token = tokens[0]?.content || "";
  let closed = false;
  let elsewhere = false;
  let paused = false;

  form.setAttribute("autocomplete", "off");
  form.noValidate = true;

  /* ---- what is kept until it is stored, each slot in a place of its own: other windows keep theirs beside it */

  const place = (slot) => `${key}.${slot}`;

  function kept(slot) {
    try {
      const text = localStorage.getItem(place(slot));
      return text ? { ...JSON.parse(text), kept: text } : null;
    } catch { return null; }
  }

  function keep(slot, entry) {
    const { sequence, fields, fresh, typed } = entry;
    const text = entry.waiting && !closed ? JSON.stringify({ sequence, fields, fresh, typed }) : "";
    try {
      if (text) localStorage.setItem(place(slot), text);
      // what another window has put there since is not this one's to take away
      else if (localStorage.getItem(place(slot)) === entry.kept) localStorage.removeItem(place(slot));
    } catch { /* a full or forbidden store: the server is still asked */ }
    entry.kept = text;
  }

  function readFields(box) {
    const found = {};
    for (const field of box.querySelectorAll(ANSWER_FIELDS)) {
      if (field.disabled || ((field.type === "radio" || field.type === "checkbox") && !field.checked)) continue;
      const values = field.multiple ? [...field.selectedOptions].map((option) => option.value) : [field.value];
      for (const value of values) (found[field.name] = found[field.name] || []).push(value);
    }
    return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
  }

  function writeFields(box, fields) {
    const left = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [].concat(value)]));
    for (const field of box.querySelectorAll(ANSWER_FIELDS)) {
      const values = left[field.name] || [];
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else if (field.multiple) for (const option of field.options) option.selected = values.includes(option.value);
      else field.value = values.length ? values.shift() : "";
    }
    box.dispatchEvent(new CustomEvent("restored", { bubbles: true, detail: { fields } }));
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
  const unsent = () => (closed ? [] : waiting().filter(([, entry]) => !entry.refused && !(paused && entry.held)));

  /* ---- sending, one at a time */

  function changed(slot, pause) {
    const entry = slots.get(slot);
    const fields = readFields(entry.box);
    if (JSON.stringify(fields) === JSON.stringify(entry.fields)) return;
    entry.fields = fields;
    entry.fresh = true;
    entry.waiting = true;
    entry.refused = false;
    entry.typed = new Date(serverNow()).toISOString();
    entry.base.disabled = false;
    keep(slot, entry);
    show(slot, closed ? "failed" : "typing", closed ? words.closed : "");
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => due(slot, entry), pause);
  }

  function due(slot, entry) {
    if (entry.waiting && !closed) show(slot, elsewhere ? "failed" : "sending", elsewhere ? words.waiting : "");
    work();
  }

  async function work() {
    if (working || closed || elsewhere) return;
    working = true;
    clearTimeout(wake);
    try {
      for (let next = unsent()[0]; next; next = unsent()[0]) await send(...next);
      failures = 0;
      if (!closed) banner("");
    } catch (trouble) {
      failures += 1;
      // none of them is on its way now, whichever was tried
      unsent().forEach(([slot]) => show(slot, "failed", words.waiting));
      banner(trouble.message || words.offline);
      if (elsewhere) announce(trouble.message);
      const pause = Math.min(LONGEST_WAIT, 1000 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
      wake = setTimeout(work, pause);
    } finally {
      working = false;
    }
  }

  /* Throws when it is worth trying again; the message is what the banner says. */
  async function send(slot, entry) {
    const sequence = numbered(slot, entry);
    show(slot, "sending");
    inTheAir = new AbortController();
    const timeout = setTimeout(() => inTheAir.abort(), GIVE_UP_ON);
    let response, answer;
    try {
      response = await put(slot, sequence, entry, { signal: inTheAir.signal });
      answer = await response.json().catch(() => ({}));
    } catch {
      again(slot, entry, words.offline);
    } finally {
      clearTimeout(timeout);
    }
    if (!response.ok) await refused(slot, entry, response.status, answer);
    else if (answer.stored_sequence >= sequence) acknowledged(slot, entry, sequence, answer);
    else again(slot, entry, words.busy);
  }

  /* A change gets its number when it is sent first and keeps it when it is sent again. */
  function numbered(slot, entry) {
    if (entry.fresh) {
      entry.sequence += 1;
      entry.fresh = false;
      keep(slot, entry);
    }
    return entry.sequence;
  }

  /* The others go first next time: one that cannot be stored holds up none. */
  function again(slot, entry, message) {
    slots.delete(slot);
    slots.set(slot, entry);
    throw new Error(message);
  }

  function put(slot, sequence, { fields, typed }, options) {
    return fetch(form.dataset.answerUrl.replace("{slot}", slot), {
      method: "PUT",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ sequence, fields, typed_at: typed }),
      ...options,
    });
  }

  function acknowledged(slot, entry, sequence, answer) {
    if (entry.sequence > sequence) return; // a later change is on its way: the reply to that one counts
    entry.sequence = answer.stored_sequence;
    entry.waiting = entry.fresh;
    keep(slot, entry);
    if (entry.fresh) return;
    // what gave way to another window's answer must not come back when the form is submitted whole
    entry.base.disabled = !answer.accepted;
    entry.base.value = entry.sequence;
    if (answer.accepted) show(slot, "stored", (words.stored || "%s").replace("%s", wallClock.format(new Date(answer.stored_at))));
    else show(slot, "conflict");
  }

  async function refused(slot, entry, status, answer) {
    if (status === 409 && answer.type?.endsWith(":attempt.device")) {
      elsewhere = true;
      again(slot, entry, `${answer.detail} ${answer.next_step || ""}`.trim());
    } else if (status === 409 && answer.type?.endsWith(":attempt.paused")) {
      entry.held = true; // it stays kept here and is sent when the clock runs
      show(slot, "failed", words.waiting);
      standStill();
    } else if (status === 409) {
      close();
      show(slot, "failed", words.closed);
      banner(answer.detail || words.closed);
      announce(answer.detail || words.closed);
    } else if (status === 400 || status === 413 || status === 422) {
      if (entry.fresh) return; // changed since
      entry.refused = true;
      show(slot, "failed", answer.detail);
    } else if (status === 401 || status === 403 || status === 404) {
      const held = token;
      const told = await askForTheTime();
      // signed in anew: the loop takes the same change again, with the token of the new session
      if (told === 200 && token !== held) show(slot, "sending");
      else again(slot, entry, told === 404 ? words.other_person : told === 401 ? words.signed_out : answer.detail || words.busy);
    } else again(slot, entry, words.busy);
  }

  /* From now on nothing is stored; what waits may go with the form. */
  function close() {
    closed = true;
    waiting().forEach(([slot, entry]) => keep(slot, entry));
  }

  /* The page is going away: send what waits without waiting for an answer; it stays kept until acknowledged. */
  function flush() {
    if (elsewhere) return;
    for (const [slot, entry] of unsent()) {
      const sequence = numbered(slot, entry);
      put(slot, sequence, entry, { keepalive: true })
        .then(async (response) => { if (response.ok) acknowledged(slot, entry, sequence, await response.json()); })
        .catch(() => {});
    }
  }

  /* ---- the time that is left, by the server's clock */

  const serverNow = () => serverOffset + performance.now();

  function startClock() {
    const arrived = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now();
    serverOffset = Date.parse(form.dataset.serverNow) - arrived;
    tick();
    setInterval(() => { lookForSleep(); tick(); }, 1000);
    // an invigilator may have granted more time; not everybody asks at the same moment
    setTimeout(() => setInterval(() => { if (!closed) askForTheTime(); }, ASK_EVERY), Math.random() * ASK_EVERY);
  }

  /* The status of the server's answer, 0 without one: then the last known offset holds. */
  async function askForTheTime() {
    try {
      const asked = performance.now();
      const response = await fetch(form.dataset.clockUrl, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!response.ok) return response.status;
      const told = await response.json();
      const half = (performance.now() - asked) / 2;
      if (told.server_now) serverOffset = Date.parse(told.server_now) + half - performance.now();
      if (told.deadline !== undefined) deadline = Date.parse(told.deadline);
      if (told.csrf_token) renewToken(told.csrf_token);
      // taken over here, in another window of this browser
      if (elsewhere && told.active) { elsewhere = false; wake = setTimeout(work); }
      tick();
      if (told.paused_until) standStill();
      return response.status;
    } catch { return 0; }
  }

  /* Whether the server answered. */
  const resynchronize = async () => { const status = await askForTheTime(); return status > 0 && status < 500; };

  function renewToken(given) {
    token = given;
    for (const place of tokens) place[place.localName === "meta" ? "content" : "value"] = given;
  }

  /* The clock was stopped: hide the paper, send what was typed before, then show the page of the pause. */
  async function standStill() {
    if (paused || closed) return;
    paused = true;
    form.querySelectorAll(".exam-item").forEach((item) => { item.hidden = true; });
    note(words.paused);
    announce(words.paused);
    await settle(LAST_PATIENCE);
    while (!(await resynchronize())) await new Promise((resolve) => { setTimeout(resolve, ASK_AGAIN); });
    location.reload();
  }

  /* Both clocks of this machine run alike unless it has slept, which only one of them notices, or was set right. */
  const apart = () => Date.now() - performance.now();
  let steady = apart();

  function lookForSleep() {
    if (Math.abs(apart() - steady) < SLEEP) return;
    steady = apart();
    resynchronize();
    work();
  }

  const secondsLeft = () => Math.max(0, Math.ceil((deadline - serverNow()) / 1000));

  let before = Infinity;
  function tick() {
    if (Number.isNaN(deadline)) return;
    const left = secondsLeft();
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    const two = (number) => String(number).padStart(2, "0");
    const place = document.querySelector("[data-timer-text]");
    if (place) place.textContent = `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(left % 60)}`;
    const timer = one("timer");
    if (timer) timer.dataset.state = left === 0 ? "over" : left <= 300 ? "soon" : "";
    if (left <= 300 && before > 300 && left > 60) announce(words.five_minutes);
    if (left <= 60 && before > 60 && left > 0) announce(words.one_minute);
    const over = left === 0 && before > 0;
    before = left;
    if (over && !paused) timeIsOver();
  }

  async function timeIsOver() {
    announce(words.time_over);
    note(words.time_over);
    await settle(LAST_PATIENCE);
    // without a link the page would be left for an error of the browser
    while (!(await resynchronize())) await new Promise((resolve) => { setTimeout(resolve, ASK_AGAIN); });
    if (secondsLeft()) { note(""); return; }
    close();
    form.requestSubmit();
  }

  /* ---- leaving the page on purpose */

  /* Whether, in that time, all is sent that can be. */
  function settle(patience) {
    work();
    return new Promise((resolve) => {
      const until = performance.now() + patience;
      const look = () => {
        if (!unsent().length) resolve(true);
        else if (performance.now() > until) resolve(false);
        else setTimeout(look, 100);
      };
      look();
    });
  }

  form.addEventListener("submit", (event) => {
    if (!unsent().length) return;
    event.preventDefault();
    event.stopPropagation();
    note(words.storing);
    const submitter = event.submitter;
    settle(SUBMIT_PATIENCE).then((settled) => {
      note(settled ? "" : (words.not_stored || "%s").replace("%s", unsent().map(([slot]) => slot).join(", ")));
      if (settled) form.requestSubmit(submitter);
    });
  });

  /* ---- the answers as a file, should the link never come back: see answers-file.js */

  form.academyAnswers = () => [...slots].flatMap(([slot, entry]) => {
    const sequence = entry.sequence + (entry.fresh ? 1 : 0);
    return sequence ? [{ slot: Number(slot), sequence, fields: entry.fields, stored: !entry.waiting }] : [];
  });
  form.academyNow = () => new Date(serverNow()).toISOString();

  /* ---- start */

  for (const box of form.querySelectorAll("[data-slot]")) {
    const slot = box.dataset.slot;
    const entry = { box, base: one("base", slot), sequence: Number(stored[slot] || 0), fields: readFields(box), fresh: false, waiting: false, refused: false, held: false, typed: undefined, kept: "", timer: 0 };
    slots.set(slot, entry);
    const earlier = kept(slot);
    if (earlier) {
      // whether it still counts, the reply will say
      Object.assign(entry, earlier, { waiting: true });
      writeFields(box, entry.fields);
      show(slot, "sending");
    }
    box.addEventListener("input", (event) => {
      const typed = event.target.matches("textarea, input:not([type]), input[type=text], input[type=number]");
      changed(slot, typed ? TYPING_PAUSE : 0);
    });
    box.addEventListener("change", () => changed(slot, 0));
  }
  startClock();
  work();

  window.addEventListener("online", () => {
    failures = 0;
    inTheAir?.abort(); // what was sent over the lost link may never be answered
    work();
    resynchronize();
  });
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
