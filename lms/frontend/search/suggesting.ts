// While somebody types a question: words that stand in lessons, and lessons by their titles. A combobox as the ARIA
// Authoring Practices describe it (list autocomplete, manual selection): the field keeps the focus, arrows choose, Enter
// takes what is chosen, Escape closes. Nothing is asked while an input method composes.
import { canListen, Listener } from "./listening.ts";

interface Answer {
  words: string[];
  lessons: { title: string; url: string }[];
}

// From the folder of chunks, as built; kept out of the sheet that every page loads.
const STYLES = "../suggesting.css";
const PAUSE_MS = 180;
const LIST = "search-suggestions";

export function suggest(field: HTMLInputElement): void {
  const form = field.form!;
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL(STYLES, import.meta.url).href;
  const list = document.createElement("ul");
  list.id = LIST;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.textList ?? "");
  list.hidden = true;
  form.append(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", LIST);
  field.autocomplete = "off";

  let chosen = -1;
  let isComposing = false;
  let timer = 0;
  let asked: AbortController | null = null;
  let told = "";

  const options = (): HTMLElement[] => Array.from(list.children) as HTMLElement[];
  const choose = (index: number): void => {
    chosen = index;
    options().forEach((option, other) => option.setAttribute("aria-selected", String(other === index)));
    const option = options()[index];
    option ? field.setAttribute("aria-activedescendant", option.id) : field.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };
  const open = (isOpen: boolean): void => {
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
    form.classList.toggle("search-open", isOpen);
    choose(-1);
  };
  const take = (option: HTMLElement): void => {
    const { url, word } = option.dataset;
    open(false);
    if (url) {
      location.assign(url);
    } else {
      field.value = word ?? "";
      form.requestSubmit ? form.requestSubmit() : form.submit(); // Chromium before 76 and its kin
    }
  };
  const fill = (answer: Answer): void => {
    list.textContent = "";
    const add = (text: string, data: Record<string, string>): void => {
      const option = document.createElement("li");
      option.id = `${LIST}-${list.children.length}`;
      option.setAttribute("role", "option");
      option.textContent = text;
      Object.assign(option.dataset, data);
      list.append(option);
    };
    answer.words.forEach((word) => add(word, { word }));
    answer.lessons.forEach(({ title, url }) => add(title, { url }));
    open(list.children.length > 0 && document.activeElement === field);
  };
  const ask = async (): Promise<void> => {
    const text = field.value.trim();
    if (text === told) {
      return;
    }
    told = text;
    asked?.abort();
    if (!text) {
      open(false);
      return;
    }
    asked = new AbortController();
    try {
      const response = await fetch(`${form.dataset.suggest ?? ""}?q=${encodeURIComponent(text)}`, {
        credentials: "same-origin",
        signal: asked.signal,
      });
      if (response.ok && !isComposing) {
        fill((await response.json()) as Answer);
      }
    } catch {
      // No network, or the next letter was quicker: the question can be sent as it stands.
    }
  };
  const later = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void (isComposing || ask()), PAUSE_MS);
  };

  field.addEventListener("compositionstart", () => (isComposing = true));
  field.addEventListener("compositionend", () => {
    isComposing = false;
    later();
  });
  field.addEventListener("input", () => isComposing || later());
  field.addEventListener("blur", () => window.setTimeout(() => open(false), 150));
  field.addEventListener("keydown", (event) => {
    if (isComposing || event.isComposing) {
      return;
    }
    const every = options();
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && every.length) {
      event.preventDefault();
      if (list.hidden) {
        open(true);
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place more than options: back in the field, nothing is chosen.
      choose(((chosen + 1 + step + every.length + 1) % (every.length + 1)) - 1);
    } else if (event.key === "Enter" && !list.hidden && every[chosen]) {
      event.preventDefault();
      take(every[chosen]!);
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
    if (option) {
      take(option);
    }
  });
  // Not before it is styled: it would push the field aside for a moment.
  // Whoever types fast has finished before this script has come.
  if (document.activeElement === field && field.value !== field.defaultValue) {
    later();
  }
  sheet.addEventListener("load", () => canListen() && new Listener(form, field));
  document.head.append(sheet);
  if (field.value) {
    told = field.value.trim(); // what the page already answers
  }
}
