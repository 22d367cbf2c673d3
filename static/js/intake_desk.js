// Shows earlier inquiries while the number, the address or the name is typed. What is typed is
// posted, never in an address; without this script the "Look" button does the same.
const form = document.getElementById("new-inquiry");
const shown = document.getElementById("earlier");
const PAUSE = 500; // ms without a key
let turn = 0;
let asked = "";

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

async function look() {
  const data = new URLSearchParams({ phone: phone(), email: email(), name: name() });
  const words = data.toString();
  if (words === asked || ![...data.values()].some(Boolean)) return;
  asked = words;
  const mine = ++turn;
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(form.dataset.earlier, { method: "POST", body: data });
    if (!answer.ok || answer.redirected || mine !== turn) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine === turn) shown.replaceChildren(...page.body.childNodes);
  } catch {
    asked = ""; // out of reach: the next key tries again
  }
}

let timer;
form.addEventListener("input", ({ target }) => {
  if (!["phone", "email", "name"].includes(target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
