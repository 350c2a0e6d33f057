// While this page is open, its person stays with this caller; a closed page lets them go.
const page = document.querySelector("[data-beat]");
const beat = () =>
  fetch(page.dataset.beat, { method: "POST", headers: { "X-CSRFToken": page.dataset.token } });
if (page) {
  beat();
  setInterval(beat, 30000);
}
