// Shows earlier inquiries while the number, the address or the name is typed. What is typed is
// posted, never in an address; without this script the "Look" button does the same.
const form = document.getElementById("new-inquiry");
const shown = document.getElementById("earlier");
const PAUSE = 500; // ms without a key
const PATIENCE = 10_000; // ms for an answer

// Enough for a look: a whole number, an address, two words of a name.
const phone = () => {
  const typed = form.elements.phone.value;
  return typed.replace(/\D/g, "").length >= 10 ? typed : "";
};
const email = () => {
  const typed = form.elements.email.value.trim();
  return /^[^@\s]+@[^@\s]+\.[^@\s]{2,}$/.test(typed) ? typed : "";
};
const name = () => {
  const typed = form.elements.name.value.trim();
  return /\S\s+\S/.test(typed) ? typed : "";
};

const said = () => new URLSearchParams({ phone: phone(), email: email(), name: name() });
let turn = 0;
let asked = said().toString(); // what the page shows the answer to

const show = (nodes) => shown.replaceChildren(...nodes);
const say = (id) => show(document.getElementById(id).content.cloneNode(true).childNodes);

async function look() {
  const data = said();
  const words = data.toString();
  if (words === asked) return;
  asked = words;
  const mine = ++turn; // an answer that comes later is of no use any more
  if (![...data.values()].some(Boolean)) {
    say("earlier-none");
    return;
  }
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(form.dataset.earlier, { method: "POST", body: data, signal });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine === turn) show(page.body.childNodes);
  } catch {
    if (mine !== turn) return;
    asked = null; // the next key tries again
    say("earlier-failed");
  }
}

let timer;
form.addEventListener("input", ({ target }) => {
  if (!["phone", "email", "name"].includes(target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
