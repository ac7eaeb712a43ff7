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

/**
 * The spoken line under the picture, from the words of the lesson on the same page: where the view takes the picture over,
 * and, told so, while there is only sound: Chrome puts captions behind the controls then.
 */
export function keepLine(root: HTMLElement, video: HTMLVideoElement): (isListening: boolean) => void {
  const line = root.querySelector<HTMLElement>("[data-line]");
  const words = document.querySelector<HTMLElement>("[data-transcript]");
  if (!line || !words) {
    return () => undefined;
  }
  const follow = (): void => {
    const text = words.querySelector("[aria-current=true]")?.textContent ?? "";
    if (text !== line.textContent) {
      line.textContent = text;
    }
  };
  const show = (isShown: boolean): void => {
    line.hidden = !isShown;
    video.removeEventListener("timeupdate", follow);
    if (isShown) {
      video.addEventListener("timeupdate", follow);
      follow();
    }
  };
  let before: TextTrackMode = "showing";
  const showInstead = (isShown: boolean): void => {
    const track = video.textTracks?.[0];
    if (track && line.hidden === isShown) {
      before = isShown ? track.mode : before;
      track.mode = isShown ? "hidden" : before;
    }
    show(isShown);
  };
  let isTaken = OWN_PLAYER.test(navigator.userAgent);
  if (isTaken) {
    video.addEventListener("play", () => showInstead(true), { once: true });
  }
  TAKES_OVER.forEach((name) => video.addEventListener(name, () => {
    isTaken = true; // its own captions are a matter of that player
    show(true);
  }));
  return (isListening) => isTaken || showInstead(isListening);
}
