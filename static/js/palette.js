/* The palette (templates/search/palette.html): Ctrl-K anywhere, "/" outside of fields. The arrows go through what it shows,
   Enter opens. The projects that were opened on this device come first while nothing is typed; signing out forgets them. */
(() => {
  "use strict";

  const MOST_RECENT = 6;
  const RECENT = "recent:";
  const dialog = document.querySelector("[data-palette]");
  if (!dialog) return;
  const { areOff, isTyping } = window.singleKeys;
  const input = dialog.querySelector("input");
  const recent = dialog.querySelector("[data-palette-recent]");
  const key = `${RECENT}${document.body.dataset.person}`;

  const stored = (change) => {
    try {
      return change(localStorage);
    } catch {
      return null; // Storage closed by the browser: nothing is remembered.
    }
  };
  const remembered = () => {
    try {
      const places = JSON.parse(stored((area) => area.getItem(key)) || "[]");
      return Array.isArray(places) ? places.filter((place) => /^\/projetos\/\d+\/$/.test(place.path)) : [];
    } catch {
      return [];
    }
  };

  const note = () => {
    const project = location.pathname.match(/^\/projetos\/\d+\//);
    const title = document.querySelector("[data-project-title]")?.dataset.projectTitle;
    if (!project || !title) return;
    const others = remembered().filter((place) => place.path !== project[0]);
    stored((area) => area.setItem(key, JSON.stringify([{ path: project[0], title }, ...others].slice(0, MOST_RECENT))));
  };

  const forget = (isForgotten) =>
    stored((area) => Object.keys(area).filter((name) => name.startsWith(RECENT) && isForgotten(name)).forEach((name) => area.removeItem(name)));

  const showRecent = () => {
    const places = input.value.trim() ? [] : remembered().filter((place) => place.path !== location.pathname);
    recent.hidden = places.length === 0;
    recent.querySelector("ul").replaceChildren(
      ...places.map((place) => {
        const link = Object.assign(document.createElement("a"), { href: place.path, textContent: place.title, className: "palette-item" });
        const line = document.createElement("li");
        line.append(link);
        return line;
      }),
    );
  };

  const open = () => {
    if (!dialog.open) dialog.showModal();
    input.focus();
    input.select();
    showRecent();
    window.htmx?.trigger(input, "palette-open");
  };

  const items = () => [...dialog.querySelectorAll(".palette-item")].filter((item) => item.checkVisibility());
  const go = (by) => {
    const places = [input, ...items()];
    const here = places.indexOf(document.activeElement);
    places[(Math.max(here, 0) + by + places.length) % places.length].focus();
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-open-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
      return;
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (areOff() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });

  dialog.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      go(moves[event.key]);
    } else if (event.target !== input && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== " ") {
      input.focus(); // Typing goes on where it was.
    }
  });

  dialog.querySelector("form").addEventListener("submit", (event) => {
    const answered = dialog.querySelector("[data-palette-list]")?.dataset.text === input.value;
    const first = items()[0];
    if (!first || !answered) return; // The page answers what the palette has not answered yet.
    event.preventDefault();
    first.click();
  });

  // What had the focus went with the answer before.
  dialog.addEventListener("htmx:afterSwap", () => {
    if (!dialog.contains(document.activeElement) || document.activeElement === dialog) input.focus();
  });
  input.addEventListener("input", showRecent);
  document.addEventListener(
    "submit",
    (event) => {
      if (new URL(event.target.action, location).pathname === document.body.dataset.logoutUrl) forget(() => true);
    },
    true,
  );
  forget((name) => name !== key); // Somebody else's, who was here before.
  note();
})();
