// A helper's page of a group viewing: the code that changes, the clock, and a screening where there is no network.
import { handIn, openKept, type Kept } from "./screening/kept.ts";
import { clock, codeAt, path, type Codes } from "./screening/squares.ts";
import "./styles/screening.css";
import type { Table } from "./table.ts";

const page = document.querySelector<HTMLElement>("[data-screening-page]");
const found = <T extends Element>(name: string): T | null => document.querySelector<T>(`[${name}]`);

function say(where: HTMLElement | null, words: string): void {
  if (where) {
    where.textContent = words;
  }
}

/** The codes of the whole screening are fetched once, so that they go on changing without network. */
async function showCodes(address: string): Promise<void> {
  const asked = performance.now();
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok) {
    return;
  }
  const made = (await response.json()) as Codes;
  const drawing = found<SVGSVGElement>("data-qr");
  let shown = "";
  const draw = (): void => {
    const code = codeAt(made, performance.now() - asked);
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
  for (const row of await table.all()) {
    if (!row.closed) {
      continue;
    }
    const outcome = await handIn(table, row);
    if (row.code !== here) {
      continue;
    }
    if (outcome.kind === "handed") {
      const { unclear, refused } = outcome.answer;
      const lines = [texts.textHanded ?? "", ...refused.map((each) => `${each.name}: ${each.text}`)];
      say(where, unclear.length ? [...lines, `${texts.textUnclear} ${unclear.join("、")}`].join(" ") : lines.join(" "));
      const after = found<HTMLElement>("data-offline-after");
      if (!unclear.length && !refused.length) {
        window.location.reload();
      } else if (after) {
        after.hidden = false;
      }
    } else if (outcome.kind === "sign-in") {
      say(where, texts.textSignIn ?? "");
    } else {
      say(where, outcome.kind === "refused" ? outcome.text : (texts.textKept ?? ""));
    }
  }
}

/** Without network the phone counts by itself and keeps everything every few seconds: it may be killed at any time. */
async function withoutNetwork(page: HTMLElement, table: Table<Kept>): Promise<void> {
  const [section, running, begin] = [
    found<HTMLElement>("data-offline")!,
    found<HTMLElement>("data-offline-running")!,
    found<HTMLButtonElement>("data-offline-start")!,
  ];
  const [list, form, status] = [
    found<HTMLElement>("data-offline-list")!,
    found<HTMLFormElement>("data-offline-name")!,
    found<HTMLElement>("data-offline-status")!,
  ];
  const texts = page.dataset;
  const here = texts.code!;
  const known = (await table.all()).find((row) => row.code === here);
  const row: Kept = known ?? { code: here, address: texts.handInUrl!, seconds: 0, names: [], closed: false };
  const length = Number(texts.length);
  section.hidden = false;

  const again = (): Promise<void> => handInAll(table, texts, here, status);
  const write = (name: string, since: number): void => {
    const item = document.createElement("li");
    item.className = "row";
    item.textContent = since ? `${name} (${clock(since)})` : name;
    list.append(item);
  };
  const alone = (): void => {
    begin.hidden = true;
    found<HTMLElement>("data-online")!.hidden = true;
  };
  const run = (): void => {
    alone();
    running.hidden = false;
    row.names.forEach(([name, since]) => write(name, since));
    const before = row.seconds;
    const [steady, wall] = [performance.now(), Date.now()];
    // A phone that sleeps stops one of its clocks. Whatever it says, the server cuts it to what can be so.
    const passed = (): number => Math.floor(Math.max(performance.now() - steady, Date.now() - wall, 0) / 1000);
    const tick = window.setInterval(() => {
      row.seconds = Math.min(before + passed(), length);
      say(found("data-offline-clock"), clock(row.seconds));
      if (row.seconds % 5 === 0) {
        void table.put(row);
      }
    }, 500);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.removeAttribute("aria-busy");
      const field = form.querySelector("input")!;
      const name = field.value.trim();
      if (name && !row.names.some(([known]) => known === name)) {
        const since = row.seconds < 60 ? 0 : row.seconds;
        row.names.push([name, since]);
        write(name, since);
        void table.put(row);
      }
      field.value = "";
    });
    found<HTMLButtonElement>("data-offline-close")!.addEventListener("click", () => {
      window.clearInterval(tick);
      row.closed = true;
      running.hidden = true;
      say(status, texts.textKept ?? "");
      void table.put(row).then(again);
    });
  };
  if (row.closed) {
    alone();
  } else if (known) {
    run();
  } else {
    begin.addEventListener("click", () => {
      void table.put(row).then(run);
    });
  }
  window.addEventListener("online", () => void again());
  window.setInterval(() => void again(), 30_000);
  await again();
}

if (page) {
  const { codesUrl, screeningPage: state } = page.dataset;
  if ((state === "doors" || state === "running") && codesUrl) {
    void showCodes(codesUrl).catch(() => undefined); // the code that came with the page stays
    window.setInterval(() => void showPeople(codesUrl).catch(() => undefined), 20_000);
  }
  const where = found<HTMLElement>("data-clock");
  if (where) {
    runClock(where, Number(page.dataset.elapsed), Number(page.dataset.length));
  }
  if (state === "prepared") {
    openKept()
      .then((table) => withoutNetwork(page, table))
      .catch(() => say(found("data-offline-status"), page.dataset.textNoRoom ?? ""));
  }
} else {
  // The list of my screenings: what another page left is handed in from here as well.
  openKept()
    .then((table) => handInAll(table, {}, "", null))
    .catch(() => undefined);
}
