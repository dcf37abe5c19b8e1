/* form[data-autosave]: text is sent while it is written, and the chip says "stored" only when the server did.
   data-url: where; data-version: the version this text stands on. Words: <script id="autosave-texts">. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-autosave]");
  if (!form) return;

  const PAUSE = 1200;
  const words = JSON.parse(document.getElementById("autosave-texts")?.textContent || "{}");
  const token = document.querySelector('meta[name="csrf-token"]')?.content || "";
  const chip = form.querySelector("[data-saved]") || document.querySelector("[data-saved]");
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh", timeStyle: "medium" });
  let version = form.dataset.version;
  let changed = false;
  let sending = false;
  let stopped = false;
  let tries = 0;
  let timer = 0;

  function show(state, text) {
    if (!chip) return;
    chip.dataset.state = state;
    chip.querySelector("[data-saved-text]").textContent = text || words[state] || "";
  }

  function fields() {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrf_token" || value instanceof File) continue;
      if (name in found) found[name] = [].concat(found[name], value);
      else found[name] = value;
    }
    return found;
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(send, wait);
  }

  async function send(leaving = false) {
    clearTimeout(timer);
    // two at a time would stand on the same version, and the second be taken for somebody else's
    if (!changed || stopped || sending) return;
    sending = true;
    changed = false;
    show("sending");
    try {
      const response = await fetch(form.dataset.url, {
        method: "PUT",
        keepalive: leaving,
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token, "If-Match": `"${version}"` },
        body: JSON.stringify({ version: Number(version), ...fields() }),
      });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) stored(answer);
      else refused(response.status, answer);
    } catch {
      retry(words.offline);
    } finally {
      sending = false;
      if (changed && !stopped && !tries) later(document.visibilityState === "hidden" ? 0 : PAUSE);
    }
  }

  function stored(answer) {
    tries = 0;
    if (answer.version !== undefined) version = String(answer.version);
    if (!changed) show("stored", (words.stored || "%s").replace("%s", clock.format(new Date())));
    form.dispatchEvent(new CustomEvent("stored", { bubbles: true, detail: answer }));
  }

  /* What happened and, where the academy says so, what to do now. */
  const said = (answer) => [answer.detail, answer.next_step].filter(Boolean).join(" ");

  function refused(status, answer) {
    if (status === 409 || status === 412) {
      stopped = true;
      changed = true;
      show("conflict", said(answer));
    } else if (status === 422 || status === 413) {
      changed = true;
      tries = 1;
      show("failed", said(answer));
    } else {
      retry(status === 401 || status === 403 ? words.signed_out : "");
    }
  }

  function retry(text) {
    changed = true;
    tries += 1;
    show("failed", text);
    later(Math.min(30000, 1000 * 2 ** tries));
  }

  form.addEventListener("input", () => {
    changed = true;
    tries = 0;
    if (stopped) return;
    show("typing");
    later(PAUSE);
  });
  form.addEventListener("submit", () => { changed = false; });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      send();
    }
  });
  window.addEventListener("online", () => send());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") send(true); });
  window.addEventListener("beforeunload", (event) => { if (changed || sending) event.preventDefault(); });
})();
