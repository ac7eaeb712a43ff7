// JSON to our own server, with Django's token against forged forms.

export function csrfToken(): string {
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  return cookie?.[1] ?? document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** POST; `leaving` lets the request outlive the page; `more` are further headers; `seconds` is how long it may hang. */
export function post(
  address: string,
  body: unknown,
  leaving = false,
  more: Record<string, string> = {},
  seconds?: number,
): Promise<Response> {
  const given = seconds && !leaving ? new AbortController() : null;
  if (given && seconds) {
    window.setTimeout(() => given.abort(), seconds * 1000);
  }
  return fetch(address, {
    ...(given ? { signal: given.signal } : {}),
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), ...more },
    body: JSON.stringify(body),
    credentials: "same-origin",
    keepalive: leaving,
  });
}
