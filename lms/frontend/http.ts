// JSON to our own server, with Django's token against forged forms.

export function csrfToken(): string {
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  return cookie?.[1] ?? document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** POST; `leaving` lets the request outlive the page; `more` are further headers. */
export function post(address: string, body: unknown, leaving = false, more: Record<string, string> = {}): Promise<Response> {
  return fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), ...more },
    body: JSON.stringify(body),
    credentials: "same-origin",
    keepalive: leaving,
  });
}
