import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A TLS server whose certificate is for mail.elsewhere.example, and signed by itself. */
export class WrongNameServer {
  readonly host = "127.0.0.1";
  /** PEM file to trust. */
  readonly caFile: string;
  readonly #server: Server;

  private constructor(caFile: string, server: Server) {
    this.caFile = caFile;
    this.#server = server;
  }

  static async start(directory: string): Promise<WrongNameServer> {
    const [caFile, keyFile] = [join(directory, "elsewhere.pem"), join(directory, "elsewhere.key")];
    const subject = ["-subj", "/CN=mail.elsewhere.example", "-addext", "subjectAltName=DNS:mail.elsewhere.example"];
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    await run("openssl", ["req", "-x509", ...newKey, "-keyout", keyFile, "-out", caFile, "-days", "2", ...subject]);
    const server = createServer({ cert: readFileSync(caFile), key: readFileSync(keyFile) });
    server.on("tlsClientError", () => undefined); // a client that refuses the certificate is what we want
    server.on("secureConnection", (socket) => socket.on("error", () => undefined));
    const listening = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", listening.resolve);
    await listening.promise;
    return new WrongNameServer(caFile, server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    await closed.promise;
  }
}
