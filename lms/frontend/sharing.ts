// 发给别人: the link can be copied, or handed to whatever the phone sends things with. Without this the link stands there.

const box = document.querySelector<HTMLElement>("[data-pass-on]");
if (box) {
  const { title = "", words = "", link = "" } = box.dataset;
  const part = (name: string): HTMLElement => box.querySelector<HTMLElement>(name)!;
  const [copy, share, said] = [part("[data-copy]"), part("[data-share]"), part("[data-pass-on-said]")];

  const say = (text: string | undefined): void => {
    said.textContent = text ?? "";
    said.hidden = !text;
  };

  copy.hidden = false;
  copy.addEventListener("click", () =>
    void copied(link).then((done) => say(done ? said.dataset.textCopied : said.dataset.textByHand)));

  // Browsers inside chats have it seldom; there the sentence below says how.
  if (typeof navigator.share === "function") {
    share.hidden = false;
    share.addEventListener("click", () => void navigator.share({ title, text: words, url: link }).catch(() => undefined));
  }
}

/** Whether the text is on the clipboard now. Old WebViews know only the older way, and plain addresses (http) as well. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true;
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    field.setSelectionRange(0, text.length);
    try {
      return document.execCommand("copy");
    } finally {
      field.remove();
    }
  }
}

export {};
