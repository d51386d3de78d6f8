/* Logging hours: the elapsed time of the running timer, and single keys for what a page offers (data-shortcut). */
(() => {
  "use strict";

  const elapsed = (node) => {
    const minutes = Math.max(Math.floor((Date.now() - Date.parse(node.dataset.elapsedSince)) / 60000), 0);
    node.textContent = `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}`;
  };
  const tick = () => document.querySelectorAll("[data-elapsed-since]").forEach(elapsed);
  tick();
  setInterval(tick, 15000);

  /* Single keys -------------------------------------------------------------------------------- */
  const { areOff, isTyping, turn } = window.singleKeys;
  const box = document.querySelector("[data-shortcuts-switch]");
  if (box) {
    box.checked = !areOff();
    box.addEventListener("change", () => {
      turn(box.checked);
      box.checked = !areOff(); // A browser that keeps nothing keeps the keys.
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (areOff() && event.key !== "?") return;
    const control = [...document.querySelectorAll("[data-shortcut]")].find((node) => node.dataset.shortcut === event.key);
    if (!control) return;
    event.preventDefault();
    control.click();
  });
})();
