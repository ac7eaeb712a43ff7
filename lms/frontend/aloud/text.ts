// What of a page is read: its blocks in order, each in sentences, and where in the page each sentence stands.

/** What may be read, where it holds none of its kind. */
const BLOCKS = "h1,h2,h3,h4,p,li,legend,label,figcaption,.choice";
/** Not part of what is read. */
const APART = "[data-aloud],.hint,.error,.visually-hidden,audio,video,[hidden]";
/** A voice from elsewhere falls silent after a quarter of a minute without a pause. */
const LONGEST = 60;

export function blocksIn(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(BLOCKS)].filter(
    (block) => !block.closest(APART) && !block.querySelector(BLOCKS) && wordsOf(block).trim() !== "",
  );
}

/** Its text as lines: a break in the page is one in the text. */
export function wordsOf(block: HTMLElement): string {
  return textNodes(block).map(({ data, previousSibling }) => (previousSibling?.nodeName === "BR" ? "\n" : "") + data).join("");
}

export function sentences(text: string): string[] {
  const found: string[] = [];
  for (const [part] of text.matchAll(/[^。！？；!?\n]*(?:[。！？；!?]+[”’」』）)]*|\n|$)/g)) {
    if (!part.trim()) {
      continue;
    }
    const says = /[\p{L}\p{N}]/u.test(part);
    if (says || !found.length) {
      found.push(...shortened(part));
    } else {
      found[found.length - 1] += part;
    }
  }
  return found;
}

function shortened(sentence: string): string[] {
  if (sentence.length <= LONGEST) {
    return [sentence];
  }
  const parts: string[] = [""];
  for (const clause of sentence.match(/[^，、：,:]+[，、：,:]*/g) ?? [sentence]) {
    if (parts[parts.length - 1]!.length + clause.length > LONGEST && parts[parts.length - 1] !== "") {
      parts.push("");
    }
    parts[parts.length - 1] += clause;
  }
  return parts;
}

/** How many characters are seen: what a page and the server count alike, however either breaks its lines. */
export function characters(text: string): number {
  return [...text.replace(/\s+/g, "")].length;
}

function textNodes(block: HTMLElement): Text[] {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (walker.nextNode()) {
    found.push(walker.currentNode as Text);
  }
  return found;
}

/** Puts a mark around each sentence, given how many characters they have; what stands before the first is left alone. */
export function mark(block: HTMLElement, lengths: readonly number[]): HTMLElement[][] {
  const marks: HTMLElement[][] = lengths.map(() => []);
  let before = Math.max(characters(wordsOf(block)) - lengths.reduce((sum, each) => sum + each, 0), 0);
  let at = 0;
  let left = lengths[0] ?? 0;
  for (const node of textNodes(block)) {
    let rest: Text | null = node;
    while (rest && at < lengths.length) {
      const wanted: number = before || left;
      const end = endOf(rest.data, wanted);
      const seen = characters(rest.data.slice(0, end));
      const after: Text | null = end < rest.data.length ? rest.splitText(end) : null;
      if (before) {
        before -= seen;
      } else {
        if (seen) {
          const span = document.createElement("span");
          rest.replaceWith(span);
          span.append(rest);
          marks[at]!.push(span);
        }
        left -= seen;
        if (left <= 0) {
          at += 1;
          left = lengths[at] ?? 0;
        }
      }
      rest = after;
    }
  }
  return marks;
}

/** Where in the text so many characters that are seen have passed. */
function endOf(text: string, wanted: number): number {
  let [place, seen] = [0, 0];
  for (const character of text) {
    if (seen >= wanted) {
      break;
    }
    place += character.length;
    seen += /\s/.test(character) ? 0 : 1;
  }
  return place;
}

export function unmark(marks: HTMLElement[][]): void {
  marks.forEach((spans) =>
    spans.forEach((span) => {
      const parent = span.parentNode;
      span.replaceWith(...span.childNodes);
      parent?.normalize();
    }));
}
