// “字幕有误”: the moment is filled in when the form is opened, and the answer stands where the form stood.

/** Minutes and seconds, as people write them. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return `${hours ? `${hours}:` : ""}${hours ? two(Math.floor(whole / 60) % 60) : Math.floor(whole / 60)}:${two(whole % 60)}`;
}

/** Called when the form is opened for the first time. */
export function offerReports(box: HTMLDetailsElement, video: HTMLVideoElement): void {
  const form = box.querySelector("form");
  const moment = box.querySelector<HTMLInputElement>("[data-report-moment]");
  const said = box.querySelector<HTMLElement>("[data-report-said]");
  if (!form || !moment || !said) {
    return;
  }
  const begin = (): void => {
    if (box.open) {
      moment.value = clock(video.currentTime);
      form.hidden = false;
      said.hidden = true;
    }
  };
  box.addEventListener("toggle", begin);
  begin();
  box.querySelector<HTMLSelectElement>("[data-report-language]")?.addEventListener("change", (event) => {
    form.action = (event.target as HTMLSelectElement).value;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form).then(({ ok, message }) => {
      if (message === null) {
        form.submit(); // no answer that a script understands: the plain way
        return;
      }
      said.textContent = message;
      said.hidden = false;
      form.hidden = ok;
    });
  });
}

async function send(form: HTMLFormElement): Promise<{ ok: boolean; message: string | null }> {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(Array.from(new FormData(form)).map(([name, value]) => [name, String(value)])),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    });
    const { message } = (await response.json()) as { message: string };
    return { ok: response.ok, message };
  } catch {
    return { ok: false, message: null };
  }
}
