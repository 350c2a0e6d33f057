// While this page is open, its person stays with this caller; a closed page lets them go.
const page = document.querySelector("[data-beat]");
const beat = () =>
  fetch(page.dataset.beat, {
    method: "POST",
    keepalive: true,
    headers: { "X-CSRFToken": page.dataset.token },
  }).catch(() => {}); // a page that is being left; the next one beats again
if (page) {
  beat();
  setInterval(beat, 30000);
}
