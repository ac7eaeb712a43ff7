// The captions of a recording in the Wagtail admin: the desk where there is an open draft, else versions to listen to.
import "./styles/captions.css";
import { Desk } from "./captions/desk.ts";
import { Source } from "./player/source.ts";

const root = document.querySelector<HTMLElement>("[data-captions]");

/** A version that is only read: a press on a line plays it, and the line that is spoken is marked. */
function listen(page: HTMLElement): void {
  const video = page.querySelector("video");
  const lines = Array.from(page.querySelectorAll<HTMLElement>("[data-line][data-start]"));
  if (!video?.dataset.master) {
    return;
  }
  const source = new Source(video, { lost: () => page.querySelector("[data-lost]")?.removeAttribute("hidden") });
  void source.load(video.dataset.master, 0, false);
  page.addEventListener("click", (event) => {
    const line = (event.target as HTMLElement).closest("[data-play]")?.closest<HTMLElement>("[data-line]");
    if (line) {
      video.currentTime = Number(line.dataset.start) / 1000;
      void video.play().catch(() => undefined);
    }
  });
  video.addEventListener("timeupdate", () => {
    const now = video.currentTime * 1000;
    lines.forEach((line) => line.classList.toggle("is-current", Number(line.dataset.start) <= now && now < Number(line.dataset.end)));
  });
}

async function begin(page: HTMLElement): Promise<void> {
  const more = page.querySelector<HTMLDetailsElement>("[data-open-if-told]");
  if (more?.querySelector("[role=alert]")) {
    more.open = true;
  }
  if (!("draft" in page.dataset)) {
    listen(page);
  } else if (!(await new Desk(page).open().catch(() => false))) {
    page.classList.remove("is-live"); // the form stays, and works without any of this
    listen(page);
  }
}

if (root) {
  void begin(root);
}
