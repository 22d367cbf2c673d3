// The only script that pages load by themselves. Every page works without it.

// "Leave this site" takes the page out of the tab's history, so that Back does not lead back,
// and blanks it at once. So does Shift, three times within two seconds, outside of forms.
function leave() {
  const links = document.querySelectorAll(".leave");
  const presses = [];
  function go(event) {
    event.preventDefault();
    document.documentElement.hidden = true;
    location.replace(links[0].href);
  }
  links.forEach((link) => link.addEventListener("click", go));
  document.addEventListener("keydown", (event) => {
    const { key, repeat, target, timeStamp: now } = event;
    if (key !== "Shift" || target.form) presses.length = 0;
    else if (!repeat && presses.push(now) > 2 && now - presses.at(-3) < 2000) go(event);
  });
  document.querySelector("#leave-keys").hidden = false;
}

// The menu closes on Escape and when the focus or a tap goes elsewhere.
function menu() {
  const details = document.querySelector(".menu");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.firstElementChild.focus();
  });
  ["focusin", "click"].forEach((kind) =>
    document.addEventListener(kind, (event) => {
      if (!details.contains(event.target)) details.open = false;
    }),
  );
}

// Tools answer in place.
async function answer(event) {
  const { target: form, submitter: by } = event;
  const tool = form.closest(".tool");
  if (!tool || form.plain) return;
  event.preventDefault();
  try {
    const body = new URLSearchParams(new FormData(form));
    body.append(by.name, by.value);
    const reply = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    tool.innerHTML = page.querySelector(".tool").innerHTML;
    tool.querySelector("#answer").focus();
  } catch {
    form.plain = true;
    form.requestSubmit(by);
  }
}

// A page's own helper comes when the page is first used.
function helper() {
  const { script } = document.querySelector("[data-script]")?.dataset ?? {};
  const fetchIt = () => import(script);
  const once = { once: true };
  if (script) ["focusin", "pointerdown"].forEach((on) => addEventListener(on, fetchIt, once));
}

leave();
menu();
helper();
document.addEventListener("submit", answer);
