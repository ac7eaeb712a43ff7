// What a WebView takes from us when it shows the picture in a player of its own (WeChat, QQ, UC; full screen on an iPhone).

const OWN_PLAYER = /MQQBrowser|TBS\/|UCBrowser|UCWEB|QQBrowser|MicroMessenger|baiduboxapp/i;
const TAKES_OVER = ["x5videoenterfullscreen", "webkitbeginfullscreen"];

/** The still behind the video as its poster as well: such a player covers it. The file is the one already shown. */
export function keepStill(root: HTMLElement, video: HTMLVideoElement): void {
  const still = root.querySelector<HTMLImageElement>("[data-still]");
  if (!still) {
    return;
  }
  const show = (): void => void (video.poster = still.currentSrc || still.src);
  if (still.complete && still.naturalWidth) {
    show();
  } else {
    still.addEventListener("load", show, { once: true });
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
    video.addEventListener("play", show, { once: true });
  }
  TAKES_OVER.forEach((name) => video.addEventListener(name, show));
}
