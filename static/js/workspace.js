// Keeps what is typed on the page of one inquiry: a template's text comes into its field without
// loading the page anew. Without this script the template's link opens the page with the text in it.
const field = document.getElementById("id_reply_text");
const templates = document.getElementById("reply-templates");
// What a template put there; on a page that shows a refused e-mail again, nothing.
let begun = new URLSearchParams(window.location.search).has("reply") ? field?.value : "";

async function begin(event) {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const own = field.value.trim() && field.value !== begun;
  if (own && !window.confirm(templates.dataset.replace)) return;
  const answer = await fetch(link.href).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    window.location.assign(link.href); // signed out, or out of reach: the browser says which
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  begun = page.getElementById(field.id)?.defaultValue ?? "";
  field.value = field.defaultValue = begun;
  field.focus();
  field.setSelectionRange(0, 0);
}

if (field && templates) {
  templates.addEventListener("click", begin);
  document.getElementById("reply-loads").hidden = true;
}
