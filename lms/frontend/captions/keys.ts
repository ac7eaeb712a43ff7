// Which key does what. Codes, not letters: an input method or another keyboard changes the letters.

const WITH_CTRL: Record<string, string> = { KeyZ: "undo", KeyY: "redo", KeyS: "save", KeyF: "search", KeyH: "search", Enter: "play" };
const WITH_ALT: Record<string, string> = {
  ArrowUp: "previous",
  ArrowDown: "next",
  ArrowLeft: "back",
  ArrowRight: "forward",
  Enter: "split",
  KeyJ: "merge",
  KeyN: "add",
  Delete: "remove",
  BracketLeft: "begin",
  BracketRight: "end",
  KeyM: "doubt",
  KeyO: "settle",
  KeyT: "tap",
  KeyK: "shift",
};

/** The name of what a key asks for; null for keys that are for writing, and for all that an input method still holds. */
export function actOf(event: KeyboardEvent): string | null {
  if (event.isComposing || event.keyCode === 229) {
    return null;
  }
  const ctrl = event.ctrlKey || event.metaKey;
  if (ctrl && !event.altKey) {
    const act = WITH_CTRL[event.code] ?? null;
    return act === "undo" && event.shiftKey ? "redo" : act;
  }
  if (event.altKey && !ctrl) {
    return WITH_ALT[event.code] ?? null;
  }
  return event.key === "F1" ? "help" : event.key === "Escape" ? "escape" : null;
}
