/* Asks every three seconds whether something new waits, and shows it in place; nothing is typed there. */
"use strict";
const EVERY = 3000;
const waits = document.getElementById("waits");
const away = document.getElementById("away");
const news = document.getElementById("news");
const state = () => waits.firstElementChild.dataset;
const suffix = document.title.slice(document.title.lastIndexOf(" – "));

function show(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").body;
  const before = Number(state().texts);
  const focused = waits.contains(document.activeElement) ? document.activeElement.id : "";
  waits.replaceChildren(...fresh.children);
  document.title = state().title + suffix;
  if (Number(state().texts) > before) news.textContent = news.dataset.words;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function tell(answered) {
  if (away.hidden === answered) return;
  away.hidden = answered;
  away.textContent = answered ? "" : away.dataset.words;
}

async function renew() {
  try {
    const answer = await fetch(`${waits.dataset.now}?seen=${state().mark}`);
    const ours = answer.ok && !answer.redirected;
    if (ours && answer.status === 200) show(await answer.text());
    tell(ours);
  } catch {
    tell(false);
  }
  setTimeout(renew, EVERY);
}
setTimeout(renew, EVERY);
