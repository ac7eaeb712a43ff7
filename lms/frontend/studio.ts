// A trainer's own pages: the state that keeps itself true, the player, and cutting where there is something to cut.
import "./styles/studio.css";
import { Source } from "./player/source.ts";

const EVERY_MS = 3000;

/** Asks for a part of the page again while something in it moves. */
function keepTrue(box: HTMLElement): void {
  const again = (): void => {
    if (box.querySelector("[data-moving]")) {
      window.setTimeout(() => void look(), EVERY_MS);
    } else if (box.hasAttribute("data-reload")) {
      location.reload();
    }
  };
  const look = async (): Promise<void> => {
    if (document.visibilityState === "visible") {
      try {
        const headers = { "X-Requested-With": "XMLHttpRequest" };
        const answer = await fetch(box.dataset.live ?? "", { credentials: "same-origin", headers });
        if (answer.status === 403) {
          return; // the page has stood idle: whoever comes back reloads it
        }
        if (answer.ok) {
          box.innerHTML = await answer.text();
        }
      } catch {
        // no network: the next round asks again
      }
    }
    again();
  };
  if (box.querySelector("[data-moving]")) {
    again();
  }
}

document.querySelectorAll<HTMLElement>("[data-live]").forEach(keepTrue);

const video = document.querySelector<HTMLVideoElement>("video[data-master]");
if (video?.dataset.master) {
  const lost = document.querySelector<HTMLElement>("[data-lost]");
  void new Source(video, { lost: () => lost?.removeAttribute("hidden") }).load(video.dataset.master, 0, false);
}

const cutting = document.querySelector<HTMLFormElement>("form[data-cutting]");
if (video && cutting) {
  void import("./cutting.ts").then(({ Cutting }) => new Cutting(cutting, video));
}
