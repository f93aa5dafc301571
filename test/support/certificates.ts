import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A server certificate for localhost and 127.0.0.1 and the authority that signed it, made for one test run. */
export interface Certificates {
  /** PEM, for clients to trust. */
  readonly ca: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes them with openssl in the directory. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const [caFile, caKeyFile, certFile, keyFile, requestFile, extensionFile] = [
    "ca.pem",
    "ca.key",
    "server.pem",
    "server.key",
    "server.csr",
    "server.ext",
  ].map((name) => join(directory, name)) as [string, string, string, string, string, string];
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  writeFileSync(extensionFile, "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  await openssl("req", "-x509", ...newKey, "-keyout", caKeyFile, "-out", caFile, "-days", "2", "-subj", "/CN=Test CA");
  await openssl("req", ...newKey, "-keyout", keyFile, "-out", requestFile, "-subj", "/CN=localhost");
  const signed = ["-CA", caFile, "-CAkey", caKeyFile, "-CAcreateserial", "-extfile", extensionFile, "-days", "2"];
  await openssl("x509", "-req", "-in", requestFile, "-out", certFile, ...signed);
  return { ca: readFileSync(caFile, "utf8"), certFile, keyFile };
}

async function openssl(...args: string[]): Promise<void> {
  await run("openssl", args);
}
