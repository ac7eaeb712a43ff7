// One file on its way to the server: begun by us, sent by tus-js-client, finished by us with its fingerprint.
import { DetailedError, Upload } from "tus-js-client";
import { csrfToken } from "../http.ts";
import { Pace, pieceSize } from "./pace.ts";

export interface Same {
  code: string;
  sentence: string;
}

/** What the server said no to; `page` is where to sign in again. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly sentence: string,
    readonly page: string | null,
  ) {
    super(sentence);
  }
}

// Some minutes of tries without any progress; then a person presses, or the network says that it is back.
const DELAYS = [0, 1000, 2000, 4000, 8000, 15000, 30000, 30000, 60000, 60000];

function headers(): Record<string, string> {
  return { "X-CSRFToken": csrfToken(), "X-Requested-With": "XMLHttpRequest" };
}

function refused(status: number, body: string): Refused {
  try {
    const said = JSON.parse(body) as { error?: string; page?: string };
    return new Refused(status, said.page ? "" : (said.error ?? ""), said.page ?? null);
  } catch {
    return new Refused(status, body.length < 300 && !body.includes("<") ? body : "", null);
  }
}

async function json<T>(address: string, body: unknown): Promise<T> {
  const response = await fetch(address, {
    method: "POST",
    headers: { ...headers(), "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
  });
  const said = (await response.json().catch(() => ({}))) as T & { error?: string; page?: string };
  if (!response.ok && !("same" in said) && !("offset" in said)) {
    throw new Refused(response.status, said.page ? "" : (said.error ?? ""), said.page ?? null);
  }
  return said;
}

/** The recording of these bytes, if the organisation has it. */
export async function known(address: string, sha256: string, org: string): Promise<Same | null> {
  return (await json<{ same: Same | null }>(address, { sha256, org })).same;
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}

/** Announce a file; the address to send it to. */
export async function begin(address: string, file: File, said: Record<string, string>): Promise<string> {
  const pairs = Object.entries({ ...said, filename: file.name }).filter(([, value]) => value);
  const response = await fetch(address, {
    method: "POST",
    headers: {
      ...headers(),
      "Tus-Resumable": "1.0.0",
      "Upload-Length": String(file.size),
      "Upload-Metadata": pairs.map(([key, value]) => `${key} ${base64(value)}`).join(","),
    },
    credentials: "same-origin",
  });
  if (response.status !== 201) {
    throw refused(response.status, await response.text());
  }
  return response.headers.get("Location") ?? "";
}

export function giveUp(address: string): void {
  void fetch(address, {
    method: "DELETE",
    headers: { ...headers(), "Tus-Resumable": "1.0.0" },
    credentials: "same-origin",
    keepalive: true,
  }).catch(() => undefined); // it expires by itself
}

/** {code} of the recording; {same} to ask about; {offset} when bytes are missing after all. */
export function finish(
  address: string,
  sha256: string,
  anyway: boolean,
): Promise<{ code?: string; same?: Same; offset?: number }> {
  return json(`${address}finish/`, { sha256, anyway });
}

/** Sends from wherever the server is. */
export class Sending {
  readonly pace = new Pace();
  private readonly upload: Upload;

  constructor(
    file: File,
    address: string,
    onProgress: (sent: number) => void,
    onWaiting: () => void,
    onSent: () => void,
    onRefused: (error: Refused) => void,
  ) {
    this.upload = new Upload(file, {
      // Without an endpoint it never begins anew by itself: it would, on a mere 502 of a restart.
      uploadUrl: address,
      chunkSize: pieceSize(null),
      retryDelays: DELAYS,
      storeFingerprintForResuming: false,
      onBeforeRequest: (request) => {
        for (const [name, value] of Object.entries(headers())) {
          request.setHeader(name, value);
        }
      },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const again = status === 0 || status >= 500 || status === 409 || status === 429;
        if (again) {
          this.pace.forget();
          onWaiting();
        }
        return again;
      },
      onProgress: (sent) => {
        this.pace.add(sent, performance.now());
        onProgress(sent);
      },
      onChunkComplete: () => {
        this.upload.options.chunkSize = pieceSize(this.pace.speed);
      },
      onSuccess: () => onSent(),
      onError: (error) => {
        const response = error instanceof DetailedError ? error.originalResponse : null;
        onRefused(response ? refused(response.getStatus(), response.getBody()) : new Refused(0, "", null));
      },
    });
  }

  start(): void {
    this.pace.forget();
    this.upload.start();
  }

  pause(): void {
    void this.upload.abort();
  }
}
