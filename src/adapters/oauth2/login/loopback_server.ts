import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf } from "../../../app_runtime/base/runtime_error.ts";
import { Oauth2LoginFailedError } from "../oauth2_errors.ts";

/** Waits on this machine for a browser that comes back from its login (RFC 8252 §7.3). */
export class LoopbackServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #answer = Promise.withResolvers<URLSearchParams>();

  /** `port` 0 takes any that is free. @throws {Oauth2LoginFailedError} */
  static async listen(port: number): Promise<LoopbackServer> {
    const server = createServer();
    try {
      await once(server.listen(port, "127.0.0.1"), "listening");
    } catch (error) {
      throw new Oauth2LoginFailedError(
        `Port ${port} cannot be listened on (${messageOf(error)}). Choose another --port.`,
      );
    }
    return new LoopbackServer(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => this.#respond(request, response));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What the browser brings along. */
  get answer(): Promise<URLSearchParams> {
    return this.#answer.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    const parameters = URL.parse(request.url ?? "", "http://127.0.0.1")?.searchParams ?? new URLSearchParams();
    const isAnswer = parameters.has("code") || parameters.has("error");
    response.writeHead(isAnswer ? 200 : 404, { "content-type": "text/plain; charset=utf-8", connection: "close" });
    const text = isAnswer ? "This window can be closed. The rest is said where the login was started." : "Not here.";
    response.end(`${text}\n`, () => {
      if (isAnswer) this.#answer.resolve(parameters);
    });
  }
}
