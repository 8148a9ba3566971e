// The programme in the reader's own time, from each <time datetime> in UTC; stars that do not load the page again.
(() => {
  const KOREA = 'Asia/Seoul';
  const language = document.documentElement.lang;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const said = (moment, options) => new Intl.DateTimeFormat(language, options).format(moment);
  const dayIn = (moment, timeZone) => said(moment, { timeZone, year: 'numeric', month: 'numeric', day: 'numeric' });

  // Reckoned for each moment by itself: on the night clocks change, the hours before and after differ.
  const local = (moment) => {
    const there = said(moment, clock);
    if (there === said(moment, { ...clock, timeZone: KOREA })) return '';
    const otherDay = dayIn(moment) !== dayIn(moment, KOREA);
    return otherDay ? `${said(moment, { weekday: 'short' })} ${there}` : there;
  };
  const showLocal = () => {
    for (const list of document.querySelectorAll('[data-local]')) {
      for (const time of list.querySelectorAll('.slot time[datetime]')) {
        const text = local(new Date(time.dateTime));
        if (!text || time.parentElement.querySelector('.slot__local')) continue;
        const line = document.createElement('span');
        line.className = 'slot__local num';
        line.textContent = list.dataset.local.replace('{t}', text);
        time.parentElement.append(line);
      }
    }
  };
  showLocal();
  document.addEventListener('htmx:afterSwap', showLocal);

  // My plan's own page is drawn again by the server, as overlaps change with every star.
  const form = document.querySelector('form[data-stars]');
  form?.addEventListener('submit', async (event) => {
    const button = event.submitter;
    event.preventDefault();
    event.stopPropagation();
    const wanted = button.value === '1';
    try {
      const answer = await fetch(button.formAction, {
        method: 'POST',
        body: new URLSearchParams([...new FormData(form), ['on', button.value]]),
        headers: { Accept: 'application/json' },
      });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.message);
      button.setAttribute('aria-pressed', wanted);
      button.value = wanted ? '0' : '1';
    } catch (error) {
      window.pan.toast(error instanceof TypeError || !error.message ? form.dataset.failed : error.message);
    }
  });
})();
