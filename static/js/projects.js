/* The projects by keyboard: j and k go from one to the next, Enter opens it as any link, x marks it. The marks are counted,
   all of a page are marked at once, and a click with Shift marks from the last one on. */
(() => {
  "use strict";

  const { areOff, isTyping } = window.singleKeys;
  const hasSwitch = document.querySelector("[data-shortcuts-switch]") !== null; // Without it nobody could turn the keys off.
  const links = [...document.querySelectorAll("[data-project-link]")];
  const boxes = [...document.querySelectorAll("[data-choose]")];
  const all = document.querySelector("[data-choose-all]");
  const count = document.querySelector("[data-several-count]");

  const tell = () => {
    const marked = boxes.filter((box) => box.checked).length;
    if (count) count.textContent = marked ? `(${marked})` : "";
    if (!all) return;
    all.checked = marked > 0 && marked === boxes.length;
    all.indeterminate = marked > 0 && marked < boxes.length;
  };

  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      tell();
    });
  }

  let last = null;
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [first, end] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
        for (const between of boxes.slice(first, end + 1)) between.checked = box.checked;
      }
      last = box;
      tell();
    });
  }
  window.addEventListener("pageshow", tell); // The browser may have brought marks back.
  tell();

  const here = () => {
    const row = document.activeElement?.closest("[data-project]");
    const link = row ? row.querySelector("[data-project-link]") : document.activeElement;
    return links.indexOf(link);
  };
  const go = (place) => links[Math.max(0, Math.min(place, links.length - 1))]?.focus();
  const keys = {
    j: () => go(here() + 1),
    k: () => go(here() - 1),
    x: () => links[here()]?.closest("[data-project]")?.querySelector("[data-choose]")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!hasSwitch || areOff() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
