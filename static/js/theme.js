/* Runs before the first paint: the theme chosen on this device, if any (otherwise the system's). */
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    /* Storage may be closed to us; the system's theme is a fine answer. */
  }
})();
