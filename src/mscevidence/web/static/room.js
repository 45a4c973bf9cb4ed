"use strict";
// The room works without this file: it adds keys, selection of words, and the way between text and cards.

const text = document.getElementById("text");
const cards = [...document.querySelectorAll(".candidate")];
let current = document.querySelector(location.hash.startsWith("#candidate-") ? location.hash : ".candidate.current");

function show(card) {
  if (!card) return;
  for (const each of cards) each.classList.toggle("current", each === card);
  for (const each of text.querySelectorAll("mark")) each.classList.toggle("now", each.dataset.candidate === card.dataset.candidate);
  current = card;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  const place = document.getElementById(`at-${card.dataset.candidate}`);
  const around = text.parentElement;
  if (place) around.scrollTop += place.getBoundingClientRect().top - around.getBoundingClientRect().top - around.clientHeight / 3;
}

function step(by) {
  const from = cards.indexOf(current);
  for (let at = from + by; at >= 0 && at < cards.length; at += by) {
    if (by < 0 || /state-(waiting|deferred)/.test(cards[at].className)) return show(cards[at]);
  }
}

function press(card, action) {
  if (!card || card.dataset.sent) return;
  card.dataset.sent = "yes";
  card.requestSubmit(card.querySelector(`button[value="${action}"]`));
}

function correct(card) {
  if (!card) return;
  for (const each of card.querySelectorAll("details")) each.open = true;
  card.querySelector("details input").focus();
}

function toText() {
  if (document.activeElement === text.parentElement) show(current || cards[0]); else text.parentElement.focus();
}

const keys = { t: toText, a: () => press(current, "accept"), r: () => press(current, "reject"), d: () => press(current, "defer"), c: () => correct(current), s: () => step(1), p: () => step(-1) };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  if (!cards.length || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

// Places count in characters as Python does: a character outside the basic plane is one, not two.
function placeOf(node, offset) {
  if (node.nodeType !== Node.TEXT_NODE) {
    const child = node.childNodes[offset];
    if (child) return placeOf(child.nodeType === Node.TEXT_NODE ? child : child.firstChild || child, 0);
    const last = node.lastChild;
    return last ? placeOf(last.nodeType === Node.TEXT_NODE ? last : last.lastChild, last.textContent.length) : null;
  }
  const stretch = node.parentElement.closest("[data-start]");
  return stretch ? Number(stretch.dataset.start) + [...node.data.slice(0, offset)].length : null;
}

function take() {
  const chosen = getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed) return;
  const range = chosen.getRangeAt(0);
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return;
  const whole = [...text.textContent];
  let start = placeOf(range.startContainer, range.startOffset);
  let end = placeOf(range.endContainer, range.endOffset);
  if (start === null || end === null) return;
  while (start < end && /\s/.test(whole[start])) start += 1;
  while (end > start && /\s/.test(whole[end - 1])) end -= 1;
  if (start === end) return;
  const quote = whole.slice(start, end).join("");
  document.getElementById("start").value = start;
  document.getElementById("end").value = end;
  document.getElementById("quote").value = quote;
  document.getElementById("selected").textContent = quote;
  ready();
}

// The node of the text, and the place in it, of a character of the document.
function nodeAt(place) {
  const stretches = [...text.querySelectorAll("[data-start]")].filter((each) => Number(each.dataset.start) <= place && each.firstChild);
  const stretch = stretches.at(-1);
  if (!stretch) return null;
  const before = [...stretch.textContent].slice(0, place - Number(stretch.dataset.start)).join("");
  return [stretch.firstChild, before.length];
}

function showWords(start, end) {
  const [from, to] = [nodeAt(start), nodeAt(end)];
  if (!from || !to) return false;
  getSelection().setBaseAndExtent(...from, ...to);
  from[0].parentElement.scrollIntoView({ block: "center" });
  text.parentElement.focus({ preventScroll: true });
  return true;
}

function ready() {
  const chosen = Boolean(document.getElementById("quote").value);
  document.getElementById("add").disabled = !chosen;
  document.getElementById("no-selection").hidden = chosen;
  document.getElementById("selected").parentElement.hidden = !chosen;
}

if (text) {
  document.addEventListener("selectionchange", take);
  text.addEventListener("click", (event) => {
    const mark = event.target.closest("mark");
    if (mark && getSelection().isCollapsed) show(document.getElementById(`candidate-${mark.dataset.candidate}`));
  });
  for (const card of cards) card.addEventListener("focusin", () => { if (card !== current) { for (const each of cards) each.classList.toggle("current", each === card); current = card; } });
  ready();
  // A region that changes after the page has come is read out; one that came with its words is not.
  const notice = document.getElementById("notice");
  if (notice && notice.dataset.said) {
    notice.textContent = "";
    setTimeout(() => { notice.textContent = notice.dataset.said; }, 200);
    history.replaceState(null, "", location.pathname + location.hash);
  }
  const trouble = document.getElementById("error");
  const end = location.hash === "#done" && document.getElementById("done");
  const words = /^(\d+)-(\d+)$/.exec(new URLSearchParams(location.search).get("at") || "");
  if (trouble) trouble.focus();
  else if (words && showWords(Number(words[1]), Number(words[2]))) ready();
  else if (end) end.focus();
  else if (current) show(current);
}
