// The phone's own voice, where it has one for the language.

/** The best voice for a language (zh, en): one of the mainland that needs no network first. */
export function voiceFor(language: string): SpeechSynthesisVoice | null {
  if (typeof speechSynthesis === "undefined") {
    return null;
  }
  const worth = ({ lang, localService }: SpeechSynthesisVoice): number => {
    const name = lang.toLowerCase().replace("_", "-");
    const mainland = /^(zh|cmn)(-hans)?(-cn)?(-|$)/.test(name) && !/hk|tw|yue/.test(name);
    const speaks = name.startsWith(language) || (language === "zh" && name.startsWith("cmn"));
    return speaks && !/^(yue|zh-hk)/.test(name) ? 1 + (localService ? 1 : 0) + (language !== "zh" || mainland ? 2 : 0) : 0;
  };
  const found = [...speechSynthesis.getVoices()].sort((one, other) => worth(other) - worth(one))[0];
  return found && worth(found) ? found : null;
}

/** Phones name their voices late, some of them only once they were asked. */
export function whenVoicesCome(look: () => void): void {
  if (typeof speechSynthesis !== "undefined") {
    look();
    speechSynthesis.addEventListener?.("voiceschanged", look);
  }
}

/** Whoever has chosen large print is read to more slowly. */
export function pace(): number {
  return document.documentElement.classList.contains("elder") ? 0.8 : 0.95;
}
