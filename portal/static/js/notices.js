// A notice's frame is as high as its letter, so that nobody scrolls in two places.
(() => {
  const frame = document.querySelector('iframe[data-grows]');
  if (!frame) return;
  const grow = () => {
    const letter = frame.contentDocument?.body;
    if (letter?.offsetHeight) frame.height = letter.offsetHeight;
  };
  frame.addEventListener('load', grow);
  addEventListener('resize', grow);
  grow();
})();
