// What a WebView takes from us when it shows the picture in a player of its own (WeChat, QQ, UC; full screen on an iPhone).

import { savesData } from "./thrift.ts";

const OWN_PLAYER = /MQQBrowser|TBS\/|UCBrowser|UCWEB|QQBrowser|MicroMessenger|baiduboxapp/i;
const TAKES_OVER = ["x5videoenterfullscreen", "webkitbeginfullscreen"];

/** Phones get a still that is sharp enough for them; a wide screen may have the larger one. */
export function sharpen(video: HTMLVideoElement): void {
  const { wide } = video.dataset;
  if (wide && matchMedia("(min-width: 60em)").matches && !savesData()) {
    video.poster = wide;
  }
}

/** The spoken line under the picture, from the words of the lesson on the same page. */
export function keepLine(root: HTMLElement, video: HTMLVideoElement): void {
  const line = root.querySelector<HTMLElement>("[data-line]");
  const words = document.querySelector<HTMLElement>("[data-transcript]");
  if (!line || !words) {
    return;
  }
  const follow = (): void => {
    const text = words.querySelector("[aria-current=true]")?.textContent ?? "";
    if (text !== line.textContent) {
      line.textContent = text;
    }
  };
  let isShown = false;
  const show = (): void => {
    if (!isShown) {
      isShown = true;
      line.hidden = false;
      video.addEventListener("timeupdate", follow);
      follow();
    }
  };
  if (OWN_PLAYER.test(navigator.userAgent)) {
    video.addEventListener("play", () => {
      show();
      // Some of them do show captions: not twice.
      Array.from(video.textTracks ?? []).forEach((track) => (track.mode = "hidden"));
    }, { once: true });
  }
  TAKES_OVER.forEach((name) => video.addEventListener(name, show));
}
