// Where the browser offers to put the site on the home screen, one line says so; it is put away for good with one press.

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ outcome: "accepted" | "dismissed" }>;
}

const ANSWERED = "tianjian.install";

function isAnswered(): boolean {
  try {
    return localStorage.getItem(ANSWERED) !== null;
  } catch {
    return true;
  }
}

function answer(): void {
  try {
    localStorage.setItem(ANSWERED, "1");
  } catch {
    // Asked again next time.
  }
}

/** Listens from the start, because the browser offers it once. */
export function offerInstall(box = document.querySelector<HTMLElement>("[data-install]")): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    if (!box || isAnswered()) {
      return;
    }
    event.preventDefault(); // instead of the browser's own bar
    const offer = event as InstallPrompt;
    box.hidden = false;
    const close = (): void => {
      answer();
      box.hidden = true;
    };
    box.querySelector("[data-install-yes]")?.addEventListener("click", () => {
      void offer.prompt();
      void offer.userChoice.then(close, close);
    }, { once: true });
    box.querySelector("[data-install-no]")?.addEventListener("click", close, { once: true });
  });
}
