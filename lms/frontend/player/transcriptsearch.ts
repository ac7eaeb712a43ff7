// Looking for a word in what is said: lines without it stay away, what was typed is marked in the others. Where nobody
// says it as it was typed, the server is asked: by its sound, in pinyin, or by what means the same.

const PAUSE_MS = 400;
const PATIENCE_MS = 8000;

/** From and to of each place where `asked` stands in `text`, capitals or not. */
export function places(text: string, asked: string): [number, number][] {
  const found: [number, number][] = [];
  const [read, wanted] = [text.toLowerCase(), asked.trim().toLowerCase()];
  if (!wanted || read.length !== text.length) {
    return found;
  }
  for (let at = read.indexOf(wanted); at >= 0; at = read.indexOf(wanted, at + wanted.length)) {
    found.push([at, at + wanted.length]);
  }
  return found;
}

/** The lines that may be meant, by when they begin (ms); none where nothing is found or nobody answers. */
async function near(address: string, asked: string): Promise<Set<string>> {
  const given = new AbortController();
  window.setTimeout(() => given.abort(), PATIENCE_MS);
  try {
    const response = await fetch(`${address}?q=${encodeURIComponent(asked)}`, {
      credentials: "same-origin",
      signal: given.signal,
    });
    const told = response.ok ? ((await response.json()) as { starts?: number[] }) : {};
    return new Set((told.starts ?? []).map(String));
  } catch {
    return new Set();
  }
}

function mark(button: HTMLElement, text: string, found: readonly [number, number][]): void {
  const parts: (string | HTMLElement)[] = [];
  let at = 0;
  for (const [from, to] of found) {
    const marked = document.createElement("mark");
    marked.textContent = text.slice(from, to);
    parts.push(text.slice(at, from), marked);
    at = to;
  }
  button.textContent = ""; // Chromium 80 has no replaceChildren
  button.append(...parts, text.slice(at));
}

/** `lines`: the buttons of all lines, also those that come later; `reach(index)`: Tab leads to that one. */
export function searchLines(
  field: HTMLInputElement,
  status: HTMLElement,
  lines: readonly HTMLButtonElement[],
  reach: (index: number) => void,
): void {
  let isComposing = false;
  let first = -1;
  let pause = 0;
  const { textFound = "{count}", textNone = "", textNear = "{count}", textLooking = "", within = "" } = status.dataset;
  const widen = async (asked: string): Promise<void> => {
    const starts = await near(within, asked);
    if (asked !== field.value.trim()) {
      return;
    }
    const shown = lines.filter((button) => starts.has(button.parentElement!.dataset.start ?? ""));
    shown.forEach((button) => (button.parentElement!.hidden = false));
    first = shown[0] ? lines.indexOf(shown[0]) : -1;
    if (first >= 0) {
      reach(first);
    }
    status.textContent = shown.length ? textNear.replace("{count}", String(shown.length)) : textNone;
  };
  const look = (): void => {
    const asked = field.value.trim();
    let count = 0;
    window.clearTimeout(pause);
    first = -1;
    lines.forEach((button, index) => {
      const text = button.textContent ?? "";
      const found = places(text, asked);
      button.parentElement!.hidden = Boolean(asked) && !found.length;
      if (found.length) {
        count += 1;
        first = first < 0 ? index : first;
      }
      if (found.length || button.querySelector("mark")) {
        mark(button, text, found);
      }
    });
    if (first >= 0) {
      reach(first);
    }
    const isWidened = within && !count && asked.length > 1;
    const without = isWidened ? textLooking : textNone;
    status.textContent = !asked ? "" : count ? textFound.replace("{count}", String(count)) : without;
    if (isWidened) {
      pause = window.setTimeout(() => void widen(asked), PAUSE_MS);
    }
  };
  field.addEventListener("compositionstart", () => (isComposing = true));
  field.addEventListener("compositionend", () => {
    isComposing = false;
    look();
  });
  field.addEventListener("input", () => isComposing || look());
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || isComposing) {
      return;
    }
    if (event.key === "Escape" && field.value) {
      event.preventDefault();
      field.value = "";
      look();
    } else if (first >= 0 && event.key === "ArrowDown") {
      event.preventDefault();
      lines[first]?.focus();
    } else if (first >= 0 && event.key === "Enter") {
      event.preventDefault();
      lines[first]?.click();
    }
  });
  look();
}
