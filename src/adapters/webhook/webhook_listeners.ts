import type { ListenAddress } from "./listen_errors.ts";
import { type ListenerClient, type ListenerParts, WebhookListener } from "./webhook_listener.ts";

/** The listeners of all sources of one kind, one for each address. */
export class WebhookListeners {
  readonly #open = new Map<string, WebhookListener>();

  /** Resolves after the first try to listen there, well or not. */
  async join(address: ListenAddress, client: ListenerClient, parts: ListenerParts): Promise<WebhookListener> {
    const key = keyOf(address);
    const listener = this.#open.get(key) ?? new WebhookListener({ address, ...parts });
    this.#open.set(key, listener);
    await listener.join(client);
    return listener;
  }

  /** The last one closes it. */
  async leave(address: ListenAddress, client: ListenerClient): Promise<void> {
    const key = keyOf(address);
    const listener = this.#open.get(key);
    listener?.leave(client);
    if (listener?.isUnused !== true) return;
    this.#open.delete(key);
    await listener.close();
  }
}

function keyOf({ host, port }: ListenAddress): string {
  return `${host}:${port}`;
}
