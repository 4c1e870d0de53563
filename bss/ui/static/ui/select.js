// Selecting rows: the bar shows only while something is chosen, Shift chooses a range.

let last = null;

document.addEventListener("click", (event) => {
  const box = event.target;
  if (box.matches?.("[data-select-all]")) choose(boxes(), box.checked);
  else if (box.matches?.(".tick input[name=ids]")) range(box, event.shiftKey);
  else if (box.closest?.("[data-bulk-clear]")) choose(boxes(), false);
  else return;
  refresh();
});

function boxes() {
  return [...document.querySelectorAll(".tick input[name=ids]")];
}

function choose(some, checked) {
  some.forEach((box) => { box.checked = checked; });
}

function range(box, shift) {
  const all = boxes();
  if (shift && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    choose(all.slice(from, to + 1), box.checked);
  }
  last = box;
}

function refresh() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const all = boxes();
  const count = all.filter((box) => box.checked).length;
  const head = document.querySelector("[data-select-all]");
  if (head) {
    head.checked = count > 0 && count === all.length;
    head.indeterminate = count > 0 && count < all.length;
  }
  const words = bar.querySelector("[data-bulk-count]");
  words.textContent = count === 1 ? words.dataset.one : words.dataset.many.replace("%s", String(count));
  bar.querySelector("[data-bulk-clear]").hidden = false;
  const everything = bar.querySelector("[data-bulk-everything]");
  if (everything) {
    everything.hidden = count < all.length;
    if (everything.hidden) everything.querySelector("input").checked = false;
  }
}

refresh();
document.addEventListener("htmx:afterSettle", refresh);
