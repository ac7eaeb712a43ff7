// 读给我听 on pages: every [data-aloud] of the page (lms/templates/components/aloud.html) reads the part it names.
import { offerReading } from "./aloud/button.ts";
import { blocksIn } from "./aloud/text.ts";
import type { Piece } from "./aloud/reader.ts";

async function fetchPieces(address: string): Promise<Piece[]> {
  const response = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!response.ok) {
    throw new Error(String(response.status));
  }
  return ((await response.json()) as { pieces: Piece[] }).pieces;
}

document.querySelectorAll<HTMLElement>("[data-aloud]").forEach((holder) => {
  const { aloud, language = "zh", sounds, textRead = "", textStop = "", textAgain = "", textFailed = "" } = holder.dataset;
  const target = aloud ? document.getElementById(aloud) : holder.parentElement;
  if (target) {
    offerReading(
      holder,
      { language, blocks: () => blocksIn(target), sounds: sounds ? () => fetchPieces(sounds) : null },
      { read: textRead, stop: textStop, again: textAgain, failed: textFailed },
    );
  }
});
