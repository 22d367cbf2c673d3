// The browser asks before words in a form that was not sent are left. A form that was refused and
// is shown again carries data-unsent: all of its words count, not only what was typed since.
const WORDS = "textarea, input[type=text], input[type=tel], input[type=email]";
let sent = null;

const isTyped = ({ form, value, defaultValue }) =>
  value.trim() !== ("unsent" in form.dataset ? "" : defaultValue.trim());

document.addEventListener("submit", ({ target }) => {
  sent = target;
});
window.addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll(".desk-form")].filter((form) => form !== sent);
  if (forms.some((form) => [...form.querySelectorAll(WORDS)].some(isTyped))) event.preventDefault();
  sent = null; // whoever stays sends anew
});
