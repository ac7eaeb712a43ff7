// A helper's page of a group viewing: the code that changes, the clock, and a screening where there is no network. The same
// script fills the page that the phone shows by itself, without the server.
import { frameKept, worker } from "./kept/ability.ts";
import { screeningOf } from "./kept/words.ts";
import { choose, tidy } from "./screening/choosing.ts";
import { chosen, type Chosen, codeNow } from "./screening/chosen.ts";
import { handIn, openKept, type Kept, waits } from "./screening/kept.ts";
import { clock, path, type Codes, type Packed } from "./screening/squares.ts";
import "./styles/screening.css";
import type { Table } from "./table.ts";

const page = document.querySelector<HTMLElement>("[data-screening-page]");
const found = <T extends Element>(name: string): T | null => document.querySelector<T>(`[${name}]`);

function say(where: HTMLElement | null, words: string): void {
  if (where) {
    where.textContent = words;
  }
}

function show(name: string, shown: boolean): void {
  document.querySelectorAll<HTMLElement>(`[${name}]`).forEach((each) => (each.hidden = !shown));
}

/** Draw the code of each moment, for as long as there is one. */
function drawCodes(now: () => Packed | null): void {
  const drawing = found<SVGSVGElement>("data-qr");
  let shown = "";
  const draw = (): void => {
    const code = now();
    if (drawing && code && code[1] !== shown) {
      shown = code[1];
      const side = code[0] + 8;
      drawing.setAttribute("viewBox", `-4 -4 ${side} ${side}`);
      drawing.querySelector("path")?.setAttribute("d", `M-4 -4h${side}v${side}h-${side}z`);
      drawing.querySelector("[data-qr-path]")?.setAttribute("d", path(code));
    }
  };
  draw();
  window.setInterval(draw, 500);
}

/** What the phone needs to go on by itself. The codes of the whole screening are fetched once. */
async function keepChosen({ dataset: told }: HTMLElement): Promise<Chosen | null> {
  const state = told.screeningPage as Chosen["state"];
  await tidy(told.mark ?? "").catch(() => undefined);
  let codes: Codes | null = null;
  const here = state === "prepared" ? await chosen(told.code!).catch(() => undefined) : undefined;
  const at = Date.now();
  if (!here?.codes) {
    const response = await fetch(told.codesUrl!, { credentials: "same-origin" }).catch(() => null);
    codes = response?.ok ? ((await response.json()) as Codes) : null;
  }
  const row: Chosen = {
    code: told.code!,
    mark: told.mark ?? "",
    title: told.lesson ?? "",
    place: told.place ?? "",
    length: Number(told.length),
    address: told.handInUrl!,
    state,
    elapsed: Number(told.elapsed),
    codes,
    at,
    until: at + Number(told.stateLeft) * 1000,
  };
  return choose(row).catch(() => row);
}

/** The worker, with the page that it shows without network. */
async function getReady(page: HTMLElement): Promise<boolean> {
  const address = page.dataset.workerUrl;
  if (!address || !("serviceWorker" in navigator) || !("caches" in window)) {
    return false;
  }
  return frameKept(await worker(address));
}

async function showPeople(address: string): Promise<void> {
  const response = await fetch(`${address}?count`, { credentials: "same-origin" });
  if (response.ok) {
    say(found("data-people"), ((await response.json()) as { people: string }).people);
  }
}

function runClock(where: HTMLElement, elapsed: number, length: number): void {
  const begun = performance.now() - elapsed * 1000;
  window.setInterval(() => say(where, clock(Math.min(Math.floor((performance.now() - begun) / 1000), length))), 500);
}

let underway: Promise<void> | null = null;

/** Hand in what waits, once at a time, and say on this page what became of its own. */
function handInAll(table: Table<Kept>, texts: DOMStringMap, here: string, where: HTMLElement | null): Promise<void> {
  underway ??= handInEach(table, texts, here, where).finally(() => (underway = null));
  return underway;
}

async function handInEach(table: Table<Kept>, texts: DOMStringMap, here: string, where: HTMLElement | null): Promise<void> {
  for (const row of (await table.all()).filter(waits)) {
    const outcome = await handIn(table, row);
    if (row.code !== here) {
      continue;
    }
    if (outcome.kind === "handed") {
      const { unclear, refused } = outcome.answer;
      const lines = [texts.textHanded ?? "", ...refused.map((each) => `${each.name}: ${each.text}`)];
      say(where, unclear.length ? [...lines, `${texts.textUnclear} ${unclear.join("、")}`].join(" ") : lines.join(" "));
      if (!unclear.length && !refused.length) {
        window.location.reload();
      } else {
        show("data-offline-after", true);
      }
    } else if (outcome.kind === "sign-in") {
      say(where, texts.textSignIn ?? "");
    } else {
      say(where, outcome.kind === "refused" ? outcome.text : (texts.textKept ?? ""));
    }
  }
}

/** Without network the phone counts by itself and keeps everything every few seconds: it may be killed at any time. */
async function withoutNetwork(texts: DOMStringMap, choice: Chosen, table: Table<Kept>): Promise<void> {
  const [begin, film, close] = [
    found<HTMLButtonElement>("data-offline-start")!,
    found<HTMLButtonElement>("data-offline-film")!,
    found<HTMLButtonElement>("data-offline-close")!,
  ];
  const [list, form, status] = [
    found<HTMLElement>("data-offline-list")!,
    found<HTMLFormElement>("data-offline-name")!,
    found<HTMLElement>("data-offline-status")!,
  ];
  const here = choice.code;
  const known = (await table.all()).find((row) => row.code === here);
  const row: Kept = known ?? { code: here, address: choice.address, seconds: 0, names: [], closed: false };
  // The film runs by the server's clock: names alone are written down.
  const named = choice.state === "running";
  const again = (): Promise<void> => handInAll(table, texts, here, status);
  let counting = 0;

  const shownSeconds = (): number => (named ? Math.min(choice.elapsed + Math.floor((Date.now() - choice.at) / 1000), choice.length) : row.seconds);
  const write = (name: string, since: number): void => {
    const item = document.createElement("li");
    item.className = "row";
    item.textContent = since ? `${name} (${clock(since)})` : name;
    list.append(item);
  };
  const alone = (): void => {
    show("data-offline-start", false);
    show("data-offline-how", false);
    show("data-online", false);
  };
  const count = (): void => {
    show("data-offline-film", false);
    show("data-offline-clock", true);
    show("data-offline-close", true);
    const before = row.seconds;
    const [steady, wall] = [performance.now(), Date.now()];
    // A phone that sleeps stops one of its clocks. Whatever it says, the server cuts it to what can be so.
    const passed = (): number => Math.floor(Math.max(performance.now() - steady, Date.now() - wall, 0) / 1000);
    counting = window.setInterval(() => {
      row.seconds = Math.min(before + passed(), choice.length);
      say(found("data-offline-clock"), clock(row.seconds));
      if (row.seconds % 5 === 0) {
        void table.put(row);
      }
    }, 500);
  };
  const run = (): void => {
    alone();
    show("data-offline-running", true);
    row.names.forEach(([name, since]) => write(name, since));
    const doors = choice.state === "prepared" ? row.doors : undefined;
    const code = (): Packed | null => codeNow(choice, Date.now(), doors);
    show("data-offline-code", code() !== null);
    show("data-offline-codeless", code() === null);
    drawCodes(code);
    if (named) {
      show("data-offline-clock", true);
      show("data-offline-runs", true);
      window.setInterval(() => say(found("data-offline-clock"), clock(shownSeconds())), 500);
    } else if (row.begun || row.doors === undefined) {
      count();
    } else {
      show("data-offline-film", true);
    }
  };

  begin.addEventListener("click", () => {
    row.doors = Date.now();
    void table.put(row).then(run);
  });
  film.addEventListener("click", () => {
    row.begun = true;
    void table.put(row).then(count);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.removeAttribute("aria-busy");
    const field = form.querySelector("input")!;
    const name = field.value.trim();
    if (name && !row.names.some(([known]) => known === name)) {
      const since = shownSeconds() < 60 ? 0 : shownSeconds();
      row.names.push([name, since]);
      row.named = named;
      write(name, since);
      void table.put(row).then(() => (named ? again() : undefined));
    }
    field.value = "";
    field.focus();
  });
  close.addEventListener("click", () => {
    window.clearInterval(counting);
    row.closed = true;
    show("data-offline-running", false);
    say(status, texts.textKept ?? "");
    void table.put(row).then(again);
  });

  show("data-offline", true);
  if (row.closed) {
    alone();
  } else if (named) {
    run();
  } else if (known) {
    run();
  } else if (choice.state === "doors") {
    row.doors = choice.at - (choice.codes?.since_doors_ms ?? 0);
    run();
  } else {
    show("data-offline-start", true);
  }
  window.addEventListener("online", () => void again());
  window.setInterval(() => void again(), 30_000);
  await again();
}

/** The page that the phone shows by itself: it has the place for everything, and knows nothing. */
async function onItsOwn(page: HTMLElement): Promise<void> {
  const choice = await chosen(screeningOf(location.pathname) ?? "").catch(() => undefined);
  if (!choice) {
    show("data-none", true);
    return;
  }
  say(found("data-title"), choice.title);
  say(found("data-place"), choice.place);
  show("data-place", true);
  found<HTMLAnchorElement>("data-people-link")!.href = `/learn/screenings/${choice.code}/people/`;
  await withoutNetwork(page.dataset, choice, await openKept());
}

/** A button that needs the server is not pressed into the void. */
function holdBack(page: HTMLElement): void {
  page.querySelectorAll<HTMLFormElement>("form[method=post]").forEach((form) =>
    form.addEventListener("submit", (event) => {
      if (!navigator.onLine) {
        event.preventDefault();
        say(found("data-net-status"), page.dataset.textNoNetwork ?? "");
      }
    }),
  );
}

async function fromServer(page: HTMLElement): Promise<void> {
  const { codesUrl, screeningPage: state } = page.dataset;
  holdBack(page);
  const where = found<HTMLElement>("data-clock");
  if (where) {
    runClock(where, Number(page.dataset.elapsed), Number(page.dataset.length));
  }
  if (state !== "prepared" && state !== "doors" && state !== "running") {
    await tidy(page.dataset.mark ?? "", page.dataset.code);
    const table = await openKept();
    await handInAll(table, page.dataset, "", null);
    return;
  }
  const keeping = keepChosen(page);
  const ready = getReady(page).catch(() => false);
  if (state === "prepared") {
    show("data-offline", true);
    show("data-offline-getting-ready", true);
    const choice = await keeping;
    if (choice) {
      await openKept()
        .then((table) => withoutNetwork(page.dataset, choice, table))
        .catch(() => say(found("data-offline-status"), page.dataset.textNoRoom ?? ""));
    }
    const isReady = await ready;
    show("data-offline-getting-ready", false);
    show("data-offline-ready", isReady && choice !== null && choice.codes !== null);
    show("data-offline-unready", !isReady);
    return;
  }
  const choice = await keeping;
  if (choice?.codes) {
    drawCodes(() => codeNow(choice, Date.now())); // else the code that came with the page stays
  }
  window.setInterval(() => void showPeople(codesUrl!).catch(() => undefined), 20_000);
  // What was written down while the network was gone.
  await openKept().then((table) => handInAll(table, page.dataset, page.dataset.code!, found("data-net-status")));
}

if (page?.dataset.screeningPage === "kept") {
  void onItsOwn(page);
} else if (page) {
  void fromServer(page).catch(() => undefined);
} else {
  // The list of my screenings: what another page left is handed in from here as well.
  openKept()
    .then((table) => handInAll(table, {}, "", null))
    .catch(() => undefined);
}
