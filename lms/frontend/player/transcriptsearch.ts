// Looking for a word in what is said: lines without it stay away, what was typed is marked in the others.

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
  const look = (): void => {
    const asked = field.value.trim();
    let count = 0;
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
    const { textFound = "{count}", textNone = "" } = status.dataset;
    status.textContent = !asked ? "" : count ? textFound.replace("{count}", String(count)) : textNone;
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
