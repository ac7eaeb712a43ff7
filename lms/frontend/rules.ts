// The form of a rule for hours: the preview follows what is typed. Without this a button shows it.

const WAIT_MS = 400;
const form = document.querySelector<HTMLFormElement>("[data-rule-form]");
const shown = document.getElementById("rule-preview");
let waiting = 0;
let asked: AbortController | null = null;

async function show(): Promise<void> {
  asked?.abort();
  asked = new AbortController();
  const body = new FormData(form!);
  body.set("action", "preview");
  const headers = { "X-Requested-With": "XMLHttpRequest" };
  const answer = await fetch(window.location.href, { method: "POST", body, headers, signal: asked.signal });
  if (answer.ok) {
    shown!.innerHTML = await answer.text();
  }
}

if (form && shown) {
  form.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => void show().catch(() => undefined), WAIT_MS); // the button still shows it
  });
}
