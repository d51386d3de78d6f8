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

  /* A stage of the plan is dragged along time, by who may plan: the plan's own page then shows the days, and asks why. */
  for (const bar of document.querySelectorAll("[data-plan-of]")) {
    bar.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      const chart = bar.ownerSVGElement;
      const days_of_a_pixel = chart.viewBox.baseVal.width / chart.getBoundingClientRect().width;
      const following = [...chart.querySelectorAll("[data-plan-of]")].slice([...chart.querySelectorAll("[data-plan-of]")].indexOf(bar));
      const days = (moved) => Math.round((moved.clientX - event.clientX) * days_of_a_pixel);
      const move = (moved) => following.forEach((other) => other.setAttribute("transform", `translate(${days(moved)} 0)`));
      const stop = () => {
        bar.removeEventListener("pointermove", move);
        bar.removeEventListener("pointerup", drop);
        bar.removeEventListener("pointercancel", back);
      };
      const back = () => {
        stop();
        following.forEach((other) => other.removeAttribute("transform"));
      };
      const drop = (moved) => {
        stop();
        if (days(moved) === 0) back();
        else location.assign(`${bar.dataset.planOf}?stage=${bar.dataset.stage}&days=${days(moved)}`);
      };
      bar.setPointerCapture(event.pointerId);
      bar.addEventListener("pointermove", move);
      bar.addEventListener("pointerup", drop);
      bar.addEventListener("pointercancel", back);
    });
  }

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
