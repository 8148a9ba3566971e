// Runs before the first paint. Order: the visitor's choice, then the page's own light (the screening room is night), then the system's.
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  try {
    const theme = localStorage.getItem('pan-theme') || root.dataset.defaultTheme;
    if (theme) root.dataset.theme = theme;
  } catch {
    // Storage may be refused; the system's light is used.
  }
})();
