// Inside the one file of a lesson that people pass on (lms/templates/learning/passed_on/): opens the film that stands in
// the page as base64, shows its captions, and follows its words. Nothing is fetched and nothing is kept.

const pieces = document.querySelectorAll<HTMLScriptElement>("script[data-piece]");
const film: BlobPart[] = [];
pieces.forEach((piece) => {
  const text = atob(piece.textContent ?? "");
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    bytes[at] = text.charCodeAt(at);
  }
  film.push(bytes);
  piece.remove(); // the phone need not hold it twice
});

const video = document.querySelector("video")!;
video.src = URL.createObjectURL(new Blob(film, { type: "video/mp4" }));
document.getElementById("waiting")?.remove();

const lines = Array.prototype.slice.call(document.querySelectorAll<HTMLLIElement>("#words li")) as HTMLLIElement[];
if (lines.length) {
  const language = document.getElementById("words")!.closest<HTMLElement>("[lang]")?.lang ?? "zh";
  const track = video.addTextTrack("captions", language, language);
  lines.forEach((line) => {
    const [start, end] = [Number(line.dataset.start) / 1000, Number(line.dataset.end) / 1000];
    if (end > start) {
      track.addCue(new VTTCue(start, end, line.textContent ?? ""));
    }
    line.addEventListener("click", () => {
      video.currentTime = start;
      void video.play();
    });
  });
  track.mode = "showing";
  let shown: HTMLLIElement | undefined;
  video.addEventListener("timeupdate", () => {
    const now = video.currentTime * 1000;
    const line = lines.find(({ dataset }) => Number(dataset.start) <= now && now < Number(dataset.end));
    if (line !== shown) {
      shown?.classList.remove("now");
      line?.classList.add("now");
      shown = line;
    }
  });
}

export {};
