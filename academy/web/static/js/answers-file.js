/* "My answers" as a signed file, made in the loaded page without any link: what to hand to an invigilator when the
   network never comes back. academy/quizzes/answers_file.py reads it, and says what the signature proves.

   [data-answers-file]  data-key, data-name; hidden unless scripts run
   [data-answers-save]  makes the file              [data-answers-said]  data-done (%s: the time), data-failed */
(() => {
  "use strict";

  const form = document.querySelector("form[data-attempt]");
  const box = document.querySelector("[data-answers-file]");
  if (!form?.academyAnswers || !box) return;

  const said = box.querySelector("[data-answers-said]");
  const bytes = (text) => new TextEncoder().encode(text);
  const wallClock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh", timeStyle: "medium" });

  async function sign(payload) {
    const key = await crypto.subtle.importKey("raw", bytes(box.dataset.key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(payload)));
    return [...mac].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function save() {
    const madeAt = form.academyNow();
    const payload = JSON.stringify({
      format: "academy-answers/1",
      attempt: Number(form.dataset.attemptId),
      made_at: madeAt,
      answers: form.academyAnswers(),
    });
    try {
      const file = new Blob([JSON.stringify({ payload, signature: await sign(payload) })], { type: "application/json" });
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: box.dataset.name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      said.textContent = said.dataset.done.replace("%s", wallClock.format(new Date(madeAt)));
    } catch {
      said.textContent = said.dataset.failed;
    }
  }

  box.hidden = false;
  box.querySelector("[data-answers-save]").addEventListener("click", save);
  window.addEventListener("offline", () => { box.open = true; });
})();
