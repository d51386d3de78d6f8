/* The review page by keyboard. Every key presses what the page already has: links and forms work without this. */
(() => {
  "use strict";

  const page = () => document.getElementById("review");
  const toasts = document.getElementById("toasts");
  const rows = () => [...page().querySelectorAll("[data-delivery]")];
  const here = () => rows().findIndex((row) => row.querySelector("[aria-current]"));
  const box = (row) => row.querySelector("input[type='checkbox']");
  let under_way = false;
  let heading = null; // The row that is on its way,
  let aim = null; // and where keys pressed meanwhile lead.

  /* Take the page that the server answers with into this one: marks stay, focus stays where the work is. */
  const take = (html, url) => {
    const came = new DOMParser().parseFromString(html, "text/html");
    const next = came.getElementById("review");
    if (!next) {
      location.assign(url); // Signed out, or an error page: show it as it is.
      return;
    }
    const marked = new Set(rows().filter((row) => box(row).checked).map((row) => row.dataset.delivery));
    page().replaceWith(document.adoptNode(next));
    for (const row of rows()) box(row).checked = marked.has(row.dataset.delivery);
    toasts.append(...[...came.querySelectorAll("#toasts > *")].map((toast) => document.adoptNode(toast)));
    window.htmx?.process(page());
    const now = rows()[here()];
    now?.scrollIntoView({ block: "nearest" });
    const invalid = page().querySelector("[data-back][open] textarea");
    if (invalid) invalid.focus();
    else document.getElementById("reading")?.focus({ preventScroll: true });
    if (location.href !== url) history.replaceState({}, "", url);
  };

  const ask = async (url, options) => {
    if (under_way) return;
    under_way = true;
    page().setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { credentials: "same-origin", ...options });
      const shown = options ? (answer.redirected ? answer.url : location.href) : url;
      take(await answer.text(), shown);
    } catch {
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: document.body.dataset.textOffline, tone: "danger" } }));
    } finally {
      under_way = false;
      page()?.removeAttribute("aria-busy");
      const next = options ? null : aim;
      aim = heading = null;
      if (next !== null && next !== here()) go(next);
    }
  };

  const from = () => aim ?? heading ?? here();

  const go = (place) => {
    if (under_way) {
      aim = Math.max(0, Math.min(place, rows().length - 1));
      return;
    }
    const link = rows()[place]?.querySelector("a");
    if (!link) return;
    heading = place;
    ask(link.href);
  };

  const send = (form) => {
    const body = new FormData(form);
    body.delete("form_key"); // The page stays: what is decided again is meant.
    return ask(form.action, { method: "POST", body });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-delivery] a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    ask(link.href);
  });

  document.addEventListener(
    "submit",
    (event) => {
      if (!event.target.closest("#review")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      send(event.target);
    },
    true,
  );

  /* Keys ------------------------------------------------------------------------------------------- */
  const wanted = document.querySelector("[data-keys-on]");
  const remembered = (() => {
    try {
      return localStorage.getItem("review-keys");
    } catch {
      return null; // Storage closed by the browser.
    }
  })();
  wanted.checked = remembered !== "off";
  wanted.addEventListener("change", () => {
    try {
      localStorage.setItem("review-keys", wanted.checked ? "on" : "off");
    } catch {
      // The choice holds until the page is left.
    }
  });

  const keys = {
    j: () => go(from() + 1),
    ArrowDown: () => go(from() + 1),
    k: () => go(from() - 1),
    ArrowUp: () => go(from() - 1),
    x: () => {
      const row = rows()[here()];
      if (row) box(row).checked = !box(row).checked;
    },
    a: () => {
      const marked = rows().some((row) => box(row).checked);
      const form = page().querySelector(marked ? "[data-accept]" : "[data-accept-one]");
      if (form) send(form);
    },
    d: () => {
      const back = page().querySelector("[data-back]");
      if (!back) return;
      back.open = true;
      back.querySelector("textarea").focus();
    },
    Enter: () => page().querySelector("[data-open]")?.click(),
    "?": () => document.querySelector("[data-open-dialog='keys']").click(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("textarea, select, input:not([type='checkbox']), [contenteditable]");
    const back = event.target.closest("[data-back] form");
    if (back && event.key === "Escape") {
      back.closest("[data-back]").open = false;
      document.getElementById("reading").focus();
      return;
    }
    if (back && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send(back);
      return;
    }
    if (typing || back || !wanted.checked || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    // Enter and the arrows keep their own meaning on what has the focus.
    if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
