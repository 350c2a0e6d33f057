/* Renews the live page in place every two seconds, unless it is hidden or somebody stopped it. */
"use strict";
const EVERY = 2000;
const live = document.getElementById("live");
const pause = document.getElementById("pause");
const away = document.getElementById("away");
let stopped = false;

function show(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").body;
  const opened = [...live.querySelectorAll("details[open]")].map((part) => part.id);
  const focused = live.contains(document.activeElement) ? document.activeElement.id : "";
  live.replaceChildren(...fresh.childNodes);
  for (const id of opened) document.getElementById(id).open = true;
  if (focused) document.getElementById(focused).focus({ preventScroll: true });
}

function tell(answered) {
  if (away.hidden === answered) return;
  away.hidden = answered;
  away.textContent = answered ? "" : away.dataset.words;
}

async function renew() {
  if (!stopped && !document.hidden) {
    try {
      const answer = await fetch(live.dataset.now);
      if (answer.ok && !stopped) show(await answer.text());
      tell(answer.ok);
    } catch {
      tell(false);
    }
  }
  setTimeout(renew, EVERY);
}

pause.hidden = false;
pause.addEventListener("click", () => {
  stopped = !stopped;
  pause.textContent = stopped ? pause.dataset.go : pause.dataset.stop;
});
setTimeout(renew, EVERY);
