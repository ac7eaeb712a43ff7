// Every page: nothing here is needed for reading or for any form to work.
import { mayWait } from "./answers/kept.ts";
import { post } from "./http.ts";
import { forgetPlaces, readPlaces } from "./player/places.ts";
import "./site.css";

/** A nervous finger presses twice: the second press of the same form is swallowed until the page changes or six seconds pass. */
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
  } else if (!event.defaultPrevented) {
    form.setAttribute("aria-busy", "true");
    // A download leaves the page where it is.
    window.setTimeout(() => form.removeAttribute("aria-busy"), 6000);
  }
});

// Coming back with the browser's own button finds the page as it was left: let its forms be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[aria-busy]").forEach((form) => form.removeAttribute("aria-busy"));
});

// Whoever has just signed in goes on where this phone stopped before. Only the place is handed over, never credit.
const adopt = document.body.dataset.adoptUrl;
const places = adopt ? readPlaces() : [];
if (adopt && places.length) {
  // The page at hand was made before the place was handed over; the player, loaded after this, reads it here.
  const player = document.querySelector<HTMLElement>("[data-player]");
  const here = places.find((place) => String(place.lesson) === player?.dataset.lesson);
  if (player && here && !Number(player.dataset.resume)) {
    player.dataset.resume = String(here.position);
  }
  post(adopt, { places })
    .then((response) => response.ok && forgetPlaces())
    .catch(() => undefined); // the next page tries again
}

// What may be said once a lesson has begun: playing does not bubble, so it is caught on its way down.
document.addEventListener(
  "playing",
  () => document.querySelectorAll<HTMLElement>("[data-when-begun]").forEach((each) => (each.hidden = false)),
  { capture: true, once: true },
);

// Where tabs do not fit side by side, the one of this page is in sight.
document.querySelectorAll<HTMLElement>(".tabs [aria-current]").forEach((tab) => {
  const row = tab.closest<HTMLElement>(".tabs")!;
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
});

// Papers are printed from the browser's menu; where there is a script, a button does it as well.
document.querySelectorAll<HTMLElement>("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// Answers to a quiz that were given without network, on whatever page the phone comes back.
if (mayWait()) {
  void import("./answers/arriving.ts").then((part) => part.arrive()).catch(() => undefined); // the next page tries again
}

// What a question may become, and speaking instead of typing: fetched by whoever is about to ask.
document.querySelector<HTMLInputElement>(".search input")?.addEventListener("focus", (event) => {
  const field = event.target as HTMLInputElement;
  void import("./search/suggesting.ts").then((part) => part.suggest(field), () => undefined); // typing works as before
}, { once: true });

/** As screening/choosing.ts writes it down. */
function holdsScreenings(mark: string): boolean {
  try {
    const holder = localStorage.getItem("tianjian.screenings");
    return holder !== null && holder !== mark;
  } catch {
    return false;
  }
}

// The codes of a screening lie on the phone of who leads it, and go when the phone shows a page to anybody else. Pages that
// a phone shows by itself bear nobody's mark.
const mark = document.body.dataset.mark;
if (mark !== undefined && holdsScreenings(mark)) {
  void import("./screening/choosing.ts").then((part) => part.tidy(mark)).catch(() => undefined); // the next page tries again
}

/** As kept/hint.ts and kept/practised.ts write it down; to load those for a look would cost every page a request. */
function keepsLessons(): boolean {
  try {
    return ["tianjian.lessons", "tianjian.practised"].some((key) => localStorage.getItem(key) !== null);
  } catch {
    return false;
  }
}

// Lessons kept on this phone: what may be played no longer goes, and what was watched without network is handed in.
if (keepsLessons()) {
  void import("./kept/tidying.ts").then((part) => part.tidyAndHandIn()).catch(() => undefined); // the next page tries again
}
