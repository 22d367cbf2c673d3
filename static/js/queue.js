// Keys for the queue: j and k go from row to row, Enter opens (the row's link has the focus, or its tick),
// c claims, / goes to the search, ? shows the list of keys. All of it is on the page without them.
// WCAG 2.1.4: they can be turned off, and this browser remembers that.
// Beside that, one button ticks every row of the page; without this script it is not there.
const OFF = "desk-keys-off";
const box = document.querySelector(".desk-keys");
const search = document.getElementById("searchbar");
const links = [...document.querySelectorAll("#result_list tbody th a")];
const typing = "input:not([type=checkbox]), textarea, select, [contenteditable]";

const stored = {
  get off() {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false; // a browser that keeps nothing
    }
  },
  set off(value) {
    try {
      if (value) localStorage.setItem(OFF, "1");
      else localStorage.removeItem(OFF);
    } catch {
      // then until the page is left
    }
  },
};
let off = stored.off;

const row = () => document.activeElement?.closest("#result_list tbody tr");
const move = (step) => {
  const here = links.findIndex((link) => link.closest("tr") === row());
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  links[next]?.focus();
};
const keys = {
  j: () => move(1),
  k: () => move(-1),
  c: () => row()?.querySelector("button[form=claim]")?.click(),
  "/": () => search?.focus(),
  "?": () => {
    box.open = !box.open;
    box.querySelector("summary").focus();
  },
};

document.addEventListener("keydown", (event) => {
  const act = keys[event.key];
  if (off || !act || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(typing)) return;
  event.preventDefault();
  act();
});

if (box) {
  const button = box.querySelector("button");
  const say = () => {
    button.textContent = off ? button.dataset.on : button.dataset.off;
  };
  button.addEventListener("click", () => {
    stored.off = off = !off;
    say();
  });
  say();
  box.hidden = false;
}

const ticks = [...document.querySelectorAll("#result_list input[name=chosen]")];
// Whether the keys are on or not: a browser would send the form of the ticks instead.
for (const tick of ticks) {
  tick.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    tick.closest("tr").querySelector("th a").click();
  });
}
const all = document.getElementById("tick-all");
if (all && ticks.length) {
  const button = all.querySelector("button");
  const every = () => ticks.every((tick) => tick.checked);
  const say = () => {
    button.textContent = every() ? all.dataset.none : all.dataset.all;
  };
  button.addEventListener("click", () => {
    const checked = !every();
    for (const tick of ticks) tick.checked = checked;
    say();
  });
  document.getElementById("result_list").addEventListener("change", say);
  window.addEventListener("pageshow", say); // coming back, the browser ticks them as they were
  say();
  all.hidden = false;
}
