/* The steps of a case: reordered with buttons or Alt+arrows, one empty row at a time. Values move, rows stay, so names keep
   their order and the form works without this. */
(() => {
  "use strict";

  for (const box of document.querySelectorAll("[data-steps]")) {
    const rows = [...box.querySelectorAll("[data-step]")];
    const said = box.querySelector("[data-steps-said]");
    const fields = (row) => [...row.querySelectorAll("textarea")];
    const filled = (row) => fields(row).some((field) => field.value.trim() !== "");

    const show = () => {
      const last = rows.map(filled).lastIndexOf(true);
      rows.forEach((row, place) => {
        row.hidden = place > last + 1;
        row.querySelector("[data-step-tools]").hidden = false;
        row.querySelector("[data-step-tools]").classList.toggle("invisible", place > last);
        row.querySelector("[data-step-up]").disabled = place === 0;
        row.querySelector("[data-step-down]").disabled = place >= last;
      });
    };

    const swap = (from, to) => {
      const theirs = fields(rows[to]);
      fields(rows[from]).forEach((field, place) => {
        [field.value, theirs[place].value] = [theirs[place].value, field.value];
      });
    };

    const changed = () => {
      show();
      fields(rows[0])[0].dispatchEvent(new Event("input", { bubbles: true })); // Kept with the rest of the form.
    };

    const move = (from, by, focus) => {
      const to = from + by;
      if (to < 0 || to >= rows.length || !filled(rows[to]) || !filled(rows[from])) return;
      swap(from, to);
      changed();
      focus(rows[to]).focus();
      said.textContent = `${box.dataset.moved} ${to + 1}`;
    };

    const remove = (place) => {
      fields(rows[place]).forEach((field) => (field.value = ""));
      for (let at = place; at + 1 < rows.length && filled(rows[at + 1]); at += 1) swap(at, at + 1);
      changed();
      fields(rows[place])[0].focus();
    };

    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const place = rows.findIndex((row) => row.contains(button));
      if (!button || place < 0) return;
      const again = (name) => (row) => {
        const same = row.querySelector(`[${name}]`);
        return same.disabled ? fields(row)[0] : same;
      };
      if ("stepUp" in button.dataset) move(place, -1, again("data-step-up"));
      else if ("stepDown" in button.dataset) move(place, 1, again("data-step-down"));
      else if ("stepRemove" in button.dataset) remove(place);
    });

    box.addEventListener("keydown", (event) => {
      if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      const place = rows.findIndex((row) => row.contains(event.target));
      if (place < 0) return;
      event.preventDefault();
      const column = fields(rows[place]).indexOf(event.target);
      move(place, event.key === "ArrowUp" ? -1 : 1, (row) => fields(row)[Math.max(column, 0)]);
    });

    box.addEventListener("input", show);
    show();
    window.addEventListener("load", show); // Once what was kept has come back.
  }
})();
