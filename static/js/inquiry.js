// The questions follow whom they are about without the page being opened anew, so that what is
// typed stays. Without this script the links and the next page do the same.
(() => {
  const form = document.querySelector("form.inquiry");
  const asked = "[id^=div_id_]";
  if (!form) return;
  const address = (audience) => {
    const url = new URL("..", form.action);
    url.searchParams.set("for", audience);
    const from = form.elements.came_from;
    if (from) url.searchParams.set("from", from.value);
    return url;
  };

  // Words only: no control is replaced, none with an answer goes.
  const reword = (page) => {
    let before = null;
    for (const theirs of page.querySelectorAll(asked)) {
      let ours = document.getElementById(theirs.id);
      if (!ours && before) before.after((ours = theirs.cloneNode(true)));
      else if (!ours) form.querySelector("h2").after((ours = theirs.cloneNode(true)));
      else for (const part of ["label.form-label", "legend", ".form-text"]) {
        const [from, to] = [theirs.querySelector(part), ours.querySelector(part)];
        if (from && to) to.replaceChildren(...from.cloneNode(true).childNodes);
      }
      before = ours;
    }
    const gone = document.getElementById("div_id_relationship");
    const answer = gone && gone.querySelector("input");
    if (gone && !page.getElementById(gone.id) && !answer.value) gone.remove();
    const lead = page.querySelector(".page-head .lead");
    if (lead) document.querySelector(".page-head .lead").textContent = lead.textContent;
  };

  let latest = 0;
  const follow = async (audience) => {
    const mine = ++latest;
    try {
      const text = await (await fetch(address(audience))).text();
      if (mine === latest) reword(new DOMParser().parseFromString(text, "text/html"));
    } catch {
      // Out of reach: the words stay as they are, and so does every answer.
    }
  };

  // This script comes with the first touch of the page, which may have been an answer.
  const chosen = form.querySelector("[name=asking_for]:checked");
  if (chosen && !chosen.defaultChecked) follow(chosen.value);
  form.addEventListener("change", ({ target }) => {
    if (target.name === "asking_for") follow(target.value);
  });
  const links = document.querySelectorAll(".audiences a");
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // into a tab of its own
      const audience = new URL(link.href).searchParams.get("for");
      event.preventDefault();
      form.elements.asking_for.value = audience;
      for (const other of links) other.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
      history.replaceState(null, "", link.href);
      follow(audience);
    });
  }

  // A shared device: going back after sending shows an empty form, whatever the browser remembers.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });
})();
