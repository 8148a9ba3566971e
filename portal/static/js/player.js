// Our bar over native video. Without this script the browser's own bar stays.
(() => {
  const clock = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds || 0));
    return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
  };

  class Player {
    constructor(box) {
      this.box = box;
      this.video = box.querySelector('video');
      this.scrub = box.querySelector('[data-scrub]');
      this.marks = box.dataset.marks.split(' ').filter(Boolean).map(Number);
      this.video.controls = false;
      box.querySelector('.ctl').hidden = false;
      box.classList.add('is-ours');
      this.listen();
      this.caption([...box.querySelectorAll('[data-track]')].find((b) => b.getAttribute('aria-pressed') === 'true'));
    }

    listen() {
      const { video, scrub, box } = this;
      video.addEventListener('timeupdate', () => this.tell());
      video.addEventListener('loadedmetadata', () => this.measure());
      for (const name of ['play', 'pause', 'volumechange']) video.addEventListener(name, () => this.mirror());
      video.addEventListener('click', () => this.play());
      video.addEventListener('error', () => this.fault(true), true);
      video.addEventListener('playing', () => this.fault(false));
      scrub.addEventListener('input', () => {
        video.currentTime = (scrub.value / 1000) * (video.duration || 0);
      });
      box.addEventListener('click', (event) => this.press(event.target.closest('button')));
      if (video.readyState) this.measure();
    }

    press(button) {
      if (!button) return;
      const data = button.dataset;
      if ('play' in data) this.play();
      else if ('skip' in data) this.seek(this.video.currentTime + Number(data.skip));
      else if ('mute' in data) this.video.muted = !this.video.muted;
      else if ('full' in data) this.full();
      else if ('track' in data) this.caption(button, button.getAttribute('aria-pressed') !== 'true');
      else if ('retry' in data) this.retry();
    }

    play() {
      if (this.video.paused) this.video.play().catch(() => this.fault(true));
      else this.video.pause();
    }

    seek(seconds) {
      this.video.currentTime = Math.min(Math.max(0, seconds), this.video.duration || 0);
    }

    full() {
      if (document.fullscreenElement) document.exitFullscreen();
      else this.box.requestFullscreen?.();
    }

    retry() {
      const at = this.video.currentTime;
      this.video.load();
      this.video.currentTime = at;
      this.video.play().catch(() => this.fault(true));
    }

    caption(button, on = true) {
      const wanted = button && on ? button.dataset.track : null;
      for (const track of this.video.textTracks) track.mode = track.language === wanted ? 'showing' : 'disabled';
      for (const other of this.box.querySelectorAll('[data-track]'))
        other.setAttribute('aria-pressed', other.dataset.track === wanted);
    }

    tell() {
      const { currentTime, duration } = this.video;
      const part = duration ? currentTime / duration : 0;
      this.scrub.value = Math.round(part * 1000);
      this.scrub.style.setProperty('--p', `${part * 100}%`);
      this.scrub.setAttribute(
        'aria-valuetext',
        this.scrub.dataset.position.replace('{now}', clock(currentTime)).replace('{total}', clock(duration)),
      );
      this.box.querySelector('[data-now]').textContent = clock(currentTime);
    }

    measure() {
      this.box.querySelector('[data-all]').textContent = clock(this.video.duration);
      this.drawMarks();
      this.tell();
    }

    mark(seconds) {
      this.marks.push(seconds);
      this.drawMarks();
    }

    drawMarks() {
      const svg = this.box.querySelector('[data-marksvg]');
      svg.replaceChildren(
        ...this.marks.map((seconds) => {
          const mark = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
          mark.setAttribute('x', (seconds / (this.video.duration || 1)) * 1000 - 1.5);
          mark.setAttribute('width', '3');
          mark.setAttribute('height', '15');
          return mark;
        }),
      );
    }

    mirror() {
      const { video, box } = this;
      const button = box.querySelector('[data-play]');
      const words = button.querySelector('.vh');
      button.setAttribute('aria-pressed', !video.paused);
      words.textContent = video.paused ? words.dataset.off : words.dataset.on;
      box.querySelector('[data-mute]').setAttribute('aria-pressed', video.muted);
      box.classList.toggle('is-playing', !video.paused);
    }

    fault(shown) {
      this.box.querySelector('[data-fault]').hidden = !shown;
    }
  }

  for (const box of document.querySelectorAll('[data-player]')) box.player = new Player(box);
  window.pan.clock = clock;
})();
