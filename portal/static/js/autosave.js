// Autosave: the whole form is posted 800 ms after the last input. The field being typed in is never touched,
// so composing Hangul is safe; what could not be saved is tried again and guarded against a closed tab.
(() => {
  const waits = [2000, 4000, 8000, 15000, 30000];

  // The line's own words say what it tells; a page that has gone has none
  const show = (state, values = {}) => {
    const status = document.getElementById('saved');
    if (!status) return;
    status.dataset.state = state;
    const text = status.dataset[state].replace('{time}', values.time || '');
    status.querySelector('[data-saved-text]').textContent = text;
  };
  window.pan.saved = show;

  const showErrors = (form, errors) => {
    for (const line of form.querySelectorAll('.err[id^="e-"]')) {
      const id = line.id.slice(2);
      const message = errors[id] || '';
      const touched = form.querySelector(`#${CSS.escape(id)}`)?.dataset.touched;
      if (message && !touched) continue;
      line.hidden = !message;
      line.lastElementChild.textContent = message;
      line.closest('.field')?.toggleAttribute('data-invalid', Boolean(message));
    }
  };

  class Autosave {
    constructor(form) {
      this.form = form;
      this.tries = 0;
      this.dirty = false;
      this.running = false;
      addEventListener('online', () => this.dirty && this.save());
      addEventListener('beforeunload', (event) => {
        if (this.dirty) event.preventDefault();
      });
    }

    later(wait = 800) {
      this.dirty = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), wait);
    }

    rest() {
      clearTimeout(this.timer);
      this.dirty = false;
    }

    async save() {
      if (this.running) return this.later();
      this.running = true;
      this.dirty = false;
      show('saving');
      try {
        await this.settle(
          await fetch(this.form.dataset.autosave, {
            method: 'POST',
            body: new FormData(this.form),
            headers: { 'X-Autosave': '1', Accept: 'application/json' },
            redirect: 'error',
          }),
        );
      } catch {
        this.failed();
      } finally {
        this.running = false;
      }
    }

    async settle(response) {
      if (response.status === 409) return this.conflict(await response.text());
      if (!response.ok) return this.failed(response.status < 500 && response.status !== 429);
      const answer = await response.json();
      this.tries = 0;
      const rev = this.form.querySelector('[data-rev]');
      if (rev && answer.rev !== undefined) rev.value = answer.rev;
      showErrors(this.form, answer.errors || {});
      if (!this.dirty) show('saved', answer);
      this.form.dispatchEvent(new CustomEvent('autosaved', { bubbles: true, detail: answer }));
    }

    failed(final = false) {
      this.dirty = true;
      show('failed');
      if (final) return;
      const wait = waits[Math.min(this.tries, waits.length - 1)];
      this.tries += 1;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), wait);
    }

    conflict(html) {
      this.rest();
      const found = new DOMParser().parseFromString(html, 'text/html').getElementById('conflict');
      if (!found) return this.failed(); // nobody's words clash: whoever was quicker is done by the next try
      document.getElementById('conflict')?.remove();
      this.form.before(found);
      found.focus();
      show('failed');
    }
  }

  // Heard at the document: a form that has just come into the page misses not even its first letter
  const autosaved = ({ target }) => (target.form || target).closest('form[data-autosave]');
  document.addEventListener('input', (event) => {
    const form = autosaved(event);
    if (form) (form.autosave ||= new Autosave(form)).later();
  });
  document.addEventListener('focusout', (event) => {
    if (event.target.id && autosaved(event)) event.target.dataset.touched = '1';
  });
  document.addEventListener('submit', (event) => event.target.autosave?.rest());
})();
