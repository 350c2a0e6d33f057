/* Buttons and forms carry their order; the page's parts are fetched anew while it is looked at. */
"use strict";
const told = document.getElementById("told");

async function order(element, more) {
  const body = JSON.stringify({ ...JSON.parse(element.dataset.body), ...more });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(element.dataset.order, { method: "POST", headers, body });
  told.textContent = (answer.ok ? element.dataset.then : told.dataset.refused) || "";
  if (answer.ok && element.dataset.order === "/_control/next") waitForNext();
  return answer.ok;
}

async function waitForNext() {
  const found = await (await fetch("/_control/next")).json();
  if (found.number) location.assign(`/handsets/${found.number}${location.search}`);
  else if (found.wanted) setTimeout(waitForNext, 300);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-order]");
  if (button) order(button, {});
});
document.addEventListener("submit", async (event) => {
  if (!event.target.dataset.order) return;
  event.preventDefault();
  if (await order(event.target, Object.fromEntries(new FormData(event.target)))) event.target.reset();
});

function renew(old, fresh) {
  if (old.innerHTML === fresh.innerHTML && old.className === fresh.className) return;
  if (old.dataset.call && old.dataset.call === fresh.dataset.call) {
    /* The same conversation goes on: only what is new is added, and only that is read out. */
    for (const line of [...fresh.children].slice(old.children.length)) old.append(line);
    old.lastElementChild.scrollIntoView({ block: "nearest" });
    return;
  }
  const focused = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (focused) (fresh.querySelector("button") || fresh).focus();
}

async function look(address) {
  try {
    const text = await (await fetch(address)).text();
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const fresh of page.querySelectorAll("[data-part]")) renew(document.getElementById(fresh.id), fresh);
  } catch { /* the network is away for a moment, or for good */ }
  setTimeout(look, 500, address);
}

const phone = document.querySelector("[data-now]");
if (phone) look(phone.dataset.now);
