/* What every page may use when scripts run; every page works without it. */
(() => {
  "use strict";

  const token = () => document.querySelector('meta[name="csrf-token"]')?.content || "";
  const toasts = document.getElementById("toasts");

  function toast(node) {
    if (!toasts) return;
    toasts.replaceChildren(node);
    setTimeout(() => node.remove(), 12000);
  }

  function plainNotice(text) {
    const box = document.createElement("div");
    box.className = "notice notice-error";
    box.append(document.createElement("span"), text);
    return box;
  }

  /* A refusal comes as the fragment error_fragment.html; anything else gets the general words. */
  function failed(event) {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText || "", "text/html");
    toast(page.querySelector(".notice") || plainNotice(toasts?.dataset.failed || ""));
  }

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", () => toast(plainNotice(toasts?.dataset.offline || "")));

  /* Titles are offered to those who go to a search box; nobody else need load how. */
  const nonce = document.currentScript.nonce;
  function loadSuggestions(event) {
    if (!event.target.matches("form.searchbox input[type=search]")) return;
    document.removeEventListener("focusin", loadSuggestions);
    const { suggestionsJs, suggestionsCss } = document.querySelector("[data-suggestions-js]")?.dataset || {};
    if (!suggestionsJs) return;
    document.head.append(
      Object.assign(document.createElement("link"), { rel: "stylesheet", href: suggestionsCss }),
      Object.assign(document.createElement("script"), { src: suggestionsJs, nonce }),
    );
  }
  document.addEventListener("focusin", loadSuggestions);

  /* Open menus close when the reader turns elsewhere. */
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* A form that is on its way is not sent again. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 4000) event.preventDefault();
    else form.dataset.sent = String(Date.now());
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print], [data-copy]");
    if (!button) return;
    if ("print" in button.dataset) window.print();
    else navigator.clipboard?.writeText(button.dataset.copy).then(() => {
      if (button.dataset.copied) button.querySelector("span").textContent = button.dataset.copied;
    });
  });

  /* Beside the text there is room for the outline of a lesson; above it, on a phone, it stays closed. */
  if (window.matchMedia("(min-width: 60rem)").matches) {
    document.querySelectorAll(".lesson-outline > details").forEach((outline) => { outline.open = true; });
  }

  /* A result of a search may name the second of a recording: ?t=83#block. */
  const second = Number(new URLSearchParams(location.search).get("t"));
  const block = second > 0 && location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const recording = block && block.querySelector("audio, video");
  if (recording) recording.currentTime = second;
})();
