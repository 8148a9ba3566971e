// The juror's list: sheets that an earlier page could not send go out now, each for its own film.
(() => {
  const form = document.getElementById('resend');
  const line = document.getElementById('unsent');
  if (!form) return;
  const say = (text) => {
    line.textContent = text;
    line.hidden = false;
  };

  for (const code of window.pan.Outbox.codes()) {
    const film = document.querySelector(`[data-film="${CSS.escape(code)}"]`);
    if (!film) continue;
    const clash = () => say(line.dataset.clash.replace('{title}', film.textContent));
    const outbox = new window.pan.Outbox({
      code,
      url: form.dataset.resend.replace('CODE', code),
      csrf: form.elements.csrf_token.value,
      rev: 0,
      hooks: {
        saved: (_, more) => more || location.reload(),
        away: () => say(line.dataset.waiting),
        refused: clash,
        clash,
        lost: clash,
        done: () => location.reload(),
      },
    });
    if (outbox.load() !== undefined) outbox.flush();
  }
})();
