/* Titles offered while a search is typed: the combobox with a list of the ARIA Authoring Practices. Without this
   script, or without an answer, the box is an ordinary search. Typing never chooses anything: Enter searches, unless
   an arrow has led to a title; then it opens the lesson.

   form.searchbox[action$="/search"] input[name=q]  the boxes it is for
   GET /api/v1/search/suggestions?q= -> {"items": [{"title", "url", "lang"}]} */
(() => {
  "use strict";

  const PAUSE = 150;
  const LEAST = 2;

  function attach(input, number) {
    const form = input.form;
    const root = new URL(form.action).pathname.replace(/\/search$/, "");
    const list = document.createElement("ul");
    let active = -1;
    let timer = 0;
    let asked = null;

    list.id = `suggestions-${number}`;
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.getAttribute("aria-label"));
    form.append(list);
    input.autocomplete = "off";
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id]]) {
      input.setAttribute(name, value);
    }
    show([]);

    function show(items) {
      list.replaceChildren(...items.map((item, at) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${at}`;
        option.textContent = item.title;
        option.lang = item.lang;
        option.dataset.url = root + item.url;
        option.setAttribute("role", "option");
        return option;
      }));
      list.hidden = items.length === 0;
      input.setAttribute("aria-expanded", String(items.length > 0));
      choose(-1);
    }

    function choose(at) {
      active = at;
      [...list.children].forEach((option, here) => option.setAttribute("aria-selected", String(here === at)));
      if (at < 0) input.removeAttribute("aria-activedescendant");
      else {
        input.setAttribute("aria-activedescendant", list.children[at].id);
        list.children[at].scrollIntoView({ block: "nearest" });
      }
    }

    /* What is still on its way is no longer wanted. */
    function settle() {
      clearTimeout(timer);
      asked?.abort();
      asked = null;
    }

    function close() {
      settle();
      show([]);
    }

    async function ask() {
      const typed = input.value.trimStart();
      asked?.abort();
      if (typed.trim().length < LEAST) return show([]);
      const own = asked = new AbortController();
      try {
        const reply = await fetch(`${root}/api/v1/search/suggestions?${new URLSearchParams({ q: typed })}`, { signal: own.signal });
        const found = reply.ok ? (await reply.json()).items : [];
        if (own === asked && !own.signal.aborted && document.activeElement === input) show(found);
      } catch {
        if (own === asked) show([]);  // no connection, or something else is asked meanwhile
      }
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const count = list.children.length;
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();  // the first Escape closes the list, the next one is the browser's
        close();
      } else if (event.key === "Enter") {
        clearTimeout(timer);
        if (active < 0) return;
        event.preventDefault();
        location.assign(list.children[active].dataset.url);
      } else if (count && event.key === "ArrowDown") {
        event.preventDefault();
        settle(); // a later list must not take the choice away
        choose(active + 1 < count ? active + 1 : -1);
      } else if (count && event.key === "ArrowUp") {
        event.preventDefault();
        settle();
        choose(active < 0 ? count - 1 : active - 1);
      }
    });
    input.addEventListener("blur", close);
    if (document.activeElement === input) ask();  // this script comes when somebody goes to the box
    list.addEventListener("pointerdown", (event) => event.preventDefault());  // the box keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.url);
    });
  }

  document.querySelectorAll('form.searchbox[action$="/search"] input[name="q"]').forEach(attach);
})();
