// Copy buttons: <button data-copy="#selector" data-copied="Copied">.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  const source = button && document.querySelector(button.dataset.copy);
  if (!source) return;
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  window.pan.toast(button.dataset.copied);
});
